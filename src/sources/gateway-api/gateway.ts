/** Reads a Gateway into listeners, and keeps which routes each of them admits. */
import type { Listener, TlsHost } from '../../model/manifest.ts'
import { parseAddress } from '../../ip/address.ts'
import { reviewAnnotations } from '../kubernetes/annotations.ts'
import type { KubernetesObject } from '../kubernetes/metadata.ts'
import {
  demand,
  isSet,
  peekField,
  readFields,
  readItems,
  readText,
  reject,
  tell,
  warn,
} from '../kubernetes/reader.ts'
import type { Field } from '../kubernetes/reader.ts'
import { readListener } from './listener.ts'
import type { AdmittingListener } from './listener.ts'
import type { ReferenceGrant } from './reference-grant.ts'

/** A Gateway as routes see it. */
export interface GatewayEntry {
  /** `namespace/name`. */
  readonly key: string
  /** Whether it is of our class; one that is not has no listeners. */
  readonly served: boolean
  readonly listeners: readonly AdmittingListener[]
  /** Hosts that its HTTPS listeners have certificates for. */
  readonly tlsHosts: readonly TlsHost[]
}

const OBJECT_FIELDS = ['apiVersion', 'kind', 'metadata', 'spec', 'status'] as const

const SPEC_FIELDS = [
  'addresses',
  'allowedListeners',
  'backendTLS',
  'defaultScope',
  'gatewayClassName',
  'infrastructure',
  'listeners',
  'tls',
] as const

/** The Gateway, with the listeners that can be served; the others are errors. */
export function readGateway(
  object: KubernetesObject,
  {
    className,
    grants,
  }: {
    readonly className: string
    readonly grants: readonly ReferenceGrant[]
  },
): GatewayEntry {
  const spec = readFields(readFields(object.root, OBJECT_FIELDS).spec, SPEC_FIELDS)
  const key = `${object.namespace}/${object.name}`
  if (!judgeClass(spec.gatewayClassName, className)) {
    return { key, served: false, listeners: [], tlsHosts: [] }
  }
  reviewAnnotations(object.annotations, [])
  for (const field of [spec.allowedListeners, spec.backendTLS, spec.defaultScope]) warnUnread(field)
  const closed = rejectTls(spec.tls)
  const { address, readable } = readAddress(spec.addresses)
  const names = new Set<string>()
  const read = readItems(spec.listeners).flatMap((item) => {
    const result = readListener(item, { namespace: object.namespace, key, address, grants })
    if (result === undefined || closed || !readable || !claimName(item, result.listener, names))
      return []
    return [result]
  })
  if (read.length === 0) rejectEmpty(spec.listeners)
  return { key, served: true, listeners: read, tlsHosts: read.flatMap(({ tlsHosts }) => tlsHosts) }
}

function judgeClass(field: Field, className: string): boolean {
  if (!demand(field, `set it to ${className}`)) return false
  const name = readText(field)
  if (name === className) return true
  if (name !== undefined) {
    tell(field, {
      code: 'class-skipped',
      text: `is another class than ${JSON.stringify(className)}, so this Gateway is not served`,
      remedy: `start with --class ${name} to serve it`,
    })
  }
  return false
}

function warnUnread(field: Field): void {
  if (!isSet(field)) return
  warn(field, { code: 'field-not-read', text: 'has no effect', remedy: 'remove it' })
}

/**
 * Whether `spec.tls` asks for client certificates, which no listener could refuse to skip. Opening
 * the listeners without them would let everybody in, so none is opened.
 */
function rejectTls(field: Field): boolean {
  const { frontend } = readFields(field, ['backend', 'frontend'])
  if (!isSet(frontend)) return false
  reject(frontend, {
    code: 'tls-validation',
    text: 'asks for client certificates, which are not checked; no listener is opened',
    remedy: 'remove it only if clients without a certificate may come in',
  })
  return true
}

/**
 * The address to bind. Several are refused but for the first, which keeps the others closed;
 * `readable` is false where none that was asked for can be read, since to bind every address
 * instead would open more than was meant.
 */
function readAddress(field: Field): {
  readonly address: string | undefined
  readonly readable: boolean
} {
  const wanted = readItems(field).filter(isIpAddress)
  const addresses = wanted.flatMap((item) => {
    const { value } = readFields(item, ['type', 'value'])
    const address = parseAddress(readText(value) ?? '')
    if (address !== undefined) return [address.text]
    reject(value, {
      code: 'invalid-address',
      text: 'is not an IP address to listen on',
      remedy: 'give an address of this machine, or remove it',
    })
    return []
  })
  if (addresses.length > 1) {
    reject(field, {
      code: 'several-addresses',
      text: 'has several addresses; only the first is listened on',
      remedy: 'make a Gateway for each address',
    })
  }
  return { address: addresses[0], readable: wanted.length === 0 || addresses.length > 0 }
}

/** Names of other types are for those who look the Gateway up; nothing can be bound to them. */
function isIpAddress(field: Field): boolean {
  const type = peekField(field, 'type')
  if (!isSet(type) || type.value === 'IPAddress') return true
  warn(type, { code: 'field-not-read', text: 'is no address to listen on', remedy: 'remove it' })
  return false
}

/** Whether this is the first listener of its name; routes could not tell two apart. */
function claimName(field: Field, { name }: Listener, names: Set<string>): boolean {
  if (!names.has(name)) {
    names.add(name)
    return true
  }
  reject(field, {
    code: 'listener-name',
    text: `is a second listener of name ${name}; the first counts`,
    remedy: 'give each listener its own name',
  })
  return false
}

function rejectEmpty(field: Field): void {
  reject(field, {
    code: 'no-listener',
    text: 'has no listener that can be served',
    remedy: 'give a listener with name, port and protocol HTTP or HTTPS',
  })
}
