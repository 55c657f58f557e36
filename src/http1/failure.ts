/** Ways to say what is wrong with bytes. Made only when something is, so text costs nothing. */
import type { ParseFailure } from '../head.ts'
import { CR, describeByte, LF } from './bytes.ts'

/** How far a reader came: it wants more bytes, it is done, or the bytes are refused for good. */
export type Progress = 'more' | 'done' | 'failed'

/** A failure of the given reason. */
export function failure(reason: ParseFailure['reason'], detail: string): ParseFailure {
  return { type: 'parse-failure', reason, detail }
}

/**
 * The failure of a byte that may not stand where it stands; `where` reads `in a field name`, and
 * `position` counts from the start of the head, `undefined` where there is none to count from.
 */
export function unexpectedByte(
  byte: number | undefined,
  where: string,
  position?: number,
): ParseFailure {
  const bare = byte === CR || byte === LF ? 'bare ' : ''
  const place = position === undefined ? '' : ` at byte ${position}`
  return failure('malformed_request', `${bare}${describeByte(byte)} ${where}${place}`)
}
