/** The connections to endpoints: two keep-alive agents, the address check and the queue's bound. */
import http, { type ClientRequest, type RequestOptions } from 'node:http'
import https from 'node:https'
import { PosternError } from '../../../src/errors.ts'
import type { EndpointAddress } from '../../../src/exchange.ts'
import type { EngineLimits } from './limits.ts'
import { guardedLookup, isAllowedHost, type Resolve } from './lookup.ts'

/** What to ask of an endpoint. */
export interface TransportRequest {
  readonly endpoint: Pick<EndpointAddress, 'scheme' | 'hostname' | 'port'>
  readonly method: string
  readonly target: string
  /** All fields in order, `Host` and framing included. */
  readonly fields: string[]
}

/** Opens requests. */
export interface Transport {
  /**
   * A request on an idle connection or a new one. Throws `PosternError` where none may be made:
   * `address_forbidden`, `overloaded`; and `internal_error` where the request cannot be written.
   */
  open(request: TransportRequest): ClientRequest
  /** Closes idle connections. */
  close(): void
}

/** A transport; `resolve` replaces the system's resolver in tests. */
export function createTransport(limits: EngineLimits, resolve?: Resolve): Transport {
  const lookup = guardedLookup(resolve)
  // An agent keeps its connections apart by host, port and TLS settings: that is per endpoint.
  // The last used connection first, so that the others grow old and close.
  const settings = {
    keepAlive: true,
    scheduling: 'lifo',
    maxSockets: limits.maxUpstreamConnections,
    maxFreeSockets: limits.maxUpstreamConnections,
    timeout: limits.upstreamIdleMs,
    noDelay: true,
    lookup,
  } as const
  const agents = { http: new http.Agent(settings), https: new https.Agent(settings) }

  return {
    open({ endpoint, method, target, fields }) {
      const { scheme, hostname, port } = endpoint
      if (!isAllowedHost(hostname)) throw new PosternError('address_forbidden', hostname)
      const agent = agents[scheme]
      const options: RequestOptions = {
        agent,
        hostname,
        port,
        method,
        path: target,
        headers: fields,
        // More than a response may hold; a head that does not fit is upstream_invalid.
        maxHeaderSize: limits.maxHeadBytes * 4,
      }
      if (isQueueFull(agent, limits.maxUpstreamQueue, hostname, port)) {
        throw new PosternError('overloaded', `${limits.maxUpstreamQueue} requests wait`)
      }
      try {
        return scheme === 'https' ? https.request(options) : http.request(options)
      } catch (cause) {
        throw new PosternError('internal_error', 'the request cannot be written', { cause })
      }
    },
    close() {
      agents.http.destroy()
      agents.https.destroy()
    },
  }
}

/** The agent's own queue has no bound; its lists are keyed by a name that starts with the origin. */
function isQueueFull(agent: http.Agent, limit: number, hostname: string, port: number): boolean {
  const { requests } = agent
  for (const name in requests) {
    if (name.startsWith(`${hostname}:${port}:`)) return (requests[name]?.length ?? 0) >= limit
  }
  return false
}
