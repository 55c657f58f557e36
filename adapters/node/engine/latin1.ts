/** The runtime's own decoder for the codec. */
import { Buffer } from 'node:buffer'

const slice = Buffer.prototype.latin1Slice

/** As `DecodeLatin1`. Heads that came in pieces are held in arrays that are no buffers. */
export function latin1(bytes: Uint8Array, start: number, end: number): string {
  return slice.call(bytes, start, end)
}
