/** Reads an HTTPRoute into the neutral Route. */
import type { HostPattern, PathMatch, Route, RouteRule, Timeouts } from '../../model/manifest.ts'
import { reviewAnnotations } from '../kubernetes/annotations.ts'
import type { KubernetesObject } from '../kubernetes/metadata.ts'
import { isSet, originOf, readFields, readItems, reject, tell, warn } from '../kubernetes/reader.ts'
import type { Field } from '../kubernetes/reader.ts'
import { readHostPattern } from '../kubernetes/rule-match.ts'
import { readBackendRefs } from './backend-refs.ts'
import { readDurationMs } from './duration.ts'
import { readFilters } from './filters.ts'
import type { GatewayEntry } from './gateway.ts'
import { defaultMatch, readMatch } from './match.ts'
import { readParents } from './parents.ts'
import type { ReferenceGrant } from './reference-grant.ts'

/** What a route is read against. */
export interface RouteContext {
  /** By `namespace/name`. */
  readonly gateways: ReadonlyMap<string, GatewayEntry>
  readonly grants: readonly ReferenceGrant[]
}

const OBJECT_FIELDS = ['apiVersion', 'kind', 'metadata', 'spec', 'status'] as const
const SPEC_FIELDS = ['hostnames', 'parentRefs', 'rules', 'useDefaultGateways'] as const

const RULE_FIELDS = [
  'backendRefs',
  'filters',
  'matches',
  'name',
  'retry',
  'sessionPersistence',
  'timeouts',
] as const

/** The route; `undefined` where no listener takes it or none of its hosts or paths can be read. */
export function readHttpRoute(object: KubernetesObject, context: RouteContext): Route | undefined {
  const specField = readFields(object.root, OBJECT_FIELDS).spec
  const spec = readFields(specField, SPEC_FIELDS)
  reviewAnnotations(object.annotations, [])
  warnUnread(spec.useDefaultGateways)
  const parents = readParents(spec.parentRefs, { object, gateways: context.gateways })
  const hostnames = readHostnames(spec.hostnames)
  const rules = readRules(spec.rules, { object, grants: context.grants })
  if (parents.length === 0 || hostnames.length === 0 || rules.length === 0) return undefined
  const { namespace, name, createdAtMs, origin } = object
  return {
    kind: 'HTTPRoute',
    namespace,
    name,
    index: undefined,
    createdAtMs,
    hostnames,
    parents,
    rules,
    defaultBackend: undefined,
    origin,
  }
}

/** Every host only where the route names none: names that cannot be read do not widen it. */
function readHostnames(field: Field): readonly HostPattern[] {
  const items = readItems(field)
  if (items.length === 0)
    return isSet(field) && !Array.isArray(field.value) ? [] : [{ type: 'any' }]
  return items.flatMap((item) => {
    const pattern = readHostPattern(item, 'many')
    return pattern === undefined ? [] : [pattern]
  })
}

interface RuleContext {
  readonly object: KubernetesObject
  readonly grants: readonly ReferenceGrant[]
}

/** The API gives a route without rules one that takes every path; it has no backend. */
function readRules(field: Field, context: RuleContext): readonly RouteRule[] {
  if (!isSet(field)) return readRule(field, context)
  const items = readItems(field)
  if (items.length === 0) {
    reject(field, {
      code: 'empty-route',
      text: 'has no entries, so the route serves nothing',
      remedy: 'give it a rule, or remove the route',
    })
  }
  return items.flatMap((item) => readRule(item, context))
}

function readRule(field: Field, context: RuleContext): readonly RouteRule[] {
  const fields = readFields(field, RULE_FIELDS)
  const items = readItems(fields.matches)
  const results = items.map((item) => readMatch(item))
  const matches =
    items.length === 0
      ? [defaultMatch(originOf(field))]
      : results.flatMap(({ match }) => (match === undefined ? [] : [match]))
  const before = field.subject.errors
  const filters = readFilters(fields.filters, pathTypes(matches))
  const filtersFailed = field.subject.errors > before
  const backends = readBackendRefs(fields.backendRefs, { ...context, matched: pathTypes(matches) })
  const timeouts = readTimeouts(fields.timeouts)
  warnUnread(fields.retry)
  warnUnread(fields.sessionPersistence)
  if (matches.length === 0) return []
  return [
    {
      matches,
      filters,
      backends,
      policy: undefined,
      timeouts,
      invalid: filtersFailed || results.some(({ complete }) => !complete),
      origin: originOf(field),
    },
  ]
}

function pathTypes(matches: readonly { readonly path: PathMatch }[]): readonly PathMatch['type'][] {
  return matches.map(({ path }) => path.type)
}

function readTimeouts(field: Field): Timeouts {
  const { request, backendRequest } = readFields(field, ['backendRequest', 'request'])
  const totalMs = readDurationMs(request)
  const attemptMs = readDurationMs(backendRequest)
  if (attemptMs !== undefined) {
    tell(backendRequest, {
      code: 'field-not-read',
      text: 'has no effect: the first byte and the whole exchange have limits, one attempt has none',
      remedy: 'use timeouts.request',
    })
  }
  if (attemptMs !== undefined && totalMs !== undefined && totalMs > 0 && attemptMs > totalMs) {
    reject(backendRequest, {
      code: 'invalid-duration',
      text: 'is longer than timeouts.request',
      remedy: 'make it as long at most',
    })
  }
  return totalMs === undefined ? {} : { totalMs }
}

function warnUnread(field: Field): void {
  if (!isSet(field)) return
  warn(field, { code: 'field-not-read', text: 'has no effect', remedy: 'remove it' })
}
