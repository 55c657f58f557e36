/** Reads durations as Gateway API writes them (GEP-2257): `30s`, `1m30s`, `500ms`. */
import { readText, reject } from '../kubernetes/reader.ts'
import type { Field } from '../kubernetes/reader.ts'

const DURATION = /^([0-9]{1,5}(h|m|s|ms)){1,4}$/
const PART = /([0-9]+)(ms|h|m|s)/g

const UNIT_MS: Readonly<Record<string, number>> = { h: 3_600_000, m: 60_000, s: 1000, ms: 1 }

/** Milliseconds, `undefined` where absent or, with `invalid-duration`, where it is none. */
export function readDurationMs(field: Field): number | undefined {
  const text = readText(field)
  if (text === undefined) return undefined
  if (!DURATION.test(text)) {
    reject(field, {
      code: 'invalid-duration',
      text: 'is not a duration',
      remedy: 'write it as 30s, 1m30s or 500ms; 0s switches the timeout off',
    })
    return undefined
  }
  let total = 0
  for (const [, count, unit] of text.matchAll(PART)) {
    total += Number(count) * (UNIT_MS[unit ?? ''] ?? 0)
  }
  return total
}
