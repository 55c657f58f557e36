/** Fields that have one value or none: what is said twice is not believed once. */
import type { Fields } from '../head.ts'

/**
 * Value of the field named `name` (lower-case) where it occurs exactly once, without the white
 * space around it; `undefined` otherwise, duplicates included.
 */
export function soleFieldValue(fields: Fields, name: string): string | undefined {
  let value: string | undefined
  for (let i = 0; i < fields.length; i += 2) {
    const candidate = fields[i] as string // the list holds pairs, so both indexes exist
    if (candidate.length !== name.length || candidate.toLowerCase() !== name) continue
    if (value !== undefined) return undefined
    value = fields[i + 1] as string // likewise
  }
  return value === undefined ? undefined : trimBlanks(value, 0, value.length)
}

/** The part of `text` from `start` to `end` without spaces and tabs at its ends (RFC 9110 OWS). */
export function trimBlanks(text: string, start: number, end: number): string {
  let first = start
  let last = end
  while (first < last && isBlank(text.charCodeAt(first))) first++
  while (last > first && isBlank(text.charCodeAt(last - 1))) last--
  return text.slice(first, last)
}

function isBlank(code: number): boolean {
  return code === 0x20 || code === 0x09
}
