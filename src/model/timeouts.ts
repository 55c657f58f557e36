/** The timeouts of an action whose rule names none. */
import type { Timeouts } from './manifest.ts'

/**
 * Milliseconds. Long enough for slow backends, short enough that a dead one does not hold requests;
 * no total, since no figure suits both a page and a stream.
 */
export const DEFAULT_TIMEOUTS: Required<Timeouts> = Object.freeze({
  connectMs: 3000,
  firstByteMs: 30_000,
  idleMs: 60_000,
  totalMs: 0,
})
