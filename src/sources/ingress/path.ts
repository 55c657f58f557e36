/** Reads one entry of `http.paths` of an Ingress into a rule. */
import type { Origin } from '../../errors.ts'
import type { BackendRef, PathMatch, RouteRule } from '../../model/manifest.ts'
import { demand, originOf, readChoice, readFields, tell } from '../kubernetes/reader.ts'
import type { Field } from '../kubernetes/reader.ts'
import { readRulePath } from '../kubernetes/rule-match.ts'
import { readIngressBackend } from './backend.ts'

/** The rule of a path entry; none where its path cannot be read. */
export function readIngressPath(field: Field, namespace: string): readonly RouteRule[] {
  const fields = readFields(field, ['backend', 'path', 'pathType'])
  const origin = originOf(field)
  const before = field.subject.errors
  const type = readPathType(fields.pathType)
  // Whether a path is all or the beginning of what was meant is not known: both answer 500.
  const invalid = field.subject.errors > before
  const path = readPath(fields.path, type)
  const backend = readIngressBackend(fields.backend, namespace)
  if (path === undefined) return []
  return [ruleOf({ path, backend, invalid, origin })]
}

/** The rule that takes every path. */
export function catchAllRule(backend: BackendRef, origin: Origin): RouteRule {
  return ruleOf({ path: { type: 'PathPrefix', value: '/' }, backend, invalid: false, origin })
}

function ruleOf({
  path,
  backend,
  invalid,
  origin,
}: {
  readonly path: PathMatch
  readonly backend: BackendRef
  readonly invalid: boolean
  readonly origin: Origin
}): RouteRule {
  return {
    matches: [{ path, method: undefined, headers: [], queryParams: [], origin }],
    filters: [],
    backends: [backend],
    policy: undefined,
    timeouts: {},
    invalid,
    origin,
  }
}

function readPathType(field: Field): 'Exact' | 'PathPrefix' {
  if (!demand(field, 'use Prefix or Exact')) return 'PathPrefix'
  const type = readChoice(field, ['Exact', 'Prefix', 'ImplementationSpecific'])
  if (type === 'ImplementationSpecific') {
    tell(field, {
      code: 'implementation-specific',
      text: 'is read as Prefix',
      remedy: 'write Prefix; for a regular expression use an HTTPRoute or routes.json',
    })
  }
  return type === 'Exact' ? 'Exact' : 'PathPrefix'
}

function readPath(field: Field, type: 'Exact' | 'PathPrefix'): PathMatch | undefined {
  // The API takes an absent or empty path for `/`.
  if (field.value === undefined || field.value === '') return { type, value: '/' }
  const value = readRulePath(field, type)
  return value === undefined ? undefined : { type, value }
}
