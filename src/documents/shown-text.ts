/** How text out of a file is shown in a message: short, on one line, unable to move a terminal. */

/** Longest value of a finding, in UTF-16 units. */
const MAX_SHOWN = 200

/** C0 and C1 controls, line separators, and what turns the direction of writing. */
// oxlint-disable-next-line no-control-regex -- controls are what it looks for
const UNSAFE = /[\u0000-\u001f\u007f-\u009f\u2028-\u202e\u2066-\u2069\ufeff]/g

/** `text` cut to 200 units, with everything escaped that could forge a line of a log. */
export function showText(text: string, max: number = MAX_SHOWN): string {
  const safe = text.slice(0, max + 1).replaceAll(UNSAFE, escapeUnit)
  return safe.length <= max ? safe : `${safe.slice(0, max - 1)}…`
}

/** `text` in double quotes, cut to 80 units, for use within a sentence. */
export function quoteText(text: string): string {
  return `"${showText(text, 80)}"`
}

/** A value as text: scalars as they are, collections by their kind and size. */
export function showValue(value: unknown): string {
  if (typeof value === 'string') return showText(value)
  if (Array.isArray(value)) return value.length === 0 ? '[]' : `[… ${value.length}]`
  if (typeof value === 'object' && value !== null) {
    return showText(`{ ${Object.keys(value).slice(0, 8).join(', ')} }`)
  }
  return String(value)
}

function escapeUnit(unit: string): string {
  return `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`
}
