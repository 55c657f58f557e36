/** Bytes to text, one character for each byte. */

/**
 * Gives `bytes` from `start` up to `end` as text, each byte as the character of its number.
 * An adapter injects its runtime's own: on Node `latin1Slice` of a `Buffer`.
 */
export type DecodeLatin1 = (bytes: Uint8Array, start: number, end: number) => string

/** Arguments that one call takes on every runtime's stack. */
const PIECE = 4096

/** Its label `latin1` means windows-1252 (WHATWG Encoding §4.2). Keeps nothing between calls. */
const WINDOWS_1252 = new TextDecoder('latin1')
/** What windows-1252 makes of most of 0x80 to 0x9F, and of no other byte. */
const BEYOND_LATIN1 = /[^\0-\xff]/

/**
 * Decodes on any runtime. Where windows-1252 says something else than latin1, each byte becomes its
 * character singly: otherwise it would leave as another byte than it came.
 */
export function decodeLatin1(bytes: Uint8Array, start: number, end: number): string {
  const text = WINDOWS_1252.decode(bytes.subarray(start, end))
  return BEYOND_LATIN1.test(text) ? decodeSingly(bytes, start, end) : text
}

function decodeSingly(bytes: Uint8Array, start: number, end: number): string {
  let text = ''
  for (let at = start; at < end; at += PIECE) {
    text += String.fromCharCode(...bytes.subarray(at, Math.min(at + PIECE, end)))
  }
  return text
}
