/** The exchange of a request that no rules can be asked about. */
import type { Exchange } from '../exchange.ts'
import type { ParseFailure, Peer, RequestHead } from '../head.ts'
import { parseSocketAddress } from '../ip/host-address.ts'
import type { Decision, Refusal } from './decide.ts'
import { GatewayExchange } from './exchange.ts'
import type { Runtime } from './runtime.ts'

/**
 * Takes a request where there is no snapshot, or where asking it failed: the exchange gives the
 * answer of `refusal` and ends with an access record, as every other does.
 */
export function beginRefused(
  head: RequestHead | ParseFailure,
  peer: Peer,
  { runtime, refusal }: { readonly runtime: Runtime; readonly refusal: Refusal },
): Exchange {
  const decision: Decision = {
    head: 'type' in head ? undefined : head,
    peer,
    peerAddress: parseSocketAddress(peer.address),
    socket: undefined,
    listener: undefined,
    admitted: undefined,
    path: undefined,
    client: undefined,
    host: undefined,
    route: undefined,
    action: undefined,
    asterisk: false,
    refusal,
  }
  return new GatewayExchange(decision, runtime, {
    requestId: runtime.requestIds.next(),
    startedMs: runtime.monotonic(),
    startedAtMs: runtime.now(),
    status: 0,
    reason: undefined,
    detail: undefined,
    backend: undefined,
    endpoint: undefined,
    attempts: 0,
    upstreamMs: undefined,
  })
}
