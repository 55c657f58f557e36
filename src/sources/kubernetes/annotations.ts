/**
 * Says which annotations have no effect. An annotation of an ingress controller changes who comes
 * in or where requests go, so one that is not read is a warning and never silence.
 */
import { readEntries } from './reader.ts'
import type { Field } from './reader.ts'

/** Prefixes of controllers' annotations, with and without a domain around them. */
const CONTROLLER = new RegExp(
  [
    '^postern[./-]',
    '^haproxy',
    '^traefik',
    '^nginx\\.(org|com)/',
    '(^|\\.)cert-manager\\.io/',
    '(^|\\.)ingress\\.(kubernetes|cilium)\\.io/',
    '^(ingress\\.)?kubernetes\\.io/(ingress\\.|tls-acme)',
    '(^|\\.)(konghq\\.com|projectcontour\\.io|gateway\\.envoyproxy\\.io)/',
  ].join('|'),
)

/**
 * Names, behind a controller's prefix, of annotations that keep somebody out: ingress-nginx,
 * HAProxy Ingress, Traefik's middlewares. Serving the rule without them would open it.
 */
const PROTECTIVE = new RegExp(
  [
    '/auth-(url|type|secret|signin|realm|keycloak|tls-(secret|verify-client|match-cn))$',
    '/(whitelist|allowlist|denylist)-source-range$',
    '/(allow|deny|white|black)-?list$',
    '/(enable-)?(modsecurity|owasp)[a-z-]*$',
    '/router\\.middlewares$',
    '/satisfy$',
  ].join('|'),
)

/**
 * Bookkeeping of tools that apply, render and roll out objects. Nothing is said about these.
 */
const BOOKKEEPING: readonly string[] = [
  'argocd.argoproj.io/',
  'deployment.kubernetes.io/',
  'field.cattle.io/',
  'helm.sh/',
  'kubectl.kubernetes.io/',
  'kustomize.toolkit.fluxcd.io/',
  'meta.helm.sh/',
]

/**
 * Reports every annotation but those that are read (`understood`) and bookkeeping: an error for one
 * that keeps somebody out, a warning for another of a controller, info for any other. Values are
 * not quoted, since they may hold credentials. Whether the object may be served without them: it
 * may not where one of them keeps somebody out.
 */
export function reviewAnnotations(annotations: Field, understood: readonly string[]): boolean {
  let servable = true
  for (const [key, field] of readEntries(annotations)) {
    if (understood.includes(key) || BOOKKEEPING.some((prefix) => key.startsWith(prefix))) continue
    if (PROTECTIVE.test(key) && CONTROLLER.test(key)) servable = false
    reportAnnotation(field, key)
  }
  return servable
}

/** Reports controllers' annotations alone, for objects that others annotate for their own ends. */
export function reviewControllerAnnotations(annotations: Field): void {
  for (const [key, field] of readEntries(annotations)) {
    if (CONTROLLER.test(key)) reportAnnotation(field, key)
  }
}

function reportAnnotation({ subject, path }: Field, key: string): void {
  const controller = CONTROLLER.test(key)
  const protective = controller && PROTECTIVE.test(key)
  const name = JSON.stringify(key.slice(0, 200))
  subject.findings.push({
    severity: protective ? 'error' : controller ? 'warning' : 'info',
    code: protective ? 'protection-not-read' : 'annotation-not-read',
    message: protective
      ? `annotation ${name} keeps somebody out and is not read, so the rules answer 500`
      : `annotation ${name} has no effect`,
    object: subject.object,
    file: subject.document.file,
    ...subject.document.locate(path, 'key'),
    value: key.slice(0, 200),
    remedy: controller
      ? 'say it in the rules in another way, or remove the annotation'
      : 'nothing to do unless it was meant for postern',
  })
}
