/** The bytes that HTTP/1.1 is made of, and which of them may stand where. */

export const HTAB = 0x09
export const LF = 0x0a
export const CR = 0x0d
export const SP = 0x20
export const QUOTE = 0x22
export const COLON = 0x3a
export const SEMICOLON = 0x3b
export const EQUALS = 0x3d
export const BACKSLASH = 0x5c

/** Class of a byte that names and methods are made of (`tchar`, RFC 9110 §5.6.2). */
export const TOKEN = 1
/** Class of a byte within a field value or a reason phrase: blanks, visible ASCII, obs-text. */
export const VALUE = 2
/** Class of a byte within a request target: visible ASCII. Which of them, the gate decides. */
export const TARGET = 4
/** Class of a byte within a quoted string, the quote and the backslash left out (§5.6.4). */
export const QUOTED = 8

/** The classes of each byte, as a sum of the above. */
export const CLASSES: Uint8Array = Uint8Array.from({ length: 256 }, (_, byte) => {
  const visible = byte > SP && byte < 0x7f
  const value = visible || byte === SP || byte === HTAB || byte > 0x7f
  const quoted = value && byte !== QUOTE && byte !== BACKSLASH
  const token = /[\w!#$%&'*+.^`|~-]/.test(String.fromCharCode(byte))
  return (token ? TOKEN : 0) | (value ? VALUE : 0) | (visible ? TARGET : 0) | (quoted ? QUOTED : 0)
})

/** Value of each byte as a hexadecimal digit; 16 where it is none. */
export const HEX_VALUES: Uint8Array = Uint8Array.from({ length: 256 }, (_, byte) => {
  const text = String.fromCharCode(byte)
  return /[\da-f]/i.test(text) ? Number.parseInt(text, 16) : 16
})

/** A byte for the log: `line feed`, `"{"`, `0x00`. */
export function describeByte(byte: number | undefined): string {
  if (byte === undefined) return 'end'
  if (byte === CR) return 'carriage return'
  if (byte === LF) return 'line feed'
  if (byte > SP && byte < 0x7f) return JSON.stringify(String.fromCharCode(byte))
  return `0x${byte.toString(16).padStart(2, '0')}`
}
