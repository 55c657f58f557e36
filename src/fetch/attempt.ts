/** One request to one endpoint over fetch. */
import type { Reason } from '../errors.ts'
import type { AttemptPhase, AttemptStep, Outcome } from '../exchange.ts'
import type { Fields } from '../head.ts'
import { BODY_TOO_LARGE, type FetchBody } from './body.ts'
import { changeFields, findFieldChanges } from './field-changes.ts'
import { headerList, outboundFields, tunnelOf } from './messages.ts'
import { isSameTarget, originOf } from './outbound-url.ts'
import type { FetchTraits } from './traits.ts'

/** What requests go out with: the runtime's fetch, a binding's, or one that a test injects. */
export type FetchFunction = (request: Request) => Promise<Response>

/** What an attempt needs. */
export interface AttemptContext {
  readonly fetch: FetchFunction
  /** The fetch of a service that the runtime provides; `undefined` where it has none so named. */
  readonly binding: (name: string) => FetchFunction | undefined
  readonly traits: FetchTraits
  /** The client's request. */
  readonly request: Request
  /** Its fields. */
  readonly received: Fields
  readonly body: FetchBody
}

/** What an attempt brought. */
export type AttemptResult =
  | { readonly type: 'failed'; readonly outcome: Outcome }
  | { readonly type: 'head'; readonly response: Response }

/** Sends, and gives the response with its body unread, or the failure. Never rejects. */
export async function sendAttempt(
  step: AttemptStep,
  context: AttemptContext,
): Promise<AttemptResult> {
  const { body } = context
  const { binding } = step.endpoint
  const fetch = binding === undefined ? context.fetch : context.binding(binding)
  if (fetch === undefined) {
    return failed(context, 'connect', 'connect_failed', `no binding is called ${binding}`)
  }
  const maxBytes = step.limits.maxRequestBytes
  if (body.exceeds(maxBytes)) return failed(context, 'request', 'body_too_large')
  if (body.present && isBodiless(step.head.method)) {
    // Fetch throws; leaving the body out would be another request than the client's.
    return failed(context, 'request', 'method_not_implemented', 'fetch sends GET without a body')
  }
  const deadline = new Deadline(step, context)
  try {
    return await deadline.first(send(step, { context, fetch, signal: deadline.signal }))
  } catch (error) {
    if (deadline.expired !== undefined) return failed(context, 'sent', deadline.expired)
    const message = error instanceof Error ? error.message : String(error)
    if (message.includes(BODY_TOO_LARGE)) return failed(context, 'request', 'body_too_large')
    // Whether a connection stood, fetch does not tell: the request may have been seen.
    return failed(context, 'sent', 'upstream_reset', message)
  } finally {
    deadline.stop()
  }
}

interface Sending {
  readonly context: AttemptContext
  readonly fetch: FetchFunction
  readonly signal: AbortSignal | undefined
}

async function send(
  step: AttemptStep,
  { context, fetch, signal }: Sending,
): Promise<AttemptResult> {
  const { body } = context
  const { replayBytes, limits } = step
  const content = body.present
    ? await body.take({ replayBytes, maxBytes: limits.maxRequestBytes })
    : null
  const request = outboundRequest(step, { content, context, signal })
  if (request === undefined) {
    return failed(context, 'request', 'invalid_target', 'fetch would change the target')
  }
  return judge(step, await fetch(request), context)
}

/** Ends an attempt whose head takes too long, or whose client has left. */
class Deadline {
  /** Why it was ended; `undefined` where the time has not run out. */
  expired: Reason | undefined
  readonly #abort: AbortController | undefined
  readonly #timer: ReturnType<typeof setTimeout> | undefined
  #expire: (() => void) | undefined

  constructor(step: AttemptStep, { request, traits }: AttemptContext) {
    if (!traits.endsWithRequest) {
      const abort = new AbortController()
      // For as long as the response lasts: a client that leaves takes the body with it.
      request.signal.addEventListener('abort', () => abort.abort(), { once: true })
      this.#abort = abort
    }
    const { ms, reason } = headTimeout(step)
    if (ms === 0) return
    this.#timer = setTimeout(() => {
      this.expired = reason
      this.#abort?.abort()
      this.#expire?.()
    }, ms)
  }

  /** What the request is to be aborted by; `undefined` where the runtime ends it by itself. */
  get signal(): AbortSignal | undefined {
    return this.#abort?.signal
  }

  /** Settles as `work` does, or rejects when the time has run out. */
  first<T>(work: Promise<T>): Promise<T> {
    return new Promise((resolve, reject) => {
      this.#expire = () => reject(new Error('the time has run out'))
      work.then(resolve, reject)
    })
  }

  stop(): void {
    clearTimeout(this.#timer)
  }
}

