/** Durations as Gateway API writes them (GEP-2257), and the number 0. */
import type { DurationInput } from './input.ts'

/** Longer ones are refused: timers of the runtimes overflow at 2^31 ms, and then end at once. */
export const MAX_DURATION_MS: number = 24 * 3_600_000

const PART = /(\d+)(ms|h|m|s)/g

const UNIT_MS: Readonly<Record<string, number>> = { h: 3_600_000, m: 60_000, s: 1000, ms: 1 }

/**
 * Milliseconds of a duration whose form the schema has checked (`1h30m`); `undefined` where it is
 * longer than 24 hours.
 */
export function parseDurationMs(input: DurationInput): number | undefined {
  if (input === 0) return 0
  let total = 0
  for (const [, count, unit = ''] of input.matchAll(PART)) {
    total += Number(count) * (UNIT_MS[unit] ?? 0)
  }
  return total <= MAX_DURATION_MS ? total : undefined
}
