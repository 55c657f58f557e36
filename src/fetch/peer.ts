/** Makes the core's socket facts of what a fetch-style server knows of its client. */
import type { Peer } from '../head.ts'
import type { SocketEntry } from '../model/bundle.ts'

/** What the caller of a gateway knows of the connection, and no header has said. */
export interface FetchPeer {
  /**
   * IP address of the other end; `undefined` where it is not known, which every rule about addresses
   * then denies. Never take it from a field that the client could have written.
   */
  readonly address: string | undefined
  /** Port of the other end. Default 0, unknown. */
  readonly port?: number
  /** Port the connection came in on. Default: that of the request's URL. */
  readonly localPort?: number
  /** Key of the bundle's socket to serve it by, such as `http:*:8080`. Default: chosen by URL. */
  readonly socket?: string
}

const DEFAULT_PORTS = { http: 80, https: 443 } as const

/** The facts of the connection that a request with this URL came over. */
export function toPeer(url: string, facts: FetchPeer, sockets: readonly SocketEntry[]): Peer {
  const scheme = url.startsWith('https:') ? 'https' : 'http'
  const localPort = facts.localPort ?? portOf(url, scheme)
  return {
    address: facts.address,
    port: facts.port ?? 0,
    localPort,
    socket: facts.socket ?? chooseSocket(sockets, scheme, localPort)?.key ?? '',
    tls: scheme === 'https' ? { serverName: undefined, alpn: undefined } : undefined,
  }
}

/** Of an http or https URL as a parser wrote it: a default port is left out. */
function portOf(url: string, scheme: 'http' | 'https'): number {
  const start = scheme.length + 3
  const end = url.indexOf('/', start)
  const authority = url.slice(start, end === -1 ? undefined : end)
  const colon = authority.lastIndexOf(':')
  // A colon within brackets belongs to an address.
  if (colon === -1 || authority.endsWith(']')) return DEFAULT_PORTS[scheme]
  return Number(authority.slice(colon + 1))
}

/**
 * The socket that serves the connection. The runtime accepts it on a port of its own, so the port
 * decides only where it is one of the rules'; the scheme decides otherwise. Rules without HTTPS are
 * served to https too: the runtime ends TLS for every host, before postern.
 */
function chooseSocket(
  sockets: readonly SocketEntry[],
  scheme: 'http' | 'https',
  port: number,
): SocketEntry | undefined {
  const protocol = scheme === 'https' ? 'HTTPS' : 'HTTP'
  const own = sockets.filter((socket) => socket.protocol === protocol)
  const candidates = own.length > 0 ? own : sockets
  return candidates.find((socket) => socket.port === port) ?? candidates[0]
}