/**
 * How long the head may take; 0 for ever. Connecting and waiting cannot be told apart, and neither
 * can the time that a body takes to be sent, so a request with a body has only its total.
 */
function headTimeout(step: AttemptStep): { readonly ms: number; readonly reason: Reason } {
  const { connectMs, firstByteMs, totalMs } = step.timeouts
  const headMs = connectMs > 0 && firstByteMs > 0 ? connectMs + firstByteMs : 0
  if (isBodiless(step.head.method) && headMs > 0 && (totalMs === 0 || headMs < totalMs)) {
    return { ms: headMs, reason: 'first_byte_timeout' }
  }
  return { ms: totalMs, reason: 'total_timeout' }
}

/** Methods that fetch sends no body with. */
function isBodiless(method: string): boolean {
  return method === 'GET' || method === 'HEAD'
}

/** Fetch's Request takes a stream only when told that it may go out while the answer comes in. */
interface DuplexInit extends RequestInit {
  readonly duplex: 'half'
}

interface OutboundParts {
  readonly content: BodyInit | null
  readonly context: AttemptContext
  readonly signal: AbortSignal | undefined
}

/** `undefined` where the runtime would ask for something else than the core decided. */
function outboundRequest(step: AttemptStep, parts: OutboundParts): Request | undefined {
  const { content, context } = parts
  const { target } = step.head
  const origin = originOf(step, context.request.url)
  // Behind a whole origin, a target that begins with a slash cannot name another host.
  if (!target.startsWith('/')) return undefined
  const fields = outboundFields(step, {
    upgrades: context.traits.upgrades,
    bodyLength: content === null ? 0 : context.body.length,
  })
  const request =
    copiedRequest(origin + target, { step, fields, parts }) ??
    builtRequest(origin + target, { step, fields, parts })
  return isSameTarget(request.url, step) ? request : undefined
}

interface RequestParts {
  readonly step: AttemptStep
  readonly fields: Fields
  readonly parts: OutboundParts
}

/** Made of the client's, where that is the same but for its URL and some fields. */
function copiedRequest(
  url: string,
  { step, fields, parts: { content, context } }: RequestParts,
): Request | undefined {
  const { request, received, traits } = context
  if (!traits.copies || content !== null || request.body !== null) return undefined
  if (request.method !== step.head.method || request.redirect !== 'manual') return undefined
  const changes = findFieldChanges(received, fields)
  if (changes === undefined) return undefined
  const copy = new Request(url, request)
  changeFields(copy.headers, changes)
  return copy
}

function builtRequest(
  url: string,
  { step, fields, parts: { content, signal } }: RequestParts,
): Request {
  const init: DuplexInit = {
    method: step.head.method,
    headers: headerList(fields),
    body: content,
    redirect: 'manual',
    duplex: 'half',
    ...(signal === undefined ? {} : { signal }),
  }
  return new Request(url, init)
}

/** Refuses what is no final response, and a change of protocol that was not asked for. */
function judge(step: AttemptStep, response: Response, context: AttemptContext): AttemptResult {
  const { status } = response
  const switched = status === 101
  if (switched && (step.upgrade === undefined || tunnelOf(response) === undefined)) {
    return failed(context, 'head', 'upstream_unexpected_upgrade', '101 unasked')
  }
  if (status < 200 && !switched) {
    // Some runtimes take an interim head for the final one and lose the connection with it.
    return failed(context, 'head', 'upstream_invalid', `interim status ${status}`)
  }
  return { type: 'head', response }
}

function failed(
  { body }: AttemptContext,
  phase: AttemptPhase,
  reason: Reason,
  detail?: string,
): AttemptResult {
  const side = phase === 'request' ? 'client' : 'upstream'
  // The pool is the runtime's: each connection may have been used before, and so may have been
  // closed by the endpoint at that very moment.
  const reused = phase === 'sent'
  const { replayable } = body
  const base: Outcome = { side, phase, bytesSent: 0, reused, replayable, reason }
  return { type: 'failed', outcome: detail === undefined ? base : { ...base, detail } }
}
