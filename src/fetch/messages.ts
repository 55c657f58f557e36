/** Request and Response of fetch as the core's heads, and back. */
import type { AttemptStep, LocalResponse, RelayStep } from '../exchange.ts'
import {
  fieldValue,
  type Fields,
  type ParseFailure,
  type RequestHead,
  type ResponseHead,
} from '../head.ts'
import type { FetchTraits } from './traits.ts'

/** Statuses that a Response may not give a body to. */
const NULL_BODY: ReadonlySet<number> = new Set([101, 204, 205, 304])

/** Characters of a target, and of a head with its separators; the Node engine's limits in bytes. */
const MAX_TARGET = 8192
const MAX_HEAD = 16_384
/** Fields of a request; lines that the runtime joined count once. */
const MAX_FIELDS = 100

/** Length of the shortest scheme with its slashes: `http://`. */
const SCHEME_LENGTH = 7

/**
 * The head. The runtime has parsed it: the target is what its URL parser left of it, names are
 * lower-case and lines of one name are joined. A head beyond the limits is a failure: the runtime's
 * own may be many times larger, and an endpoint's smaller.
 */
export function requestHead(request: Request): RequestHead | ParseFailure {
  const { method, url, headers, body } = request
  const pathStart = url.indexOf('/', SCHEME_LENGTH + 1)
  const target = url.slice(pathStart)
  if (target.length > MAX_TARGET) {
    return parseFailure('target_too_long', `${target.length} characters of target`)
  }
  const fields = fieldList(headers)
  const fault = findExcess(fields)
  if (fault !== undefined) return parseFailure('head_too_large', fault)
  return {
    method,
    target,
    version: '1.1',
    fields,
    authority: url.slice(url.indexOf('//') + 2, pathStart),
    bodyLength: bodyLength(fields, body !== null),
  }
}

function findExcess(fields: Fields): string | undefined {
  if (fields.length / 2 > MAX_FIELDS) return `more than ${MAX_FIELDS} fields`
  // Colon, blank and the end of the line, for each.
  let length = fields.length * 2
  for (const part of fields) length += part.length
  return length > MAX_HEAD ? `${length} characters of fields` : undefined
}

function parseFailure(reason: ParseFailure['reason'], detail: string): ParseFailure {
  return { type: 'parse-failure', reason, detail }
}

/** Not from the body alone: some runtimes hide the one of a GET. */
function bodyLength(fields: Fields, present: boolean): number {
  const length = fieldValue(fields, 'content-length')
  if (length !== undefined) return Number(length)
  return present || fieldValue(fields, 'transfer-encoding') !== undefined ? -1 : 0
}

/** The head of what fetch gave. */
export function responseHead(response: Response): ResponseHead {
  return {
    status: response.status,
    reason: response.statusText,
    fields: fieldList(response.headers),
  }
}

/** What the fields of an attempt depend on beside its head. */
export interface OutboundContext {
  /** Whether the runtime may ask for another protocol; a plain request is sent otherwise. */
  readonly upgrades: boolean
  /** As in a request head. */
  readonly bodyLength: number
}

/** The fields of an attempt. Host is the URL's. */
export function outboundHeaders(
  step: AttemptStep,
  { upgrades, bodyLength: length }: OutboundContext,
): Headers {
  const headers = headerList(step.head.fields)
  // The runtime cannot wait for a 100, and some take one for the answer.
  headers.delete('expect')
  if (step.upgrade !== undefined && upgrades) headers.set('upgrade', step.upgrade)
  // Of a stream the runtime does not know it, and would send chunks that not every server takes.
  if (length > 0) headers.set('content-length', String(length))
  return headers
}

/** A response that the core wrote. */
export function localResponse({ status, fields, body }: LocalResponse): Response {
  const content = NULL_BODY.has(status) || body === '' ? null : body
  return new Response(content, { status, headers: headerList(fields) })
}

/** A Response with a socket; the runtime's own kind. */
interface SwitchedResponse extends Response {
  readonly webSocket?: object | null
}

interface SwitchedInit extends ResponseInit {
  readonly webSocket?: object
}

/** The socket of a 101; `undefined` where there is none, or where the runtime knows of none. */
export function tunnelOf(response: SwitchedResponse): object | undefined {
  return response.webSocket ?? undefined
}

/** What relaying a response depends on beside its head. */
export interface RelayContext {
  /** Of the client's request. */
  readonly method: string
  readonly traits: FetchTraits
}

/** What the origin sent with the head that the core wrote. The body is not touched. */
export function relayedResponse(
  upstream: Response,
  step: RelayStep,
  { method, traits }: RelayContext,
): Response {
  const { status, reason: statusText, fields } = step.head
  const headers = headerList(fields)
  const socket = tunnelOf(upstream)
  if (step.tunnel && socket !== undefined) {
    const switched: SwitchedInit = { status, statusText, headers, webSocket: socket }
    return new Response(null, switched)
  }
  const empty = method === 'HEAD' || NULL_BODY.has(status)
  const length = upstream.headers.get('content-length')
  if (traits.decodes && isDecoded(upstream.headers.get('content-encoding'))) {
    dropCoding(headers)
  } else if (length !== null && status !== 204 && status !== 205) {
    headers.set('content-length', length)
  }
  return new Response(empty ? null : upstream.body, { status, statusText, headers })
}

/** The codings that some implementation of the Fetch standard decodes. */
const DECODED: ReadonlySet<string> = new Set(['gzip', 'x-gzip', 'deflate', 'br', 'zstd'])

/** Whether fetch has decoded a body that came with this; it does all of a list or nothing. */
function isDecoded(codings: string | null): boolean {
  if (codings === null) return false
  return codings.split(',').every((coding) => DECODED.has(coding.trim().toLowerCase()))
}

/** RFC 9110 §8.8.1: what was decoded is another representation, equal in meaning alone. */
function dropCoding(headers: Headers): void {
  headers.delete('content-encoding')
  headers.delete('content-length')
  const tag = headers.get('etag')
  if (tag !== null && !tag.startsWith('W/')) headers.set('etag', `W/${tag}`)
}

function fieldList(headers: Headers): Fields {
  const fields: string[] = []
  for (const [name, value] of headers) fields.push(name, value)
  return fields
}

function headerList(fields: Fields): Headers {
  const headers = new Headers()
  for (let i = 0; i < fields.length; i += 2) {
    headers.append(fields[i] as string, fields[i + 1] as string) // the list holds pairs
  }
  return headers
}
