/** Just enough WebSocket (RFC 6455 §5.2) to send a text and to close. */
import { createHash } from 'node:crypto'

/** Opcodes. */
export const TEXT = 1
export const CLOSE = 8

/** Close code 1000, the end as planned. */
export const NORMAL_CLOSURE: Buffer = Buffer.from([0x03, 0xe8])

const MASK = Buffer.from([1, 2, 3, 4])

/** One final frame; clients mask. Payloads below 126 bytes. */
export function encodeFrame(opcode: number, payload: Buffer, masked: boolean): Buffer {
  const head = Buffer.from([0x80 | opcode, payload.length | (masked ? 0x80 : 0)])
  if (!masked) return Buffer.concat([head, payload])
  return Buffer.concat([head, MASK, payload.map((byte, i) => byte ^ (MASK[i % 4] ?? 0))])
}

/** One frame. */
export interface Frame {
  readonly opcode: number
  readonly payload: Buffer
}

/** The whole frames in `bytes`, and what is left. */
export function decodeFrames(bytes: Buffer): { readonly frames: Frame[]; readonly rest: Buffer } {
  const frames: Frame[] = []
  let rest = bytes
  while (rest.length >= 2) {
    const [first = 0, second = 0] = rest
    const masked = (second & 0x80) !== 0
    const start = masked ? 6 : 2
    const end = start + (second & 0x7f)
    if (rest.length < end) break
    const mask = masked ? rest.subarray(2, 6) : Buffer.alloc(4)
    const payload = Buffer.from(
      rest.subarray(start, end).map((byte, i) => byte ^ (mask[i % 4] ?? 0)),
    )
    frames.push({ opcode: first & 0x0f, payload })
    rest = rest.subarray(end)
  }
  return { frames, rest }
}

/** The answer to a key (RFC 6455 §4.2.2). */
export function acceptKey(key: string): string {
  const guid = '258EAFA5-E914-47DA-95CA-C5AB0DC85B11'
  return createHash('sha1')
    .update(key + guid)
    .digest('base64')
}
