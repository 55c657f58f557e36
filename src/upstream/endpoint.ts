/** Endpoints as the engines need them, parsed once. */
import type { EndpointAddress } from '../exchange.ts'
import { parseBinding } from '../model/binding.ts'

const DEFAULT_PORTS = { http: 80, https: 443 } as const

/**
 * Address of an endpoint of the Bundle: an origin such as `http://127.0.0.1:9001` or
 * `https://[2001:db8::1]`, or `binding:NAME`.
 * `undefined` when it is none; `compile` writes only valid ones.
 */
export function parseEndpoint(url: string): EndpointAddress | undefined {
  const binding = parseBinding(url)
  if (binding !== undefined) return bindingEndpoint(url, binding)
  const end = url.indexOf('://')
  const scheme = url.slice(0, end)
  if (scheme !== 'http' && scheme !== 'https') return undefined
  const authority = url.slice(end + 3)
  const close = authority.indexOf(']')
  const colon = authority.indexOf(':', close + 1)
  const host = colon === -1 ? authority : authority.slice(0, colon)
  const hostname = close === -1 ? host : host.slice(1, close)
  const port = colon === -1 ? DEFAULT_PORTS[scheme] : Number(authority.slice(colon + 1))
  if (hostname === '' || !Number.isInteger(port) || port < 1 || port > 65_535) return undefined
  return { url, scheme, hostname, port }
}

/** RFC 6761 §6.4 keeps `.invalid` from ever naming a machine. */
function bindingEndpoint(url: string, binding: string): EndpointAddress {
  const hostname = `${binding.toLowerCase()}.invalid`
  return { url, scheme: 'http', hostname, port: DEFAULT_PORTS.http, binding }
}

/** The `Host` that names the endpoint itself; a default port is left out. */
export function endpointHost(endpoint: EndpointAddress): string {
  const host = endpoint.hostname.includes(':') ? `[${endpoint.hostname}]` : endpoint.hostname
  return endpoint.port === DEFAULT_PORTS[endpoint.scheme] ? host : `${host}:${endpoint.port}`
}
