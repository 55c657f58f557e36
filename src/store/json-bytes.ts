/** Bytes of a store as a JSON value. */

/** The value; `undefined`, which JSON has no word for, where the bytes are no UTF-8 or no JSON. */
export function parseJsonBytes(bytes: ArrayBuffer): unknown {
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes))
  } catch {
    // Who publishes writes what they like; the caller says what it should have been.
    return undefined
  }
}

/** Any value on one line of at most 80 characters, for a sentence about it. */
export function showValue(value: unknown): string {
  return (JSON.stringify(value) ?? 'missing').slice(0, 80)
}
