/** Reads an Ingress (networking.k8s.io/v1) into routes and the hosts its certificates are for. */
import type { HostPattern, Route, RouteRule, TlsHost } from '../../model/manifest.ts'
import { reviewAnnotations } from '../kubernetes/annotations.ts'
import type { KubernetesObject } from '../kubernetes/metadata.ts'
import { isSet, originOf, readFields, readItems, reject, warn } from '../kubernetes/reader.ts'
import type { Field } from '../kubernetes/reader.ts'
import { readHostPattern } from '../kubernetes/rule-match.ts'
import { readIngressBackend } from './backend.ts'
import { CLASS_ANNOTATION, judgeClass } from './class.ts'
import type { ClassRules } from './class.ts'
import { catchAllRule, readIngressPath } from './path.ts'
import { readIngressTls } from './tls.ts'

/** What an Ingress contributes. */
export interface IngressRules {
  /** One for each entry of `spec.rules`, in order, then one for the default backend. */
  readonly routes: readonly Route[]
  readonly tlsHosts: readonly TlsHost[]
}

const OBJECT_FIELDS = ['apiVersion', 'kind', 'metadata', 'spec', 'status'] as const
const SPEC_FIELDS = ['defaultBackend', 'ingressClassName', 'rules', 'tls'] as const

/** The routes of an Ingress of our class; nothing, with an info finding, for any other. */
export function readIngress(object: KubernetesObject, rules: ClassRules): IngressRules {
  const specField = readFields(object.root, OBJECT_FIELDS).spec
  const spec = readFields(specField, SPEC_FIELDS)
  if (!judgeClass(object, spec.ingressClassName, rules)) return { routes: [], tlsHosts: [] }
  const servable = reviewAnnotations(object.annotations, [CLASS_ANNOTATION])
  const items = readItems(spec.rules)
  if (items.length === 0 && !isSet(spec.defaultBackend)) {
    reject(specField, {
      code: 'empty-ingress',
      text: 'has neither rules nor a defaultBackend',
      remedy: 'give it rules, or a defaultBackend that takes everything',
    })
  }
  const routes = items.flatMap((item) => readRule(item, { object, fallback: spec.defaultBackend }))
  if (isSet(spec.defaultBackend)) routes.push(defaultRoute(object, spec.defaultBackend))
  return {
    routes: servable ? routes : routes.map(closed),
    tlsHosts: readIngressTls(spec.tls, object.namespace),
  }
}

function closedRule(rule: RouteRule): RouteRule {
  return { ...rule, invalid: true }
}

/** The route with its hosts and paths, but answering 500 everywhere. */
function closed(route: Route): Route {
  const { rules, defaultBackend } = route
  return {
    ...route,
    rules: rules.map(closedRule),
    defaultBackend: defaultBackend && {
      ...defaultBackend,
      backend: { ...defaultBackend.backend, target: { type: 'invalid' } },
    },
  }
}

/** One entry of `spec.rules`; none where its host or all its paths cannot be read. */
function readRule(
  field: Field,
  { object, fallback }: { readonly object: KubernetesObject; readonly fallback: Field },
): Route[] {
  const { host, http } = readFields(field, ['host', 'http'])
  const hostname = readHost(host)
  const rules = isSet(http)
    ? readPaths(http, object.namespace)
    : readRuleWithoutPaths(field, { fallback, namespace: object.namespace })
  if (hostname === undefined || rules.length === 0) return []
  return [{ ...routeOf(object), hostnames: [hostname], rules, origin: originOf(field) }]
}

function readHost(field: Field): HostPattern | undefined {
  if (field.value === undefined || field.value === '') return { type: 'any' }
  return readHostPattern(field, 'one')
}

function readPaths(http: Field, namespace: string): readonly RouteRule[] {
  const { paths } = readFields(http, ['paths'])
  const items = readItems(paths)
  if (items.length === 0) {
    reject(paths, {
      code: 'missing-field',
      text: isSet(paths) ? 'is empty' : 'is missing',
      remedy: 'give at least one path with pathType and backend',
    })
  }
  return items.flatMap((item) => readIngressPath(item, namespace))
}

/**
 * The API calls a host without paths a catch-all and leaves open what it leads to: here it is the
 * default backend of its own Ingress, and without one there is nothing to serve.
 */
function readRuleWithoutPaths(
  field: Field,
  { fallback, namespace }: { readonly fallback: Field; readonly namespace: string },
): readonly RouteRule[] {
  const served = isSet(fallback)
  warn(field, {
    code: 'rule-without-paths',
    text: served ? 'has no paths, so all of them go to the defaultBackend' : 'has no paths',
    remedy: 'give the rule http.paths',
  })
  return served ? [catchAllRule(readIngressBackend(fallback, namespace), originOf(field))] : []
}

function defaultRoute(object: KubernetesObject, field: Field): Route {
  const origin = originOf(field)
  const backend = readIngressBackend(field, object.namespace)
  return { ...routeOf(object), defaultBackend: { backend, origin }, origin }
}

function routeOf({ namespace, name, createdAtMs, origin }: KubernetesObject): Route {
  return {
    kind: 'Ingress',
    namespace,
    name,
    index: undefined,
    createdAtMs,
    hostnames: [{ type: 'any' }],
    parents: 'all',
    rules: [],
    defaultBackend: undefined,
    origin,
  }
}
