/** One request to one endpoint over fetch. */
import type { Reason } from '../errors.ts'
import type { AttemptStep, Outcome } from '../exchange.ts'
import { BODY_TOO_LARGE, type FetchBody } from './body.ts'
import { outboundHeaders, tunnelOf } from './messages.ts'

/** What requests go out with: the runtime's fetch, or one that a test injects. */
export type FetchFunction = (request: Request) => Promise<Response>

/** What an attempt needs. */
export interface AttemptContext {
  readonly fetch: FetchFunction
  readonly body: FetchBody
  /** Aborts when the client has left. */
  readonly signal: AbortSignal
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
  const { body, fetch } = context
  const maxBytes = step.limits.maxRequestBytes
  if (body.exceeds(maxBytes)) return failed(context, 'request', 'body_too_large')
  const abort = new AbortController()
  const cancel = (): void => abort.abort()
  context.signal.addEventListener('abort', cancel, { once: true })
  const timeout = headTimeout(step)
  let timedOut = false
  const timer = setTimeout(() => {
    timedOut = timeout.ms > 0
    if (timedOut) abort.abort()
  }, timeout.ms)
  try {
    const content = await body.take({ replayBytes: step.replayBytes, maxBytes })
    const response = await fetch(outboundRequest(step, content, abort.signal))
    return judge(step, response, context)
  } catch (error) {
    if (timedOut) return failed(context, 'sent', timeout.reason)
    const message = error instanceof Error ? error.message : String(error)
    if (message.includes(BODY_TOO_LARGE)) return failed(context, 'request', 'body_too_large')
    // Whether a connection stood, fetch does not tell: the request may have been seen.
    return failed(context, 'sent', 'upstream_reset', message)
  } finally {
    clearTimeout(timer)
  }
}

/**
 * How long the head may take. Connecting and waiting cannot be told apart, and neither can the time
 * that a body takes to be sent, so a request with a body has only its total.
 */
function headTimeout(step: AttemptStep): { readonly ms: number; readonly reason: Reason } {
  const { connectMs, firstByteMs, totalMs } = step.timeouts
  const headMs = connectMs > 0 && firstByteMs > 0 ? connectMs + firstByteMs : 0
  const bodyless = step.head.method === 'GET' || step.head.method === 'HEAD'
  if (bodyless && headMs > 0 && (totalMs === 0 || headMs < totalMs)) {
    return { ms: headMs, reason: 'first_byte_timeout' }
  }
  return { ms: totalMs, reason: 'total_timeout' }
}

/** Fetch's Request takes a stream only when told that it may go out while the answer comes in. */
interface DuplexInit extends RequestInit {
  readonly duplex: 'half'
}

function outboundRequest(step: AttemptStep, body: BodyInit | null, signal: AbortSignal): Request {
  const { method, target } = step.head
  // Appended to a fixed origin, a target cannot name another host: it begins with a slash.
  if (!target.startsWith('/')) throw new Error('target is not in origin form')
  const headers = outboundHeaders(step)
  const init: DuplexInit = { method, headers, body, redirect: 'manual', signal, duplex: 'half' }
  return new Request(`${step.endpoint.url}${target}`, init)
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
  phase: 'request' | 'sent' | 'head',
  reason: Reason,
  detail?: string,
): AttemptResult {
  const side = phase === 'request' ? 'client' : 'upstream'
  const { replayable } = body
  const base: Outcome = { side, phase, bytesSent: 0, reused: false, replayable, reason }
  return { type: 'failed', outcome: detail === undefined ? base : { ...base, detail } }
}
