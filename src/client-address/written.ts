/**
 * What backends are told about the client. The caller has dropped every field of these names that
 * came in (in any spelling); this adds ours, from believed parts alone.
 */
import type { Fields } from '../head.ts'
import type { IpAddress } from '../ip/address.ts'
import { formatForwardedNode, isTokenCode } from './forwarded.ts'
import { readHops, type ClientAddress, type ClientAddressRule } from './resolve.ts'
import { soleFieldValue } from './sole-value.ts'

/** What is known about the request that a backend is told about. */
export interface ForwardedInput {
  /** The listener's rule, which gave `client`. */
  readonly rule: ClientAddressRule
  readonly client: ClientAddress
  /** The socket's other end; `undefined` where it has no address. */
  readonly peerAddress: IpAddress | undefined
  /** Of the client's connection. */
  readonly scheme: 'http' | 'https'
  /** `Host` as the client sent it; empty when there was none. */
  readonly host: string
  /** Port the client connected to; 0 when unknown, which gives the scheme's default. */
  readonly port: number
  /** Fields as they came in. */
  readonly fields: Fields
  /** Fields written on request only; none by default. */
  readonly extras?: ForwardedExtras
}

/** Fields that few backends read. */
export interface ForwardedExtras {
  /** Writes `Forwarded` (RFC 7239). Default false. */
  readonly forwarded?: boolean
  /** Writes the computed client as `X-Envoy-External-Address`. Default false. */
  readonly envoyExternalAddress?: boolean
}

/**
 * Elements of an inbound list that are passed on, from the right. With the longest addresses that
 * is about 5 KiB, within what common servers take for one field.
 */
const MAX_HOPS = 128

/**
 * Appends name and value of each field to `out`.
 *
 * `X-Forwarded-For` and `Forwarded` hold the addresses of the believed list, the peer last; without
 * a trusted peer, the peer alone. They are rebuilt from parsed addresses: canonical, without
 * ports, and cut behind the first element that is none. So a backend that walks the list from the
 * right with the same trust finds the same client, and what a client wrote further left reaches it
 * as addresses or not at all. A field that is not the configured source has nobody to vouch for
 * it and is not passed on.
 *
 * `X-Forwarded-Proto`, `-Host` and `-Port` keep a trusted peer's single well-formed value and are
 * ours otherwise. `X-Real-IP` is the computed client.
 */
export function appendForwarded(input: ForwardedInput, out: string[]): void {
  const { client, extras } = input
  const addresses = believedAddresses(input)
  const proto = forwardedProto(input)
  const host = forwardedHost(input)
  if (addresses.length > 0) out.push('X-Forwarded-For', joinAddresses(addresses))
  out.push('X-Forwarded-Proto', proto)
  if (host !== '') out.push('X-Forwarded-Host', host)
  out.push('X-Forwarded-Port', forwardedPort(input, proto))
  if (client.address !== undefined) {
    out.push('X-Real-IP', client.address.text)
    if (extras?.envoyExternalAddress === true) {
      out.push('X-Envoy-External-Address', client.address.text)
    }
  }
  if (extras?.forwarded === true) out.push('Forwarded', formatForwarded(addresses, proto, host))
}

/** Scheme and port that the client used, as far as anybody trusted says. */
export interface BelievedOrigin {
  readonly scheme: 'http' | 'https'
  readonly port: number
}

/** What a redirect has to build on: the same scheme and port that `appendForwarded` writes. */
export function believedOrigin(input: ForwardedInput): BelievedOrigin {
  const scheme = forwardedProto(input)
  return { scheme, port: Number(forwardedPort(input, scheme)) }
}

/** From the oldest to the peer; empty when the peer has no address. */
function believedAddresses(input: ForwardedInput): IpAddress[] {
  const { rule, client, peerAddress, fields } = input
  if (peerAddress === undefined) return []
  const addresses = [peerAddress]
  if (!client.trusted) return addresses
  if (rule.source.type === 'single') {
    const { address } = client
    if (address !== undefined && address.text !== peerAddress.text) addresses.push(address)
    return addresses.reverse()
  }
  const list = readHops(rule.source.type, fields)
  while (addresses.length <= MAX_HOPS && list.previous() && list.address !== undefined) {
    addresses.push(list.address)
  }
  return addresses.reverse()
}

function joinAddresses(addresses: readonly IpAddress[]): string {
  let text = ''
  for (const address of addresses) text += text === '' ? address.text : `, ${address.text}`
  return text
}

function forwardedProto({ client, fields, scheme }: ForwardedInput): 'http' | 'https' {
  if (!client.trusted) return scheme
  const value = soleFieldValue(fields, 'x-forwarded-proto')?.toLowerCase()
  return value === 'http' || value === 'https' ? value : scheme
}

function forwardedHost({ client, fields, host }: ForwardedInput): string {
  if (!client.trusted) return host
  const value = soleFieldValue(fields, 'x-forwarded-host')
  return value !== undefined && isHost(value) ? value : host
}

/**
 * Where a trusted peer names another scheme than ours but no port, ours cannot be the client's, and
 * the default of that scheme is the better guess.
 */
function forwardedPort({ client, fields, scheme, port }: ForwardedInput, proto: string): string {
  if (client.trusted) {
    const value = soleFieldValue(fields, 'x-forwarded-port')
    if (value !== undefined && isPort(value)) return value
  }
  if (port > 0 && proto === scheme) return String(port)
  return proto === 'https' ? '443' : '80'
}

/** RFC 7239 §4: one element for each address; only the last hop is ours to describe. */
function formatForwarded(addresses: readonly IpAddress[], proto: string, host: string): string {
  let text = ''
  for (const address of addresses) {
    text += `${text === '' ? '' : ', '}for=${formatForwardedNode(address)}`
  }
  if (text === '') text = 'for=unknown'
  text += `;proto=${proto}`
  return isHost(host) ? `${text};host=${quoteWhereNeeded(host)}` : text
}

/** Safe between quotes: `isHost` admits neither a quote nor a backslash. */
function quoteWhereNeeded(host: string): string {
  for (let i = 0; i < host.length; i++) {
    if (!isTokenCode(host.charCodeAt(i))) return `"${host}"`
  }
  return host
}

/** Whether `text` has the letters of a host with an optional port; the name is not resolved. */
function isHost(text: string): boolean {
  if (text.length === 0 || text.length > 261) return false // 255 for the name, `:65535`
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i)
    const lower = code | 0x20
    const alphanumeric = (code >= 0x30 && code <= 0x39) || (lower >= 0x61 && lower <= 0x7a)
    if (!alphanumeric && !'-._:[]'.includes(text.charAt(i))) return false
  }
  return true
}

/** 1 to 65535 in decimal, without leading zeros. */
function isPort(text: string): boolean {
  if (text.length === 0 || text.length > 5 || text.startsWith('0')) return false
  let port = 0
  for (let i = 0; i < text.length; i++) {
    const digit = text.charCodeAt(i) - 0x30
    if (digit < 0 || digit > 9) return false
    port = port * 10 + digit
  }
  return port <= 65_535
}
