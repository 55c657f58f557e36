/** Request and Response of fetch as the core's heads, and back. */
import type { AttemptStep, LocalResponse, RelayStep } from '../exchange.ts'
import { fieldValue, type Fields, type RequestHead, type ResponseHead } from '../head.ts'

/** Statuses that a Response may not give a body to. */
const NULL_BODY: ReadonlySet<number> = new Set([101, 204, 205, 304])

/** Length of the shortest scheme with its slashes: `http://`. */
const SCHEME_LENGTH = 7

/**
 * The head. The runtime has parsed it: the target is what its URL parser left of it, names are
 * lower-case and lines of one name are joined.
 */
export function requestHead(request: Request): RequestHead {
  const { method, url, headers, body } = request
  const pathStart = url.indexOf('/', SCHEME_LENGTH + 1)
  const fields = fieldList(headers)
  const length = fieldValue(fields, 'content-length')
  return {
    method,
    target: url.slice(pathStart),
    version: '1.1',
    fields,
    authority: url.slice(url.indexOf('//') + 2, pathStart),
    bodyLength: body === null ? 0 : length === undefined ? -1 : Number(length),
  }
}

/** The head of what fetch gave. */
export function responseHead(response: Response): ResponseHead {
  return {
    status: response.status,
    reason: response.statusText,
    fields: fieldList(response.headers),
  }
}

/** The fields of an attempt. Host is the URL's, framing the runtime's. */
export function outboundHeaders(step: AttemptStep): Headers {
  const headers = headerList(step.head.fields)
  // The runtime cannot wait for a 100, and some take one for the answer.
  headers.delete('expect')
  if (step.upgrade !== undefined) headers.set('upgrade', step.upgrade)
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

/** What the origin sent with the head that the core wrote. The body is not touched. */
export function relayedResponse(upstream: Response, step: RelayStep, method: string): Response {
  const { status, reason: statusText, fields } = step.head
  const headers = headerList(fields)
  const init = { status, statusText, headers }
  const socket = tunnelOf(upstream)
  if (step.tunnel && socket !== undefined) {
    const switched: SwitchedInit = { ...init, webSocket: socket }
    return new Response(null, switched)
  }
  const length = upstream.headers.get('content-length')
  // Of a body the runtime knows the length itself; here there is none to measure.
  if (method === 'HEAD' && length !== null) headers.set('content-length', length)
  return new Response(NULL_BODY.has(status) ? null : upstream.body, init)
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
