/** Requests without a run of their own: what came before its turn, and never got it. */
import type { ParseFailure, Peer, RequestHead } from '../../../src/head.ts'
import { clientOutcome } from './outcome.ts'
import type { RunContext } from './run-context.ts'

/** Logs a request that gets no answer, once. */
export function recordUnanswered(
  context: RunContext,
  peer: Peer,
  head: RequestHead | ParseFailure,
): void {
  const [reason, detail] =
    'type' in head ? [head.reason, head.detail] : (['client_gone', undefined] as const)
  try {
    const exchange = context.begin(head, peer)
    const failure = clientOutcome(reason, false, detail)
    context.log(exchange.end({ failure, requestBytes: 0, responseBytes: 0 }))
  } catch (error) {
    context.fault(error)
  }
}
