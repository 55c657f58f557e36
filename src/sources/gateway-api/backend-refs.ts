/** Reads the backends of a rule of an HTTPRoute. */
import type { BackendRef, BackendTarget } from '../../model/manifest.ts'
import type { KubernetesObject } from '../kubernetes/metadata.ts'
import { readNamespace, readObjectName } from '../kubernetes/names.ts'
import {
  demand,
  isSet,
  originOf,
  readFields,
  readInteger,
  readItems,
  readText,
  reject,
} from '../kubernetes/reader.ts'
import type { Field } from '../kubernetes/reader.ts'
import { readFilters } from './filters.ts'
import type { MatchedTypes } from './filters.ts'
import { GATEWAY_GROUP } from './listener.ts'
import { isPermitted } from './reference-grant.ts'
import type { ReferenceGrant } from './reference-grant.ts'

/** What the backends of a rule are read against. */
export interface BackendContext {
  /** The route. */
  readonly object: KubernetesObject
  readonly grants: readonly ReferenceGrant[]
  readonly matched: MatchedTypes
}

const BACKEND_FIELDS = ['filters', 'group', 'kind', 'name', 'namespace', 'port', 'weight'] as const

/** Largest weight that Gateway API allows. */
const MAX_WEIGHT = 1_000_000

/**
 * The backends in order. One that cannot be read keeps its place and its share, with an invalid
 * target: the requests it would have taken answer 500 and do not go to the others.
 */
export function readBackendRefs(field: Field, context: BackendContext): readonly BackendRef[] {
  return readItems(field).map((item) => readBackendRef(item, context))
}

function readBackendRef(field: Field, context: BackendContext): BackendRef {
  const fields = readFields(field, BACKEND_FIELDS)
  const before = field.subject.errors
  const own = context.object.namespace
  const isService = judgeKind(fields.group, fields.kind)
  const name = demand(fields.name, 'name the Service') ? readObjectName(fields.name) : undefined
  const namespace = readNamespace(fields.namespace, own)
  const port = readPort(fields.port, isService)
  if (isService && name !== undefined && namespace !== undefined) {
    checkGrant(field, { own, namespace, name, grants: context.grants })
  }
  const filters = readFilters(fields.filters, context.matched)
  // A weight that cannot be read makes the target invalid as well: its share is not known.
  const weight = readInteger(fields.weight, 0, MAX_WEIGHT) ?? 1
  const target: BackendTarget =
    name === undefined ||
    namespace === undefined ||
    port === undefined ||
    field.subject.errors > before
      ? { type: 'invalid' }
      : { type: 'service', namespace, name, port }
  const ref = `${namespace ?? '?'}/${name ?? '?'}:${port ?? '?'}`
  return { ref, target, weight, filters, origin: originOf(field) }
}

function judgeKind(groupField: Field, kindField: Field): boolean {
  const group = readText(groupField) ?? ''
  const kind = readText(kindField) ?? 'Service'
  if (group === '' && kind === 'Service') return true
  reject(isSet(kindField) ? kindField : groupField, {
    code: 'backend-kind',
    text: 'is not a Service, and nothing else is served',
    remedy: 'name a Service',
  })
  return false
}

function readPort(field: Field, isService: boolean): number | undefined {
  if (!isService && !isSet(field)) return undefined
  return demand(field, 'give the port of the Service') ? readInteger(field, 1, 65_535) : undefined
}

function checkGrant(
  field: Field,
  {
    own,
    namespace,
    name,
    grants,
  }: {
    readonly own: string
    readonly namespace: string
    readonly name: string
    readonly grants: readonly ReferenceGrant[]
  },
): void {
  const from = { group: GATEWAY_GROUP, kind: 'HTTPRoute', namespace: own }
  const to = { group: '', kind: 'Service', namespace, name }
  if (isPermitted(grants, { from, to })) return
  reject(field, {
    code: 'ref-not-permitted',
    text: `refers to Service ${namespace}/${name}, and no ReferenceGrant there permits it`,
    remedy: `add a ReferenceGrant in namespace ${namespace} for HTTPRoutes of ${own}`,
  })
}
