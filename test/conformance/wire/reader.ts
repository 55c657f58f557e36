/**
 * Reads HTTP/1.1 messages out of what was received, for both ends of a case. Strict and small: it
 * stands for the peer that postern's bytes have to be plain to, so what it cannot read is a fault.
 */
import { fieldValue, fieldValues, type Fields } from '../../../src/head.ts'

/** A message, as far as it has come. */
export interface Message {
  readonly startLine: string
  readonly fields: Fields
  readonly body: string
  readonly trailers: Fields
  readonly complete: boolean
  /** Where the next message begins. */
  readonly end: number
}

/** How long a message is that says nothing about its length. */
export type Default = 'none' | 'until-close'

/** What decides the length beside the fields. */
export interface Framing {
  /** Neither length nor coding counts: an answer to HEAD, 1xx, 204, 304. */
  readonly bodiless: boolean
  readonly otherwise: Default
  /** Whether nothing more will come. */
  readonly ended: boolean
}

/**
 * The message at `start`; `undefined` while its head has not come whole. `framing` is asked once the
 * start line is known. Throws where the bytes are no message.
 */
export function readMessage(
  bytes: string,
  start: number,
  framing: (startLine: string) => Framing,
): Message | undefined {
  const headEnd = bytes.indexOf('\r\n\r\n', start)
  if (headEnd === -1) return undefined
  const [startLine = '', ...lines] = bytes.slice(start, headEnd).split('\r\n')
  const fields = readFields(lines)
  const { bodiless, otherwise, ended } = framing(startLine)
  const from = headEnd + 4
  const head = { startLine, fields }
  const coding = fieldValue(fields, 'transfer-encoding')
  const lengths = fieldValues(fields, 'content-length')
  if (coding !== undefined && lengths.length > 0) throw new Error('both length and coding')
  if (lengths.length > 1) throw new Error('more than one length')
  if (bodiless) return { ...head, body: '', trailers: [], complete: true, end: from }
  if (coding !== undefined) {
    if (coding !== 'chunked') throw new Error(`transfer coding ${coding}`)
    return { ...head, ...readChunks(bytes, from) }
  }
  if (lengths[0] === undefined && otherwise === 'until-close') {
    return { ...head, body: bytes.slice(from), trailers: [], complete: ended, end: bytes.length }
  }
  const length = lengths[0] === undefined ? 0 : Number(lengths[0])
  if (!Number.isSafeInteger(length) || !/^\d+$/.test(lengths[0] ?? '0')) {
    throw new Error(`length ${lengths[0]}`)
  }
  const body = bytes.slice(from, from + length)
  const complete = body.length === length
  return { ...head, body, trailers: [], complete, end: from + body.length }
}

type Body = Pick<Message, 'body' | 'trailers' | 'complete' | 'end'>

function readChunks(bytes: string, start: number): Body {
  let at = start
  let body = ''
  const unfinished = (): Body => ({ body, trailers: [], complete: false, end: bytes.length })
  for (;;) {
    const line = bytes.indexOf('\r\n', at)
    if (line === -1) return unfinished()
    const size = bytes.slice(at, line)
    if (!/^[0-9a-fA-F]{1,8}$/.test(size)) throw new Error(`chunk size ${JSON.stringify(size)}`)
    const length = Number.parseInt(size, 16)
    at = line + 2
    if (length === 0) return readTrailers(bytes, at, body)
    body += bytes.slice(at, at + length)
    const after = bytes.slice(at + length, at + length + 2)
    if (after.length < 2) return unfinished()
    if (after !== '\r\n') throw new Error('chunk without its end')
    at += length + 2
  }
}

function readTrailers(bytes: string, start: number, body: string): Body {
  if (bytes.startsWith('\r\n', start)) {
    return { body, trailers: [], complete: true, end: start + 2 }
  }
  const end = bytes.indexOf('\r\n\r\n', start)
  if (end === -1) return { body, trailers: [], complete: false, end: bytes.length }
  const trailers = readFields(bytes.slice(start, end).split('\r\n'))
  return { body, trailers, complete: true, end: end + 4 }
}

function readFields(lines: readonly string[]): Fields {
  return lines.flatMap((line) => {
    const match = /^([!#$%&'*+.^_`|~0-9A-Za-z-]+):[ \t]*(.*?)[ \t]*$/s.exec(line)
    if (match === null) throw new Error(`field line ${JSON.stringify(line)}`)
    return [match[1] ?? '', match[2] ?? '']
  })
}
