/** Outcomes as the core wants them, with the detail only where there is one. */
import type { Reason } from '../../../src/errors.ts'
import type { Outcome } from '../../../src/exchange.ts'

/** `base` with `detail`. */
export function describeOutcome(base: Outcome, detail: string | undefined): Outcome {
  return detail === undefined ? base : { ...base, detail }
}

/** What happened with the client while nothing was sent for it. */
export function clientOutcome(
  reason: Reason,
  replayable: boolean,
  detail: string | undefined,
): Outcome {
  const base = { phase: 'request', bytesSent: 0, reused: false, replayable, reason } as const
  return describeOutcome({ side: 'client', ...base }, detail)
}
