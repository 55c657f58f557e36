/**
 * The framing of a response towards an HTTP/1 client: what the core wrote, less everything that
 * belongs to a connection, plus what this connection needs (RFC 9112 §6).
 */
import { fieldValue, type Fields, type ResponseHead } from '../../../src/head.ts'
import type { UpstreamResponse } from './attempt-listener.ts'

/** What the framing depends on beside the head. */
export interface FramingContext {
  readonly method: string
  /** Of the client's request: `1.0` or `1.1`. */
  readonly version: string
  /** Length of the body in bytes; -1 when it is not known beforehand. */
  readonly length: number
  /** Whether the connection ends after this response. */
  readonly close: boolean
  /** What to add where there is no Date (RFC 9110 §6.6.1). */
  readonly date: string
  /** Fields that offer the connection for another request. */
  readonly keepAlive: Fields
}

/** What to write. */
export interface FramedHead {
  readonly fields: Fields
  /** What follows them. */
  readonly added: Fields
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

/** `head`'s fields with this connection's framing. */
export function frameResponse(head: ResponseHead, context: FramingContext): FramedHead {
  const { status } = head
  const bodyless = context.method === 'HEAD' || status === 204 || status === 205 || status === 304
  // 205 says so by its length alone (RFC 9110 §15.3.6); 204 must not have one (§8.6).
  const length = status === 204 ? -1 : status === 205 ? 0 : context.length
  const chunked = !bodyless && length === -1 && context.version === '1.1'
  const closeDelimited = !bodyless && length === -1 && !chunked
  const fields = ownFields(head.fields, chunked)
  const added: string[] = []
  if (!isDated(fields)) added.push('Date', context.date)
  if (length >= 0) added.push('Content-Length', String(length))
  if (chunked) added.push('Transfer-Encoding', 'chunked')
  if (context.close || closeDelimited) added.push('Connection', 'close')
  else added.push(...context.keepAlive)
  return { fields, added, chunked, bodyless, closeDelimited }
}

/** Everything but connection fields; `Trailer` announces nothing where no trailer can follow. */
export function ownFields(fields: Fields, chunked: boolean): Fields {
  for (let i = 0; i < fields.length; i += 2) {
    // The list holds pairs, so both indexes exist.
    if (isDropped(fields[i] as string, chunked)) return without(fields, chunked)
  }
  return fields
}

function without(fields: Fields, chunked: boolean): Fields {
  const kept: string[] = []
  for (let i = 0; i < fields.length; i += 2) {
    const name = fields[i] as string // likewise
    if (!isDropped(name, chunked)) kept.push(name, fields[i + 1] as string)
  }
  return kept
}

/** Whether the field ends here. Most names are passed over by their length. */
function isDropped(name: string, chunked: boolean): boolean {
  switch (name.length) {
    case 7:
    case 10:
    case 14:
    case 16:
    case 17: {
      const lower = name.toLowerCase()
      return CONNECTION_FIELDS.has(lower) || (lower === 'trailer' && !chunked)
    }
    default:
      return false
  }
}

function isDated(fields: Fields): boolean {
  for (let i = 0; i < fields.length; i += 2) {
    const name = fields[i] as string // likewise
    if (name.length === 4 && name.toLowerCase() === 'date') return true
  }
  return false
}

/** Length of a response's body, and of HEAD and 304 that of the one they stand for; -1 if unknown. */
export function bodyLength({ head, framing }: UpstreamResponse): number {
  if (framing.type !== 'none') return framing.length
  const length = fieldValue(head.fields, 'content-length')
  return length === undefined ? -1 : Number(length)
}
