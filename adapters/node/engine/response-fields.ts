/**
 * The framing of a response towards an HTTP/1 client: what the core wrote, less everything that
 * belongs to a connection, plus what this connection needs (RFC 9112 §6).
 */
import { fieldValue, type Fields, type ResponseHead } from '../../../src/head.ts'

/** How long the body is that follows. */
export interface BodyFraming {
  /** In bytes; -1 when it is not known beforehand. */
  readonly length: number
}

/** What the framing depends on beside the head. */
export interface FramingContext {
  readonly method: string
  /** Of the client's request: `1.0` or `1.1`. */
  readonly version: string
  /** Whether the connection ends after this response. */
  readonly close: boolean
}

/** The fields to write. */
export interface FramedFields {
  readonly fields: string[]
  readonly chunked: boolean
  /** No body is to be written (RFC 9110 §6.4.1). */
  readonly bodyless: boolean
  /** The end of the connection is the end of the body. */
  readonly closeDelimited: boolean
}

/** Fields of one connection, written anew on the next: framing, and what Connection is about. */
const CONNECTION_FIELDS: ReadonlySet<string> = new Set([
  'connection',
  'content-length',
  'keep-alive',
  'proxy-connection',
  'transfer-encoding',
  'upgrade',
])

/** How an origin framed its response. The parser has refused what is contradictory. */
export function bodyFraming(fields: Fields): BodyFraming {
  if (fieldValue(fields, 'transfer-encoding') !== undefined) return { length: -1 }
  const length = fieldValue(fields, 'content-length')
  return { length: length === undefined ? -1 : Number(length) }
}

/** `head`'s fields with this connection's framing. */
export function responseFields(
  head: ResponseHead,
  body: BodyFraming,
  context: FramingContext,
): FramedFields {
  const { status } = head
  const bodyless = context.method === 'HEAD' || status === 204 || status === 205 || status === 304
  // 205 says so by its length alone (RFC 9110 §15.3.6); 204 must not have one (§8.6).
  const length = status === 204 ? -1 : status === 205 ? 0 : body.length
  const chunked = !bodyless && length === -1 && context.version === '1.1'
  const closeDelimited = !bodyless && length === -1 && !chunked
  const fields = ownFields(head.fields, chunked)
  if (length >= 0) fields.push('Content-Length', String(length))
  if (chunked) fields.push('Transfer-Encoding', 'chunked')
  if (context.close || closeDelimited) fields.push('Connection', 'close')
  return { fields, chunked, bodyless, closeDelimited }
}

/** Everything but connection fields; `Trailer` announces nothing where no trailer can follow. */
export function ownFields(fields: Fields, chunked: boolean): string[] {
  const kept: string[] = []
  for (let i = 0; i < fields.length; i += 2) {
    const name = (fields[i] as string).toLowerCase() // the list holds pairs, so both indexes exist
    if (CONNECTION_FIELDS.has(name) || (name === 'trailer' && !chunked)) continue
    kept.push(fields[i] as string, fields[i + 1] as string) // likewise
  }
  return kept
}
