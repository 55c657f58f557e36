/**
 * The fetch engine: carries out what the core says over a `fetch` that is given to it, for Workers
 * and for any server that speaks Request and Response. It contains no word about routes.
 *
 * What fetch cannot tell or do, this engine does not pretend to: a failed connect counts as sent,
 * bodies are handed over unread, so their sizes and ends are unknown, and Host, trailers, 1xx and
 * raw encodings are the runtime's.
 */
import type {
  AccessRecord,
  AttemptStep,
  Begin,
  EndOutcome,
  Exchange,
  Outcome,
  Step,
} from '../exchange.ts'
import type { Peer } from '../head.ts'
import { sendAttempt, type FetchFunction } from './attempt.ts'
import { performCall, type ReadShard } from './call.ts'
import { FetchBody } from './body.ts'
import { localResponse, relayedResponse, requestHead, responseHead } from './messages.ts'

/** What a fetch engine needs. */
export interface FetchEngineOptions {
  /** Reaches the core; called once for each request. */
  readonly begin: Begin
  readonly fetch: FetchFunction
  /** Takes the record of each exchange as it ends. */
  readonly log: (record: AccessRecord) => void
  /** Carries out the core's shard reads; without it they fail. */
  readonly readShard?: ReadShard
}

/** Answers one request. Rejects only where the core broke a promise. */
export type FetchHandler = (request: Request, peer: Peer) => Promise<Response>

/** A handler that serves what `begin` says. */
export function createFetchEngine(options: FetchEngineOptions): FetchHandler {
  return async (request, peer) => {
    const head = requestHead(request)
    const exchange = options.begin(head, peer)
    const body = new FetchBody(request, head.bodyLength)
    return await new FetchRun(options, exchange, request, body).run()
  }
}

/** The client left: nothing is left to be decided. */
const GONE = Symbol('gone')

/** Nobody reads it; a Response cannot say 499 with a meaning of its own. */
const NOBODY = 499

class FetchRun {
  readonly #options: FetchEngineOptions
  readonly #exchange: Exchange
  readonly #request: Request
  readonly #body: FetchBody
  readonly #gone: Promise<typeof GONE>

  constructor(options: FetchEngineOptions, exchange: Exchange, request: Request, body: FetchBody) {
    this.#options = options
    this.#exchange = exchange
    this.#request = request
    this.#body = body
    const { signal } = request
    this.#gone = new Promise((resolve) => {
      if (signal.aborted) resolve(GONE)
      signal.addEventListener('abort', () => resolve(GONE), { once: true })
    })
  }

  async run(): Promise<Response> {
    let step = this.#exchange.next({ type: 'start' })
    for (;;) {
      switch (step.type) {
        case 'respond': {
          const bytes = new TextEncoder().encode(step.response.body).length
          this.#end(undefined, this.#request.method === 'HEAD' ? 0 : bytes)
          return localResponse(step.response)
        }
        case 'relay':
          throw new Error('relay without a response')
        case 'attempt': {
          const next = await this.#attempt(step)
          if (next instanceof Response) return next
          step = next
          break
        }
        case 'call': {
          const event = await this.#orGone(performCall(step, this.#options, this.#request.signal))
          if (event === GONE) return this.#leave()
          step = this.#exchange.next(event)
          break
        }
        case 'wait': {
          const { ms } = step
          const elapsed = new Promise<void>((resolve) => setTimeout(resolve, ms))
          if ((await this.#orGone(elapsed)) === GONE) return this.#leave()
          step = this.#exchange.next({ type: 'elapsed' })
          break
        }
        default:
          return step satisfies never
      }
    }
  }

  async #attempt(step: AttemptStep): Promise<Response | Step> {
    const { fetch } = this.#options
    const sent = sendAttempt(step, { fetch, body: this.#body, signal: this.#request.signal })
    const result = await this.#orGone(sent)
    if (result === GONE) return this.#leave('sent')
    if (result.type === 'failed') return this.#exchange.next(result)
    const { replayable } = this.#body
    const next = this.#exchange.next({
      type: 'head',
      head: responseHead(result.response),
      replayable,
    })
    if (next.type === 'relay') {
      this.#end(undefined, -1)
      return relayedResponse(result.response, next, this.#request.method)
    }
    // An unread body would hold its connection.
    await result.response.body?.cancel()
    return next
  }

  async #orGone<T>(promise: Promise<T>): Promise<T | typeof GONE> {
    const first = await Promise.race([promise, this.#gone])
    return this.#request.signal.aborted ? GONE : first
  }

  #leave(phase: Outcome['phase'] = 'request'): Response {
    const { replayable } = this.#body
    const base = { side: 'client', phase, bytesSent: 0, reused: false, replayable } as const
    this.#end({ ...base, reason: 'client_gone' }, 0)
    return new Response(null, { status: NOBODY })
  }

  #end(failure: EndOutcome['failure'], responseBytes: number): void {
    const requestBytes = this.#body.bytes
    this.#options.log(this.#exchange.end({ failure, requestBytes, responseBytes }))
  }
}
