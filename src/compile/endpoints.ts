/**
 * Origins of endpoints in one spelling, and the addresses that rules may not name. Owns no names:
 * what a name resolves to is checked on the address connected to.
 */
import { classifyEndpointAddress, isConnectable } from '../ip/endpoint-address.ts'
import { parseHostAddress } from '../ip/host-address.ts'
import { parseBinding } from '../model/binding.ts'

/** Who named an endpoint: operators may name loopback, objects of a cluster may not. */
export type EndpointAuthor = 'operator' | 'cluster'

/** An origin that may be connected to, or why not. */
export type EndpointOrigin =
  | { readonly type: 'origin'; readonly origin: string }
  /** No origin of http or https. */
  | { readonly type: 'malformed' }
  /** An address that nobody, or not this author, may name; `what` says which kind it is. */
  | { readonly type: 'forbidden'; readonly what: string }

/**
 * The origin that `url` names: scheme, host and port, the default port left out, the host in the
 * spelling of WHATWG URL, so that `http://0x7f.1` is seen for what it is. A path other than `/`, a
 * query, a fragment or user information makes it malformed. An operator may also name a service of
 * the runtime, `binding:NAME`, which is given as it stands.
 */
export function parseEndpointOrigin(url: string, author: EndpointAuthor): EndpointOrigin {
  if (parseBinding(url) !== undefined) {
    return author === 'operator' ? { type: 'origin', origin: url } : { type: 'malformed' }
  }
  const parsed = URL.parse(url)
  if (parsed === null || !isOrigin(parsed)) return { type: 'malformed' }
  const address = parseHostAddress(parsed.hostname)
  if (address === undefined) return { type: 'origin', origin: parsed.origin }
  const addressClass = classifyEndpointAddress(address)
  const allowed = author === 'operator' ? isConnectable(addressClass) : addressClass === 'ok'
  return allowed
    ? { type: 'origin', origin: parsed.origin }
    : { type: 'forbidden', what: addressClass }
}

/** URL text of an address and port; IPv6 gets its brackets. */
export function formatEndpoint(scheme: 'http' | 'https', address: string, port: number): string {
  return `${scheme}://${address.includes(':') ? `[${address}]` : address}:${port}`
}

function isOrigin({ protocol, username, password, pathname, search, hash }: URL): boolean {
  return (
    (protocol === 'http:' || protocol === 'https:') &&
    username === '' &&
    password === '' &&
    pathname === '/' &&
    search === '' &&
    hash === ''
  )
}
