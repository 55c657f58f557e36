/** One request to one endpoint over fetch. */
import type { Reason } from '../errors.ts'
import type { AttemptPhase, AttemptStep, Outcome } from '../exchange.ts'
import { BODY_TOO_LARGE, type FetchBody } from './body.ts'
import { outboundHeaders, tunnelOf } from './messages.ts'
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
  const deadline = new Deadline(step, context.request.signal)
  try {
    const content = await body.take({ replayBytes: step.replayBytes, maxBytes })
    const request = outboundRequest(step, { content, context, signal: deadline.signal })
    if (request === undefined) {
      return failed(context, 'request', 'invalid_target', 'fetch would change the target')
    }
    return judge(step, await fetch(request), context)
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

/** Ends an attempt whose head takes too long, or whose client has left. */
class Deadline {
  /** Why it was ended; `undefined` where the time has not run out. */
  expired: Reason | undefined
  readonly #abort = new AbortController()
  readonly #timer: ReturnType<typeof setTimeout> | undefined

  constructor(step: AttemptStep, client: AbortSignal) {
    const { ms, reason } = headTimeout(step)
    // For as long as the response lasts: a client that leaves takes the body with it.
    client.addEventListener('abort', () => this.#abort.abort(), { once: true })
    if (ms === 0) return
    this.#timer = setTimeout(() => {
      this.expired = reason
      this.#abort.abort()
    }, ms)
  }

  get signal(): AbortSignal {
    return this.#abort.signal
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
  readonly signal: AbortSignal
}

/** `undefined` where the runtime would ask for something else than the core decided. */
function outboundRequest(
  step: AttemptStep,
  { content, context, signal }: OutboundParts,
): Request | undefined {
  const { method, target } = step.head
  const origin = originOf(step, context.request.url)
  // Behind a whole origin, a target that begins with a slash cannot name another host.
  if (!target.startsWith('/')) return undefined
  const headers = outboundHeaders(step, {
    upgrades: context.traits.upgrades,
    bodyLength: content === null ? 0 : context.body.length,
  })
  const init: DuplexInit = {
    method,
    headers,
    body: content,
    redirect: 'manual',
    signal,
    duplex: 'half',
  }
  const request = new Request(origin + target, init)
  return isSameTarget(request.url, step) ? request : undefined
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
