/** Reads ReferenceGrants: which namespaces may refer to objects of another one, and to which. */
import type { KubernetesObject } from '../kubernetes/metadata.ts'
import { readNamespace, readObjectName } from '../kubernetes/names.ts'
import { demand, isSet, readFields, readItems, readText } from '../kubernetes/reader.ts'
import type { Field } from '../kubernetes/reader.ts'

/** One permission: every source of a grant may refer to every target of it. */
export interface ReferenceGrant {
  /** Namespace that grants, where the targets are. */
  readonly namespace: string
  readonly from: readonly GrantSource[]
  readonly to: readonly GrantTarget[]
}

/** Who may refer. */
export interface GrantSource {
  readonly group: string
  readonly kind: string
  readonly namespace: string
}

/** What may be referred to. */
export interface GrantTarget {
  readonly group: string
  readonly kind: string
  /** `undefined` grants every object of the kind. */
  readonly name: string | undefined
}

/** A reference from an object of one namespace to an object of another. */
export interface CrossReference {
  readonly from: GrantSource
  readonly to: {
    readonly group: string
    readonly kind: string
    readonly namespace: string
    readonly name: string
  }
}

const OBJECT_FIELDS = ['apiVersion', 'kind', 'metadata', 'spec', 'status'] as const

/** The grant. Entries that cannot be read grant nothing, each with an error. */
export function readReferenceGrant({ root, namespace }: KubernetesObject): ReferenceGrant {
  const spec = readFields(readFields(root, OBJECT_FIELDS).spec, ['from', 'to'])
  return {
    namespace,
    from: readItems(spec.from).flatMap((item) => readSource(item)),
    to: readItems(spec.to).flatMap((item) => readTarget(item)),
  }
}

/** Whether a grant covers the reference; references within a namespace need none. */
export function isPermitted(
  grants: readonly ReferenceGrant[],
  { from, to }: CrossReference,
): boolean {
  if (from.namespace === to.namespace) return true
  return grants.some(
    (grant) =>
      grant.namespace === to.namespace &&
      grant.from.some(
        ({ group, kind, namespace }) =>
          group === from.group && kind === from.kind && namespace === from.namespace,
      ) &&
      grant.to.some(
        ({ group, kind, name }) =>
          group === to.group && kind === to.kind && (name === undefined || name === to.name),
      ),
  )
}

function readSource(field: Field): readonly GrantSource[] {
  const fields = readFields(field, ['group', 'kind', 'namespace'])
  const typed = readGroupKind(fields.group, fields.kind)
  demand(fields.namespace, 'name the namespace that may refer')
  // Without a fallback: no namespace may refer that is not named.
  const namespace = readNamespace(fields.namespace, '')
  return typed === undefined || !namespace ? [] : [{ ...typed, namespace }]
}

function readTarget(field: Field): readonly GrantTarget[] {
  const fields = readFields(field, ['group', 'kind', 'name'])
  const typed = readGroupKind(fields.group, fields.kind)
  const named = isSet(fields.name) && fields.name.value !== ''
  const name = named ? readObjectName(fields.name) : undefined
  // A name that cannot be read must not grant every name.
  return typed === undefined || (named && name === undefined) ? [] : [{ ...typed, name }]
}

function readGroupKind(
  groupField: Field,
  kindField: Field,
): { readonly group: string; readonly kind: string } | undefined {
  const group = readText(groupField) ?? ''
  const kind = demand(kindField, 'name the kind') ? readText(kindField) : undefined
  return kind === undefined ? undefined : { group, kind }
}
