/** Resolves the parentRefs of a route to listeners that are served and admit it. */
import type { ParentRef } from '../../model/manifest.ts'
import type { KubernetesObject } from '../kubernetes/metadata.ts'
import { readNamespace, readObjectName } from '../kubernetes/names.ts'
import {
  demand,
  isSet,
  readFields,
  readInteger,
  readItems,
  readText,
  reject,
  tell,
  warn,
} from '../kubernetes/reader.ts'
import type { Field } from '../kubernetes/reader.ts'
import type { GatewayEntry } from './gateway.ts'
import { GATEWAY_GROUP } from './listener.ts'

const PARENT_FIELDS = ['group', 'kind', 'name', 'namespace', 'port', 'sectionName'] as const

/**
 * The listeners to attach to; none where no parent takes the route, which is then not served. A
 * Gateway of which only some listeners admit the route is replaced by references to those.
 */
export function readParents(
  field: Field,
  {
    object,
    gateways,
  }: {
    readonly object: KubernetesObject
    readonly gateways: ReadonlyMap<string, GatewayEntry>
  },
): readonly ParentRef[] {
  const items = readItems(field)
  if (items.length === 0) demand({ ...field, value: undefined }, 'name the Gateway to attach to')
  return items.flatMap((item) => readParent(item, { namespace: object.namespace, gateways }))
}

function readParent(
  field: Field,
  {
    namespace: own,
    gateways,
  }: {
    readonly namespace: string
    readonly gateways: ReadonlyMap<string, GatewayEntry>
  },
): readonly ParentRef[] {
  const fields = readFields(field, PARENT_FIELDS)
  if (!isGateway(field, fields.group, fields.kind)) return []
  const name = demand(fields.name, 'name the Gateway') ? readObjectName(fields.name) : undefined
  const namespace = readNamespace(fields.namespace, own)
  const section = isSet(fields.sectionName) ? readObjectName(fields.sectionName) : undefined
  const port = readInteger(fields.port, 1, 65_535)
  // A narrower reference that cannot be read must not widen to the whole Gateway.
  if (isSet(fields.sectionName) && section === undefined) return []
  if (isSet(fields.port) && port === undefined) return []
  if (name === undefined || namespace === undefined) return []
  const gateway = `${namespace}/${name}`
  const entry = gateways.get(gateway)
  if (entry === undefined || !entry.served) {
    reportUnserved(field, gateway, entry !== undefined)
    return []
  }
  return attach(field, { entry, own, parent: { gateway, sectionName: section, port } })
}

/** A Service as parent speaks to a mesh, a ListenerSet to a Gateway of others; neither to us. */
function isGateway(field: Field, group: Field, kind: Field): boolean {
  const groupName = readText(group) ?? GATEWAY_GROUP
  const kindName = readText(kind) ?? 'Gateway'
  if (groupName === GATEWAY_GROUP && kindName === 'Gateway') return true
  warn(field, {
    code: 'parent-kind',
    text: 'is not a Gateway, so the route is not attached to it',
    remedy: 'name a Gateway',
  })
  return false
}

function reportUnserved(field: Field, gateway: string, known: boolean): void {
  if (known) {
    tell(field, {
      code: 'class-skipped',
      text: `refers to Gateway ${gateway} of another class, which is not served`,
      remedy: 'attach the route to a Gateway of the class that is served',
    })
    return
  }
  reject(field, {
    code: 'parent-not-found',
    text: `refers to Gateway ${gateway}, which is not among the rules`,
    remedy: 'add the Gateway to the rules, or correct its name and namespace',
  })
}

function attach(
  field: Field,
  {
    entry,
    own,
    parent,
  }: {
    readonly entry: GatewayEntry
    readonly own: string
    readonly parent: ParentRef
  },
): readonly ParentRef[] {
  const { gateway, sectionName, port } = parent
  const named = entry.listeners.filter(
    ({ listener }) =>
      (sectionName === undefined || listener.name === sectionName) &&
      (port === undefined || listener.port === port),
  )
  if (named.length === 0) {
    reject(field, {
      code: 'parent-not-found',
      text: `refers to a listener that Gateway ${gateway} does not have or that is not served`,
      remedy: `use the name and port of one of its listeners: ${listNames(entry)}`,
    })
    return []
  }
  const admitting = named.filter(
    ({ namespace, admitsHttpRoutes }) =>
      admitsHttpRoutes && (namespace === undefined || namespace === own),
  )
  if (admitting.length === named.length) return [parent]
  if (admitting.length === 0) {
    reject(field, {
      code: 'route-not-admitted',
      text: `refers to Gateway ${gateway}, which does not admit HTTPRoutes of namespace ${own}`,
      remedy: 'set allowedRoutes of the listener, or move the route',
    })
  }
  return admitting.map(({ listener }) => ({ gateway, sectionName: listener.name, port }))
}

function listNames({ listeners }: GatewayEntry): string {
  return listeners.map(({ listener }) => `${listener.name} (${listener.port})`).join(', ') || 'none'
}
