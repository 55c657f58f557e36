/** The exchange of a request that no rules can be asked about. */
import type { Exchange } from '../exchange.ts'
import type { ParseFailure, Peer, RequestHead } from '../head.ts'
import { createDecision, type Refusal } from './decide.ts'
import { GatewayExchange } from './exchange.ts'
import { createProgress } from './record.ts'
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
  const decision = createDecision(head, peer, undefined)
  decision.refusal = refusal
  const startedMs = runtime.monotonic()
  const startedAtMs = runtime.now()
  const progress = createProgress(runtime.requestIds.next(), { startedMs, startedAtMs })
  return new GatewayExchange(decision, runtime, progress)
}
