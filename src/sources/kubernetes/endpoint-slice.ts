/** Reads an EndpointSlice (discovery.k8s.io/v1) down to what addressing needs. */
import type { EndpointSlice } from '../../model/manifest.ts'
import { readEndpointAddress, readEndpointName } from './endpoint-address.ts'
import type { KubernetesObject } from './metadata.ts'
import { readObjectName } from './names.ts'
import {
  demand,
  isSet,
  peekField,
  readBoolean,
  readChoice,
  readFields,
  readInteger,
  readItems,
  readText,
  warn,
} from './reader.ts'
import type { Field } from './reader.ts'

const OBJECT_FIELDS = [
  'addressType',
  'apiVersion',
  'endpoints',
  'kind',
  'metadata',
  'ports',
] as const

const ENDPOINT_FIELDS = [
  'addresses',
  'conditions',
  'deprecatedTopology',
  'hints',
  'hostname',
  'nodeName',
  'targetRef',
  'zone',
] as const

const PORT_FIELDS = ['appProtocol', 'name', 'port', 'protocol'] as const

type AddressType = EndpointSlice['addressType']
type Endpoint = EndpointSlice['endpoints'][number]
type Port = EndpointSlice['ports'][number]

/**
 * The slice, with the endpoints whose addresses may be connected to; none where it cannot be told which Service it belongs to or what its addresses are.
 */
export function readEndpointSlice(object: KubernetesObject): readonly EndpointSlice[] {
  const fields = readFields(object.root, OBJECT_FIELDS)
  const service = readServiceName(object.labels)
  if (!demand(fields.addressType, 'use IPv4, IPv6 or FQDN')) return []
  const addressType = readChoice(fields.addressType, ['IPv4', 'IPv6', 'FQDN'])
  if (service === undefined || addressType === undefined) return []
  return [
    {
      namespace: object.namespace,
      service,
      addressType,
      ports: readItems(fields.ports).flatMap(readPort),
      endpoints: readItems(fields.endpoints).flatMap((item) => readEndpoint(item, addressType)),
      origin: object.origin,
    },
  ]
}

function readServiceName(labels: Field): string | undefined {
  const label = peekField(labels, 'kubernetes.io/service-name')
  if (isSet(label)) return readObjectName(label)
  warn(label, {
    code: 'slice-without-service',
    text: 'is missing, so no Service has these endpoints',
    remedy: 'label the slice with the name of its Service',
  })
  return undefined
}

function readPort(field: Field): readonly Port[] {
  const fields = readFields(field, PORT_FIELDS)
  const name = readText(fields.name)
  const protocol = readChoice(fields.protocol, ['TCP', 'UDP', 'SCTP']) ?? 'TCP'
  // A slice without port number means all ports; no reference can name one of those.
  const port = readInteger(fields.port, 1, 65_535)
  if (port === undefined || protocol !== 'TCP') return []
  return [{ name: name === '' ? undefined : name, port }]
}

/**
 * One endpoint, or none where no address of it is left. Whether it is ready decides alone: a pod
 * that shuts down is never ready unless its Service says so (`publishNotReadyAddresses`).
 */
function readEndpoint(field: Field, type: AddressType): readonly Endpoint[] {
  const fields = readFields(field, ENDPOINT_FIELDS)
  const conditions = readFields(fields.conditions, ['ready', 'serving', 'terminating'])
  readBoolean(conditions.serving)
  readBoolean(conditions.terminating)
  const ready = readBoolean(conditions.ready) ?? true
  const addresses = readItems(fields.addresses).flatMap((item) => {
    const address = type === 'FQDN' ? readEndpointName(item) : readEndpointAddress(item, type)
    return address === undefined ? [] : [address]
  })
  return addresses.length === 0 ? [] : [{ addresses, ready }]
}
