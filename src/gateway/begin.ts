/**
 * Read this first. `begin` is where a request enters the core: it decides (gate, client address,
 * policy, match: `decide.ts`) and gives the exchange that an engine then drives through filters,
 * attempts and the answer (`exchange.ts`).
 */
import type { Exchange } from '../exchange.ts'
import { fieldValue, type ParseFailure, type Peer, type RequestHead } from '../head.ts'
import { isRequestId } from '../observe/request-id.ts'
import { NO_WAIVERS, type GateWaivers } from '../canonical/gate.ts'
import { decide, type Decision } from './decide.ts'
import { GatewayExchange } from './exchange.ts'
import { createProgress } from './record.ts'
import type { Snapshot } from './snapshot.ts'

/**
 * Takes one request head, or the reason why there is none, with the facts of its socket.
 * Synchronous and complete: every answer, refusals included, comes out of the exchange.
 * `waivers` names what the runtime hides from the gate; a runtime with raw heads waives nothing.
 */
export function begin(
  head: RequestHead | ParseFailure,
  peer: Peer,
  snapshot: Snapshot,
  waivers: GateWaivers = NO_WAIVERS,
): Exchange {
  const { runtime } = snapshot
  const startedMs = runtime.monotonic()
  const startedAtMs = runtime.now()
  const decision = decide(head, peer, snapshot, waivers)
  const requestId = inboundRequestId(decision) ?? runtime.requestIds.next()
  const progress = createProgress(requestId, { startedMs, startedAtMs })
  return new GatewayExchange(decision, runtime, progress)
}

/** A trusted proxy's identifier is kept, so that one request has one name along its way. */
function inboundRequestId(decision: Decision): string | undefined {
  if (decision.client?.trusted !== true || decision.head === undefined) return undefined
  const value = fieldValue(decision.head.fields, 'x-request-id')
  return value !== undefined && isRequestId(value) ? value : undefined
}
