/** Answers a client with 101 and joins its socket with the endpoint's. */
import type { Reason } from '../../../src/errors.ts'
import { fieldValue, type ResponseHead } from '../../../src/head.ts'
import type { UpstreamResponse } from './attempt-listener.ts'
import type { ClientTurn } from './client-turn.ts'
import { ownFields } from './response-fields.ts'
import { joinTunnel } from './tunnel.ts'
import type { UpstreamAttempt } from './upstream-attempt.ts'

/** What to switch. */
export interface SwitchOptions {
  readonly turn: ClientTurn
  readonly attempt: UpstreamAttempt
  readonly upstream: UpstreamResponse
  /** The 101, without connection fields. */
  readonly head: ResponseHead
  /** Takes the client's socket off HTTP and gives what came behind the request. */
  readonly leave: () => Buffer
  readonly done: (result: SwitchResult) => void
}

/** How the tunnel ended. */
export interface SwitchResult {
  /** `undefined` when both directions ended by themselves. */
  readonly failed: { readonly side: 'client' | 'upstream'; readonly reason: Reason } | undefined
  readonly requestBytes: number
  readonly responseBytes: number
}

/** Switches, and gives what ends the tunnel at once. Throws where the endpoint did not switch. */
export function switchProtocols(options: SwitchOptions): () => void {
  const { turn, attempt, upstream, head, done } = options
  const { tunnel } = upstream
  if (tunnel === undefined) throw new Error('no sockets to join')
  const token = fieldValue(upstream.head.fields, 'upgrade') ?? ''
  const fields = [...ownFields(head.fields, false), 'Connection', 'Upgrade', 'Upgrade', token]
  turn.writeSwitch({ ...head, fields })
  attempt.handOver()
  return joinTunnel({
    client: turn.socket,
    upstream: tunnel.socket,
    firstFromClient: options.leave(),
    firstFromUpstream: tunnel.first,
    idleMs: attempt.idleMs,
    done: ({ failed, ...bytes }) => done({ failed: failed && FAILURES[failed], ...bytes }),
  })
}

const FAILURES = {
  client: { side: 'client', reason: 'client_gone' },
  upstream: { side: 'upstream', reason: 'upstream_reset' },
  idle: { side: 'upstream', reason: 'idle_timeout' },
} as const
