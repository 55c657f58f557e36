/** Reads a Service down to what addressing needs. */
import type { Service, ServicePort, ServicePortRef } from '../../model/manifest.ts'
import { reviewControllerAnnotations } from './annotations.ts'
import { readEndpointAddress } from './endpoint-address.ts'
import type { KubernetesObject } from './metadata.ts'
import { isLabel } from './names.ts'
import {
  demand,
  readChoice,
  readFields,
  readInteger,
  readItems,
  readText,
  reject,
  warn,
} from './reader.ts'
import type { Field } from './reader.ts'

const OBJECT_FIELDS = ['apiVersion', 'kind', 'metadata', 'spec', 'status'] as const

const SPEC_FIELDS = [
  'allocateLoadBalancerNodePorts',
  'clusterIP',
  'clusterIPs',
  'externalIPs',
  'externalName',
  'externalTrafficPolicy',
  'healthCheckNodePort',
  'internalTrafficPolicy',
  'ipFamilies',
  'ipFamilyPolicy',
  'loadBalancerClass',
  'loadBalancerIP',
  'loadBalancerSourceRanges',
  'ports',
  'publishNotReadyAddresses',
  'selector',
  'sessionAffinity',
  'sessionAffinityConfig',
  'topologyKeys',
  'trafficDistribution',
  'type',
] as const

const PORT_FIELDS = ['appProtocol', 'name', 'nodePort', 'port', 'protocol', 'targetPort'] as const

/** The Service, with the ports that can be read; what is wrong with the others is a finding. */
export function readService({
  namespace,
  name,
  root,
  annotations,
  origin,
}: KubernetesObject): Service {
  reviewControllerAnnotations(annotations)
  const spec = readFields(readFields(root, OBJECT_FIELDS).spec, SPEC_FIELDS)
  const type = readType(spec.type, spec.clusterIP)
  if (spec.sessionAffinity.value === 'ClientIP') {
    warn(spec.sessionAffinity, {
      code: 'field-not-read',
      text: 'has no effect',
      remedy: 'remove it if requests of one client need not reach the same pod',
    })
  }
  return {
    namespace,
    name,
    type,
    clusterIp: type === 'clusterIp' ? readClusterIp(spec.clusterIP) : undefined,
    ports: readPorts(spec.ports),
    origin,
  }
}

function readType(type: Field, clusterIp: Field): Service['type'] {
  const choice = readChoice(type, ['ClusterIP', 'NodePort', 'LoadBalancer', 'ExternalName'])
  if (choice === 'ExternalName') return 'externalName'
  return clusterIp.value === 'None' ? 'headless' : 'clusterIp'
}

function readClusterIp(field: Field): string | undefined {
  // An object that has not been through the API server may leave the address empty.
  if (field.value === '') return undefined
  return readEndpointAddress(field, undefined)
}

function readPorts(field: Field): readonly ServicePort[] {
  const items = readItems(field)
  const ports: ServicePort[] = []
  for (const item of items) {
    const port = readPort(item, items.length > 1)
    if (port !== undefined) ports.push(port)
  }
  return ports
}

function readPort(field: Field, named: boolean): ServicePort | undefined {
  const fields = readFields(field, PORT_FIELDS)
  if (named) demand(fields.name, 'name each port of a Service that has several')
  if (!demand(fields.port, 'give the port its number')) return undefined
  const port = readInteger(fields.port, 1, 65_535)
  if (port === undefined) return undefined
  return {
    name: readPortName(fields.name),
    port,
    targetPort: readPortRef(fields.targetPort),
    protocol: readChoice(fields.protocol, ['TCP', 'UDP', 'SCTP']) ?? 'TCP',
    appProtocol: readText(fields.appProtocol),
  }
}

function readPortName(field: Field): string | undefined {
  const name = readText(field)
  if (name === undefined || name === '') return undefined
  if (isLabel(name)) return name
  reject(field, {
    code: 'invalid-name',
    text: 'is not a port name',
    remedy: 'use lower-case letters, digits and dashes, at most 63 characters',
  })
  return undefined
}

/** A port by number or by name. */
function readPortRef(field: Field): ServicePortRef | undefined {
  if (typeof field.value === 'string') return readPortName(field)
  return readInteger(field, 1, 65_535)
}
