/** An access record as a line of a log. */
import type { AccessRecord } from '../exchange.ts'

/** Characters of one value; the rest is cut. */
const MAX_VALUE_LENGTH = 2048

/** One line for `record`, without its end. Values cannot break the line nor reach a terminal. */
export function formatRecord(record: AccessRecord): string {
  const line = JSON.stringify(record)
  // A line no longer than a value may be has no value to cut; a replacer costs three microseconds.
  const cut = line.length <= MAX_VALUE_LENGTH ? line : JSON.stringify(record, cutLongText)
  return UNSAFE.test(cut) ? cut.replaceAll(UNSAFE_EACH, escapeUnit) : cut
}

/**
 * What JSON leaves as it is and a terminal or a line reader acts upon: DEL and the C1 controls
 * (U+009B begins an escape sequence as ESC [ does), line separators, and the marks that turn the
 * direction of text.
 */
const UNSAFE = /[\u007f-\u009f\u200e\u200f\u2028-\u202e\u2066-\u2069]/
const UNSAFE_EACH = new RegExp(UNSAFE, 'g')

function escapeUnit(unit: string): string {
  return `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`
}

function cutLongText(_key: string, value: unknown): unknown {
  return typeof value === 'string' && value.length > MAX_VALUE_LENGTH
    ? `${value.slice(0, MAX_VALUE_LENGTH)}…`
    : value
}
