/** Writes what chunked transfer coding puts around content (RFC 9112 §7.1). */
import { PosternError } from '../errors.ts'
import type { Fields } from '../head.ts'
import { encodeFields } from './encode-head.ts'

/** What follows the content of a chunk. */
export const CHUNK_END = '\r\n'

/**
 * The line before a chunk of `size` bytes. Throws `internal_error` unless there is a byte: a chunk
 * of none would end the body, and make a whole one of a body that was cut short.
 */
export function encodeChunkLine(size: number): string {
  if (Number.isSafeInteger(size) && size > 0) return `${size.toString(16)}\r\n`
  throw new PosternError('internal_error', `a chunk of ${size} bytes`)
}

/** The end of a body that is whole, with its trailer section. Throws as `encodeFields`. */
export function encodeLastChunk(trailers: Fields): string {
  return trailers.length === 0 ? '0\r\n\r\n' : `0\r\n${encodeFields(trailers)}\r\n`
}
