/** Judges the two fields that say where a message ends (RFC 9112 §6). */
import type { HttpVersion } from '../head.ts'
import type { NotedFields } from './noted-fields.ts'

/** What is wrong with the framing of a request. */
export interface FramingFault {
  readonly reason: 'invalid_framing' | 'transfer_coding_not_implemented'
  readonly detail: string
}

/** Digits of a length behind its leading zeros; nine more would still be exact integers. */
const MAX_LENGTH_DIGITS = 15

/** Patterns, since `toLowerCase` makes a `k` of the Kelvin sign where a runtime lets one through. */
const CHUNKED = /^chunked$/i
const CHUNKED_LAST = /^(?:[\w!#$%&'*+.^`|~-]+[\t ]*,[\t ]*)+chunked$/i

/**
 * The fault in `Content-Length` and `Transfer-Encoding`, `undefined` where there is none: one field
 * of the former with digits alone, or one of the latter that says `chunked` and nothing else, never
 * both, the latter never in HTTP/1.0 (RFC 9112 §6.1).
 */
export function findFramingFault(
  version: HttpVersion,
  noted: NotedFields,
): FramingFault | undefined {
  const { contentLength, transferEncoding } = noted
  if (noted.repeated === 'content-length') return invalid('more than one content-length field')
  if (transferEncoding === undefined) {
    if (contentLength === undefined || isLength(contentLength)) return undefined
    return invalid('content-length is no number')
  }
  if (version === '1.0') return invalid('transfer-encoding in http/1.0')
  if (contentLength !== undefined) return invalid('content-length beside transfer-encoding')
  if (noted.transferEncodings > 1) return invalid('more than one transfer-encoding field')
  if (transferEncoding === 'chunked' || CHUNKED.test(transferEncoding)) return undefined
  return findCodingFault(transferEncoding)
}

/** A length that `chunked` delimits can be told although its coding cannot be undone here: 501. */
function findCodingFault(value: string): FramingFault | undefined {
  if (!CHUNKED_LAST.test(value)) return invalid('the last transfer coding is not chunked')
  if (value.search(/chunked/i) < value.length - 'chunked'.length) {
    return invalid('chunked before the last coding')
  }
  return { reason: 'transfer_coding_not_implemented', detail: 'a coding beside chunked' }
}

function isLength(value: string): boolean {
  let digits = 0
  for (let i = 0; i < value.length; i++) {
    const digit = value.charCodeAt(i) - 0x30
    if (digit < 0 || digit > 9) return false
    if (digit > 0 || digits > 0) digits++
  }
  return value !== '' && digits <= MAX_LENGTH_DIGITS
}

function invalid(detail: string): FramingFault {
  return { reason: 'invalid_framing', detail }
}
