/** Reads the backend of an Ingress path, or the default one. */
import type { BackendRef, BackendTarget, ServicePortRef } from '../../model/manifest.ts'
import { isLabel, readObjectName } from '../kubernetes/names.ts'
import {
  demand,
  isSet,
  originOf,
  peekField,
  readFields,
  readInteger,
  readText,
  reject,
} from '../kubernetes/reader.ts'
import type { Field } from '../kubernetes/reader.ts'

const PORT_REMEDY = 'give the port either its number or its name'

/**
 * The backend. One that cannot be read is there all the same, with an invalid target and an error:
 * the host and path in front of it must not fall to another rule.
 */
export function readIngressBackend(field: Field, namespace: string): BackendRef {
  const fields = readFields(field, ['resource', 'service'])
  const { ref, target } = readTarget(field, { ...fields, namespace })
  return { ref, target, weight: 1, filters: [], origin: originOf(field) }
}

function readTarget(
  field: Field,
  {
    resource,
    service,
    namespace,
  }: {
    readonly resource: Field
    readonly service: Field
    readonly namespace: string
  },
): { readonly ref: string; readonly target: BackendTarget } {
  const invalid = { ref: `${namespace}/?`, target: { type: 'invalid' } as const }
  if (isSet(resource)) {
    reject(resource, {
      code: 'backend-resource',
      text: isSet(service)
        ? 'stands beside a service'
        : 'is not a service, and nothing else is served',
      remedy: 'use backend.service alone',
    })
    return { ...invalid, ref: describeResource(resource) ?? invalid.ref }
  }
  if (!isSet(service)) {
    demand(isSet(field) ? service : field, 'name the service that takes the requests')
    return invalid
  }
  const fields = readFields(service, ['name', 'port'])
  const name = demand(fields.name, 'name the service') ? readObjectName(fields.name) : undefined
  const port = readPort(fields.port)
  const ref = `${namespace}/${name ?? '?'}:${port ?? '?'}`
  if (name === undefined || port === undefined) return { ref, target: invalid.target }
  return { ref, target: { type: 'service', namespace, name, port } }
}

function readPort(field: Field): ServicePortRef | undefined {
  const { name, number } = readFields(field, ['name', 'number'])
  if (isSet(name) === isSet(number)) {
    reject(field, {
      code: 'backend-port',
      text: isSet(name) ? 'has a number and a name' : 'has neither a number nor a name',
      remedy: PORT_REMEDY,
    })
    return undefined
  }
  if (isSet(number)) return readInteger(number, 1, 65_535)
  const text = readText(name)
  if (text === undefined || isLabel(text)) return text
  reject(name, { code: 'invalid-name', text: 'is not a port name', remedy: PORT_REMEDY })
  return undefined
}

function describeResource(field: Field): string | undefined {
  const kind = peekField(field, 'kind').value
  const name = peekField(field, 'name').value
  return typeof kind === 'string' && typeof name === 'string' ? `${kind}/${name}` : undefined
}
