/** Reads what every Kubernetes object has: its name, its namespace and when it was made. */
import type { Origin } from '../../errors.ts'
import type { Kind } from './kinds.ts'
import { isObjectName, readNamespace, readObjectName } from './names.ts'
import { demand, isSet, originOf, peekField, readFields, readText, reject, warn } from './reader.ts'
import type { Field } from './reader.ts'

/** An object that has been recognised and has an identity; what it says is still to be read. */
export interface KubernetesObject {
  readonly kind: Kind
  /** `default` where the object names none; empty for kinds that live in no namespace. */
  readonly namespace: string
  readonly name: string
  /** Milliseconds since the epoch; `undefined` where the object does not say. */
  readonly createdAtMs: number | undefined
  readonly labels: Field
  readonly annotations: Field
  /** The object as a whole. */
  readonly root: Field
  readonly origin: Origin
}

const METADATA_FIELDS = [
  'annotations',
  'clusterName',
  'creationTimestamp',
  'deletionGracePeriodSeconds',
  'deletionTimestamp',
  'finalizers',
  'generateName',
  'generation',
  'labels',
  'managedFields',
  'name',
  'namespace',
  'ownerReferences',
  'resourceVersion',
  'selfLink',
  'uid',
] as const

/** RFC 3339, as the API server writes it: `2026-03-01T10:00:00Z`. */
const TIMESTAMP = /^\d{4}-\d\d-\d\d[Tt]\d\d:\d\d:\d\d(\.\d+)?([Zz]|[+-]\d\d:\d\d)$/

/** The object with its identity, or `undefined` with an error where its name cannot be read. */
export function readMetadata(
  root: Field,
  { kind, namespaced }: { readonly kind: Kind; readonly namespaced: boolean },
): KubernetesObject | undefined {
  const metadata = readFields(peekField(root, 'metadata'), METADATA_FIELDS)
  const name = readName(metadata.name, metadata.generateName)
  const namespace = namespaced ? readNamespace(metadata.namespace, 'default') : ''
  const createdAtMs = readTimestamp(metadata.creationTimestamp)
  if (name === undefined || namespace === undefined) return undefined
  const { labels, annotations } = metadata
  return { kind, namespace, name, createdAtMs, labels, annotations, root, origin: originOf(root) }
}

/** How findings name an object before anything is known to be right about it. */
export function describeObject(kind: string, root: Field): string {
  const metadata = peekField(root, 'metadata')
  const name = peekField(metadata, 'name').value
  const namespace = peekField(metadata, 'namespace').value ?? 'default'
  const identified = typeof name === 'string' && isObjectName(name)
  if (!identified || typeof namespace !== 'string' || !isObjectName(namespace)) return kind
  const clusterWide = kind === 'IngressClass' || kind === 'GatewayClass'
  return clusterWide ? `${kind} ${name}` : `${kind} ${namespace}/${name}`
}

function readName(field: Field, generateName: Field): string | undefined {
  if (!isSet(field) && isSet(generateName)) {
    reject(generateName, {
      code: 'generated-name',
      text: 'leaves the name to the API server',
      remedy: 'give the object a metadata.name',
    })
    return undefined
  }
  return demand(field, 'give the object a name') ? readObjectName(field) : undefined
}

function readTimestamp(field: Field): number | undefined {
  const text = readText(field)
  if (text === undefined) return undefined
  const time = TIMESTAMP.test(text) ? Date.parse(text) : Number.NaN
  if (!Number.isNaN(time)) return time
  // Only the order of equal matches hangs on it, so the object is served as one without a time.
  warn(field, {
    code: 'invalid-time',
    text: 'is not a time',
    remedy: 'write it as 2026-03-01T10:00:00Z, or leave it out',
  })
  return undefined
}
