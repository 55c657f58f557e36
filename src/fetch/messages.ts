/** Request and Response of fetch as the core's heads, and back. */
import type { AttemptStep, LocalResponse, RelayStep } from '../exchange.ts'
import {
  fieldValue,
  type Fields,
  type ParseFailure,
  type RequestHead,
  type ResponseHead,
} from '../head.ts'
import { changeFields, findFieldChanges } from './field-changes.ts'
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
export function outboundFields(
  step: AttemptStep,
  { upgrades, bodyLength: length }: OutboundContext,
): string[] {
  // The runtime cannot wait for a 100, and some take one for the answer.
  const fields = without(step.head.fields, 'expect')
  if (step.upgrade !== undefined && upgrades) fields.push('upgrade', step.upgrade)
  // Of a stream the runtime does not know it, and would send chunks that not every server takes.
  if (length > 0) fields.push('content-length', String(length))
  return fields
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
  /** The fields of the upstream response. */
  readonly received: Fields
  readonly traits: FetchTraits
}

/** What the origin sent with the head that the core wrote. The body is not touched. */
export function relayedResponse(
  upstream: Response,
  step: RelayStep,
  { method, received, traits }: RelayContext,
): Response {
  const { status, reason: statusText } = step.head
  const socket = tunnelOf(upstream)
  if (step.tunnel && socket !== undefined) {
    const headers = headerList(step.head.fields)
    const switched: SwitchedInit = { status, statusText, headers, webSocket: socket }
    return new Response(null, switched)
  }
  const coding = fieldValue(received, 'content-encoding')
  const decoded = traits.decodes && isDecoded(coding)
  const fields = decoded
    ? withoutCoding(step.head.fields)
    : without(step.head.fields, CONTENT_LENGTH)
  const length =
    decoded || status === 204 || status === 205 ? undefined : fieldValue(received, CONTENT_LENGTH)
  const body = method === 'HEAD' || NULL_BODY.has(status) ? null : upstream.body
  if (traits.copies && status === upstream.status && statusText === upstream.statusText) {
    const keep = length === undefined ? undefined : CONTENT_LENGTH
    const changes = findFieldChanges(received, fields, keep)
    if (changes !== undefined) {
      const response = new Response(body, upstream)
      changeFields(response.headers, changes)
      return response
    }
  }
  if (length !== undefined) fields.push(CONTENT_LENGTH, length)
  return new Response(body, { status, statusText, headers: headerList(fields) })
}

/** The codings that some implementation of the Fetch standard decodes. */
const DECODED: ReadonlySet<string> = new Set(['gzip', 'x-gzip', 'deflate', 'br', 'zstd'])

/** Whether fetch has decoded a body that came with this; it does all of a list or nothing. */
function isDecoded(codings: string | undefined): boolean {
  if (codings === undefined) return false
  return codings.split(',').every((coding) => DECODED.has(coding.trim().toLowerCase()))
}

const CONTENT_LENGTH = 'content-length'

/** RFC 9110 §8.8.1: what was decoded is another representation, equal in meaning alone. */
function withoutCoding(all: Fields): string[] {
  const fields = without(without(all, CONTENT_LENGTH), 'content-encoding')
  for (let i = 0; i < fields.length; i += 2) {
    const tag = fields[i + 1] ?? ''
    if (fields[i]?.toLowerCase() === 'etag' && !tag.startsWith('W/')) fields[i + 1] = `W/${tag}`
  }
  return fields
}

function without(fields: Fields, unwanted: string): string[] {
  const kept: string[] = []
  for (let i = 0; i < fields.length; i += 2) {
    const name = fields[i] as string // the list holds pairs, so both indexes exist
    if (name.length === unwanted.length && name.toLowerCase() === unwanted) continue
    kept.push(name, fields[i + 1] as string) // likewise
  }
  return kept
}

function fieldList(headers: Headers): Fields {
  const fields: string[] = []
  for (const [name, value] of headers) fields.push(name, value)
  return fields
}

/**
 * Fields for a Request or a Response. A record, which runtimes take in one go: appending a field at
 * a time costs workerd a fifth of a request. Only where a name is repeated, lines stay lines.
 */
export function headerList(fields: Fields): HeadersInit {
  // Without a prototype, so that no name is taken for something else.
  const record: Record<string, string> = Object.create(null)
  for (let i = 0; i < fields.length; i += 2) {
    const name = fields[i] as string // the list holds pairs, so both indexes exist
    if (record[name] !== undefined) return appended(fields)
    record[name] = fields[i + 1] as string // likewise
  }
  return record
}

function appended(fields: Fields): Headers {
  const headers = new Headers()
  for (let i = 0; i < fields.length; i += 2) {
    headers.append(fields[i] as string, fields[i + 1] as string) // likewise
  }
  return headers
}
