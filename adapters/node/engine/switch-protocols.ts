/** Answers a client with 101 and joins its socket with the endpoint's. */
import type { Reason } from '../../../src/errors.ts'
import { fieldValue, type ResponseHead } from '../../../src/head.ts'
import { headText, type ClientTurn } from './client-turn.ts'
import { ownFields } from './response-fields.ts'
import { joinTunnel } from './tunnel.ts'
import type { UpstreamResponse } from './attempt-listener.ts'

/** What to switch. */
export interface SwitchOptions {
  readonly turn: ClientTurn
  readonly upstream: UpstreamResponse
  /** The 101, without connection fields. */
  readonly head: ResponseHead
  /** Milliseconds without a byte in either direction; 0 is no bound. */
  readonly idleMs: number
  readonly done: (result: SwitchResult) => void
}

/** How the tunnel ended. */
export interface SwitchResult {
  /** `undefined` when both directions ended by themselves. */
  readonly failed: { readonly side: 'client' | 'upstream'; readonly reason: Reason } | undefined
  readonly requestBytes: number
  readonly responseBytes: number
}

/** Switches, and gives what ends the tunnel at once. Throws where either side cannot switch. */
export function switchProtocols(options: SwitchOptions): () => void {
  const { turn, upstream, head, idleMs, done } = options
  const { socket, response, tunnelFirst } = turn
  const { message, tunnel } = upstream
  if (tunnel === undefined || tunnelFirst === undefined) throw new Error('no sockets to join')
  response.detachSocket(socket)
  const token = fieldValue(message.rawHeaders, 'upgrade') ?? ''
  const fields = [...ownFields(head.fields, false), 'Connection', 'Upgrade', 'Upgrade', token]
  socket.write(headText({ ...head, fields }), 'latin1')
  return joinTunnel({
    client: socket,
    upstream: tunnel.socket,
    firstFromClient: tunnelFirst,
    firstFromUpstream: tunnel.first,
    idleMs,
    done: ({ failed, ...bytes }) => done({ failed: failed && FAILURES[failed], ...bytes }),
  })
}

const FAILURES = {
  client: { side: 'client', reason: 'client_gone' },
  upstream: { side: 'upstream', reason: 'upstream_reset' },
  idle: { side: 'upstream', reason: 'idle_timeout' },
} as const
