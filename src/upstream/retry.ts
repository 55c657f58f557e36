/** Whether a failed attempt may be followed by another. */
import { ERRORS } from '../errors.ts'
import type { Outcome } from '../exchange.ts'

/** Attempts for one request, the first included. */
export const MAX_ATTEMPTS = 3

/** RFC 9110 §9.2.2, less TRACE, which is never forwarded. */
const IDEMPOTENT: ReadonlySet<string> = new Set(['GET', 'HEAD', 'OPTIONS', 'PUT', 'DELETE'])

/**
 * A failure to connect may be retried with any method while no body byte was consumed beyond
 * replay: nobody has seen the request. Once it was sent, only an idempotent one whose reused
 * connection died before any answer may: the peer closed an idle connection at that moment
 * (RFC 9112 §9.3.1). A fresh connection that dies is an answer of a kind and is not repeated.
 */
export function isRetriable(outcome: Outcome, method: string): boolean {
  if (outcome.side !== 'upstream' || !ERRORS[outcome.reason].retriable) return false
  if (!outcome.replayable) return false
  if (outcome.phase === 'connect') return true
  return outcome.phase === 'sent' && outcome.reused && IDEMPOTENT.has(method)
}
