/** Reads one listener of a Gateway. */
import type { HostPattern, Listener, TlsHost } from '../../model/manifest.ts'
import { readNamespace, readObjectName } from '../kubernetes/names.ts'
import {
  demand,
  isSet,
  originOf,
  readChoice,
  readFields,
  readInteger,
  readItems,
  readText,
  reject,
  warn,
} from '../kubernetes/reader.ts'
import type { Field } from '../kubernetes/reader.ts'
import { readHostPattern } from '../kubernetes/rule-match.ts'
import { isPermitted } from './reference-grant.ts'
import type { ReferenceGrant } from './reference-grant.ts'

/** The group of Gateway API's kinds. */
export const GATEWAY_GROUP = 'gateway.networking.k8s.io'

/** A listener and whom it admits. */
export interface AdmittingListener {
  readonly listener: Listener
  /** Namespace whose routes may attach; `undefined` admits every namespace. */
  readonly namespace: string | undefined
  /** Whether HTTPRoutes may attach at all. */
  readonly admitsHttpRoutes: boolean
  readonly tlsHosts: readonly TlsHost[]
}

/** What a listener takes from its Gateway. */
export interface ListenerContext {
  readonly namespace: string
  /** `namespace/name` of the Gateway. */
  readonly key: string
  readonly address: string | undefined
  readonly grants: readonly ReferenceGrant[]
}

const LISTENER_FIELDS = ['allowedRoutes', 'hostname', 'name', 'port', 'protocol', 'tls'] as const
const TLS_FIELDS = ['certificateRefs', 'frontendValidation', 'mode', 'options'] as const

/** The listener; `undefined`, with an error, where serving it would not be what it asks for. */
export function readListener(
  field: Field,
  context: ListenerContext,
): AdmittingListener | undefined {
  const fields = readFields(field, LISTENER_FIELDS)
  const name = readName(fields.name)
  const port = demand(fields.port, 'give the port')
    ? readInteger(fields.port, 1, 65_535)
    : undefined
  const protocol = readProtocol(fields.protocol)
  const hostname = readHostname(fields.hostname)
  const admission = readAllowedRoutes(fields.allowedRoutes, context.namespace)
  if (!name || !port || !protocol || !hostname) return undefined
  const secure = protocol === 'HTTPS'
  const tlsHosts = secure ? readTls(fields.tls, { hostname, ...context }) : []
  if (tlsHosts === undefined) return undefined
  const listener: Listener = {
    name,
    gateway: context.key,
    address: context.address,
    port,
    protocol,
    hostname,
    clientAddress: undefined,
    policy: undefined,
    pathAmbiguity: 'policy',
    mergeSlashes: false,
    origin: originOf(field),
  }
  return { listener, tlsHosts, ...admission }
}

function readName(field: Field): string | undefined {
  return demand(field, 'name the listener') ? readObjectName(field) : undefined
}

function readProtocol(field: Field): Listener['protocol'] | undefined {
  if (!demand(field, 'use HTTP or HTTPS')) return undefined
  const text = readText(field)
  if (text === 'HTTP' || text === 'HTTPS') return text
  if (text !== undefined) {
    reject(field, {
      code: 'listener-protocol',
      text: 'is a protocol that is not served',
      remedy: 'use HTTP or HTTPS',
    })
  }
  return undefined
}

function readHostname(field: Field): HostPattern | undefined {
  if (field.value === undefined || field.value === '') return { type: 'any' }
  return readHostPattern(field, 'many')
}

function readAllowedRoutes(
  field: Field,
  own: string,
): Pick<AdmittingListener, 'namespace' | 'admitsHttpRoutes'> {
  const { kinds, namespaces } = readFields(field, ['kinds', 'namespaces'])
  const { from, selector } = readFields(namespaces, ['from', 'selector'])
  const choice = readChoice(from, ['All', 'Same', 'Selector'])
  if (choice === 'Selector') {
    warn(isSet(selector) ? selector : from, {
      code: 'namespace-selector',
      text: 'selects by labels of namespaces, which are not known here; it is read as Same',
      remedy: 'use All or Same',
    })
  }
  const items = readItems(kinds)
  const admitsHttpRoutes =
    items.length === 0 || items.map((item) => isHttpRoute(item)).includes(true)
  return { namespace: choice === 'All' ? undefined : own, admitsHttpRoutes }
}

function isHttpRoute(field: Field): boolean {
  const { group, kind } = readFields(field, ['group', 'kind'])
  return (readText(group) ?? GATEWAY_GROUP) === GATEWAY_GROUP && readText(kind) === 'HTTPRoute'
}

/** The certificates of an HTTPS listener; `undefined` where it must not be opened. */
function readTls(
  field: Field,
  context: ListenerContext & { readonly hostname: HostPattern },
): readonly TlsHost[] | undefined {
  const { mode, certificateRefs, frontendValidation, options } = readFields(field, TLS_FIELDS)
  const terminates = mode.value === undefined || readChoice(mode, ['Terminate']) !== undefined
  if (isSet(frontendValidation)) {
    reject(frontendValidation, {
      code: 'tls-validation',
      text: 'asks for client certificates, which are not checked; the listener is not opened',
      remedy: 'remove it only if clients without a certificate may come in',
    })
  }
  if (isSet(options)) {
    warn(options, { code: 'field-not-read', text: 'has no effect', remedy: 'remove it' })
  }
  if (!terminates || isSet(frontendValidation)) return undefined
  const references = readItems(certificateRefs)
  if (references.length > 0) return references.flatMap((item) => readCertificate(item, context))
  warn(isSet(field) ? field : certificateRefs, {
    code: 'tls-without-certificate',
    text: 'names no certificate, so the default one is used',
    remedy: 'name a Secret of type kubernetes.io/tls in certificateRefs',
  })
  return [{ host: context.hostname, secret: undefined, origin: originOf(certificateRefs) }]
}

function readCertificate(
  field: Field,
  { hostname, namespace: own, grants }: ListenerContext & { readonly hostname: HostPattern },
): readonly TlsHost[] {
  const fields = readFields(field, ['group', 'kind', 'name', 'namespace'])
  const kind = readText(fields.kind) ?? 'Secret'
  if ((readText(fields.group) ?? '') !== '' || kind !== 'Secret') {
    reject(field, {
      code: 'certificate-kind',
      text: 'is not a Secret',
      remedy: 'name a Secret of type kubernetes.io/tls',
    })
    return []
  }
  const name = demand(fields.name, 'name the Secret') ? readObjectName(fields.name) : undefined
  const namespace = readNamespace(fields.namespace, own)
  if (name === undefined || namespace === undefined) return []
  const from = { group: GATEWAY_GROUP, kind: 'Gateway', namespace: own }
  if (!isPermitted(grants, { from, to: { group: '', kind: 'Secret', namespace, name } })) {
    reject(field, {
      code: 'ref-not-permitted',
      text: `refers to Secret ${namespace}/${name}, and no ReferenceGrant there permits it`,
      remedy: `add a ReferenceGrant in namespace ${namespace}, or move the Secret`,
    })
    return []
  }
  return [{ host: hostname, secret: `${namespace}/${name}`, origin: originOf(field) }]
}
