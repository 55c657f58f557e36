/** Where a message's body ends (RFC 9112 §6.3), from its head. Where two could disagree: nowhere. */
import type { Fields, HttpVersion, ParseFailure } from '../head.ts'
import { failure } from './failure.ts'

/** How a body is delimited. */
export interface BodyFraming {
  /**
   * `none`: there is no body; `length`: as many bytes as are stated; `chunked`: the coding tells;
   * `close`: all until the connection ends, which only a response may do.
   */
  readonly type: 'none' | 'length' | 'chunked' | 'close'
  /** Bytes of the body: 0 for `none`, -1 where only its end will tell. */
  readonly length: number
}

/** No body. */
export const NO_BODY: BodyFraming = { type: 'none', length: 0 }
/** Chunked transfer coding. */
export const CHUNKED_BODY: BodyFraming = { type: 'chunked', length: -1 }
/** Until the connection ends. */
export const CLOSE_BODY: BodyFraming = { type: 'close', length: -1 }

/** What the fields of a head say about the message and its connection. */
export interface FramingFields {
  lengths: number
  length: string
  codings: number
  coding: string
  /** Number of the field that names the coding, counted from 0. */
  codingField: number
  hosts: number
  /** A `Connection` option, which wins over the other. */
  closes: boolean
  keepsAlive: boolean
}

/** Digits of a length behind leading zeros; numbers of so many are exact. */
const MAX_LENGTH_DIGITS = 15
const ZERO = 0x30
/** Patterns, since `toLowerCase` makes a `k` of the Kelvin sign, should text come from elsewhere. */
const CHUNKED = /^chunked$/i
const CHUNKED_LAST = /^(?:[\w!#$%&'*+.^`|~-]+[\t ]*,[\t ]*)+chunked$/i
const CLOSE = /(?:^|,)[\t ]*close[\t ]*(?:,|$)/i
const KEEP_ALIVE = /(?:^|,)[\t ]*keep-alive[\t ]*(?:,|$)/i

/** Reads once through the fields; most names are passed over by their length. */
export function noteFraming(fields: Fields): FramingFields {
  const noted: FramingFields = {
    lengths: 0,
    length: '',
    codings: 0,
    coding: '',
    codingField: 0,
    hosts: 0,
    closes: false,
    keepsAlive: false,
  }
  for (let i = 0; i < fields.length; i += 2) {
    const name = fields[i] as string // the list holds pairs, so both indexes exist
    const value = fields[i + 1] as string // likewise
    if (name.length === 4) {
      if (isNamed(name, 'Host', 'host')) noted.hosts++
    } else if (name.length === 10) {
      if (isNamed(name, 'Connection', 'connection')) noteConnection(noted, value)
    } else if (name.length === 14) {
      if (isNamed(name, 'Content-Length', 'content-length')) {
        noted.length = value
        noted.lengths++
      }
    } else if (name.length === 17 && isNamed(name, 'Transfer-Encoding', 'transfer-encoding')) {
      noted.coding = value
      noted.codingField = i / 2
      noted.codings++
    }
  }
  return noted
}

/**
 * Framing of a body from its fields, without the rules that override them; `undefined` where no
 * field says anything. One `Content-Length` of digits, or one `Transfer-Encoding` that is `chunked`
 * and in HTTP/1.1, never both; everything else is a failure.
 */
export function statedFraming(
  noted: FramingFields,
  version: HttpVersion,
): BodyFraming | ParseFailure | undefined {
  if (noted.codings > 0) return judgeCoding(noted, version)
  if (noted.lengths === 0) return undefined
  if (noted.lengths > 1) return failure('invalid_framing', 'more than one content-length field')
  const length = parseLength(noted.length)
  if (length >= 0) return { type: 'length', length }
  return failure('invalid_framing', `content-length ${JSON.stringify(noted.length.slice(0, 80))}`)
}

/** Whether the sender will take another message on the connection (RFC 9112 §9.3). */
export function isPersistent(noted: FramingFields, version: HttpVersion): boolean {
  return !noted.closes && (noted.keepsAlive || version !== '1.0')
}

/** Whether fields name length or coding, which a trailer section may not (RFC 9110 §6.5.1). */
export function statesFraming(fields: Fields): boolean {
  const { lengths, codings } = noteFraming(fields)
  return lengths + codings > 0
}

function judgeCoding(noted: FramingFields, version: HttpVersion): BodyFraming | ParseFailure {
  if (version === '1.0') return failure('invalid_framing', 'transfer-encoding in http/1.0')
  if (noted.lengths > 0) return failure('invalid_framing', 'transfer-encoding with content-length')
  if (noted.codings > 1) return failure('invalid_framing', 'more than one transfer-encoding field')
  const { coding } = noted
  if (coding === 'chunked' || CHUNKED.test(coding)) return CHUNKED_BODY
  const detail = `transfer-encoding ${JSON.stringify(coding.slice(0, 80))}`
  // The end could be told where chunked is last and once, so it is the coding that is beyond us.
  const once = coding.toLowerCase().indexOf('chunked') === coding.length - 'chunked'.length
  return failure(
    once && CHUNKED_LAST.test(coding) ? 'transfer_coding_not_implemented' : 'invalid_framing',
    detail,
  )
}

/** The number, -1 where it is none or too large. Leading zeros are decimal (RFC 9110 §8.6). */
function parseLength(value: string): number {
  let length = 0
  let digits = 0
  for (let i = 0; i < value.length; i++) {
    const digit = value.charCodeAt(i) - ZERO
    if (digit < 0 || digit > 9) return -1
    if (digit > 0 || digits > 0) digits++
    length = length * 10 + digit
  }
  return value === '' || digits > MAX_LENGTH_DIGITS ? -1 : length
}

function noteConnection(noted: FramingFields, value: string): void {
  if (value === 'keep-alive') noted.keepsAlive = true
  else if (value === 'close') noted.closes = true
  else {
    noted.closes ||= CLOSE.test(value)
    noted.keepsAlive ||= KEEP_ALIVE.test(value)
  }
}

/** Whether a name of the right length is this one; names are tokens, so ASCII. */
function isNamed(name: string, usual: string, lower: string): boolean {
  return name === usual || name === lower || name.toLowerCase() === lower
}
