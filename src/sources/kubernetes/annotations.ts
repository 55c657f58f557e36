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
 * Reports every annotation but those that are read (`understood`) and bookkeeping: a warning for a
 * controller's, info for any other. Values are not quoted, since they may hold credentials.
 */
export function reviewAnnotations(annotations: Field, understood: readonly string[]): void {
  for (const [key, field] of readEntries(annotations)) {
    if (understood.includes(key) || BOOKKEEPING.some((prefix) => key.startsWith(prefix))) continue
    reportAnnotation(field, key)
  }
}

/** Reports controllers' annotations alone, for objects that others annotate for their own ends. */
export function reviewControllerAnnotations(annotations: Field): void {
  for (const [key, field] of readEntries(annotations)) {
    if (CONTROLLER.test(key)) reportAnnotation(field, key)
  }
}

function reportAnnotation({ subject, path }: Field, key: string): void {
  const controller = CONTROLLER.test(key)
  subject.findings.push({
    severity: controller ? 'warning' : 'info',
    code: 'annotation-not-read',
    message: `annotation ${JSON.stringify(key.slice(0, 200))} has no effect`,
    object: subject.object,
    file: subject.document.file,
    ...subject.document.locate(path, 'key'),
    value: key.slice(0, 200),
    remedy: controller
      ? 'say it in the rules in another way, or remove the annotation'
      : 'nothing to do unless it was meant for postern',
  })
}
