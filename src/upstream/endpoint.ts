/** Endpoints as the engines need them, parsed once. */
import type { EndpointAddress } from '../exchange.ts'

const DEFAULT_PORTS = { http: 80, https: 443 } as const

/**
 * Address of an origin of the Bundle, such as `http://127.0.0.1:9001` or `https://[2001:db8::1]`.
 * `undefined` when it is none; `compile` writes only valid ones.
 */
export function parseEndpoint(url: string): EndpointAddress | undefined {
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

/** The `Host` that names the endpoint itself; a default port is left out. */
export function endpointHost(endpoint: EndpointAddress): string {
  const host = endpoint.hostname.includes(':') ? `[${endpoint.hostname}]` : endpoint.hostname
  return endpoint.port === DEFAULT_PORTS[endpoint.scheme] ? host : `${host}:${endpoint.port}`
}
