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
  RespondStep,
  Step,
} from '../exchange.ts'
import type { Fields, ParseFailure, Peer, RequestHead } from '../head.ts'
import { sendAttempt, type FetchFunction } from './attempt.ts'
import { performCall, type ReadShard } from './call.ts'
import { FetchBody } from './body.ts'
import { localResponse, relayedResponse, requestHead, responseHead } from './messages.ts'
import { STANDARD_FETCH, type FetchTraits } from './traits.ts'

/** What a fetch engine needs. */
export interface FetchEngineOptions {
  /** Reaches the core; called once for each request. */
  readonly begin: Begin
  readonly fetch: FetchFunction
  /** Default: those of the Fetch standard. */
  readonly traits?: FetchTraits
  /** The fetch of a service that the runtime provides under this name; default: it provides none. */
  readonly binding?: (name: string) => FetchFunction | undefined
  /** Takes the record of each exchange as it ends. */
  readonly log: (record: AccessRecord) => void
  /** Learns of a promise that the core broke; the request is answered 500 all the same. */
  readonly fault: (error: unknown) => void
  /** Carries out the core's shard reads; without it they fail. */
  readonly readShard?: ReadShard
}

/** Answers one request. Never rejects. */
export type FetchHandler = (request: Request, peer: Peer) => Promise<Response>

/** A handler that serves what `begin` says. */
export function createFetchEngine(options: FetchEngineOptions): FetchHandler {
  const context: RunContext = {
    traits: STANDARD_FETCH,
    binding: () => undefined,
    ...options,
  }
  return async (request, peer) => {
    try {
      const head = requestHead(request)
      const exchange = options.begin(head, peer)
      return await new FetchRun(context, exchange, request, head).run()
    } catch (error) {
      options.fault(error)
      return faultResponse()
    }
  }
}

type RunContext = FetchEngineOptions & Required<Pick<FetchEngineOptions, 'traits' | 'binding'>>

/** The answer where the core itself failed, so that nobody else can write one. */
function faultResponse(): Response {
  const headers = { 'content-type': 'text/plain; charset=utf-8', 'x-postern-reason': FAULT }
  return new Response(`500 ${FAULT}\n`, { status: 500, headers })
}

const FAULT = 'internal_error'

/** The client left: nothing is left to be decided. */
const GONE = Symbol('gone')

/** Nobody reads it; a Response cannot say 499 with a meaning of its own. */
const NOBODY = 499

/** What there is of a head that was no head. */
const UNPARSED = { fields: [], bodyLength: 0 } as const

class FetchRun {
  readonly #context: RunContext
  readonly #exchange: Exchange
  readonly #request: Request
  readonly #received: Fields
  readonly #body: FetchBody
  /** Ends the present wait, if there is one. */
  #leaveWait: (() => void) | undefined
  #ended = false

  constructor(
    context: RunContext,
    exchange: Exchange,
    request: Request,
    head: RequestHead | ParseFailure,
  ) {
    this.#context = context
    this.#exchange = exchange
    this.#request = request
    const parsed = 'type' in head ? UNPARSED : head
    this.#received = parsed.fields
    this.#body = new FetchBody(request, parsed.bodyLength)
    request.signal.addEventListener('abort', () => this.#leaveWait?.(), { once: true })
  }

  async run(): Promise<Response> {
    try {
      return await this.#carryOut()
    } catch (error) {
      if (this.#ended) throw error
      this.#context.fault(error)
      // The core writes this answer as every other, and there is one record for it.
      const outcome = this.#failure('upstream', 'head', FAULT)
      const step = this.#exchange.next({ type: 'failed', outcome })
      if (step.type !== 'respond') throw error
      return this.#respond(step)
    }
  }

  async #carryOut(): Promise<Response> {
    let step = this.#exchange.next({ type: 'start' })
    for (;;) {
      switch (step.type) {
        case 'respond':
          return this.#respond(step)
        case 'relay':
          throw new Error('relay without a response')
        case 'attempt': {
          const next = await this.#attempt(step)
          if (next instanceof Response) return next
          step = next
          break
        }
        case 'call': {
          const event = await this.#orGone(performCall(step, this.#context, this.#request.signal))
          if (event === GONE) return this.#leave('request')
          step = this.#exchange.next(event)
          break
        }
        case 'wait': {
          const { ms } = step
          const elapsed = new Promise<void>((resolve) => setTimeout(resolve, ms))
          if ((await this.#orGone(elapsed)) === GONE) return this.#leave('request')
          step = this.#exchange.next({ type: 'elapsed' })
          break
        }
        default:
          return step satisfies never
      }
    }
  }

  #respond({ response }: RespondStep): Response {
    const bytes = new TextEncoder().encode(response.body).length
    this.#end(undefined, this.#request.method === 'HEAD' ? 0 : bytes)
    return localResponse(response)
  }

  async #attempt(step: AttemptStep): Promise<Response | Step> {
    const { fetch, binding, traits } = this.#context
    const request = this.#request
    const [received, body] = [this.#received, this.#body]
    const sent = sendAttempt(step, { fetch, binding, traits, request, received, body })
    const result = await this.#orGone(sent)
    if (result === GONE) return this.#leave('sent')
    if (result.type === 'failed') return this.#exchange.next(result)
    const { response } = result
    const head = responseHead(response)
    const { replayable } = body
    const next = this.#exchange.next({ type: 'head', head, replayable })
    if (next.type !== 'relay') {
      // An unread body would hold its connection.
      await response.body?.cancel()
      return next
    }
    const { method } = request
    const relayed = relayedResponse(response, next, { method, received: head.fields, traits })
    if (relayed.body === null) await response.body?.cancel()
    this.#end(undefined, -1)
    return relayed
  }

  /** What `work` brings, or that the client has left. */
  #orGone<T>(work: Promise<T>): Promise<T | typeof GONE> {
    const { signal } = this.#request
    return new Promise((resolve, reject) => {
      this.#leaveWait = () => resolve(GONE)
      if (signal.aborted) resolve(GONE)
      work.then((result) => resolve(signal.aborted ? GONE : result), reject)
    })
  }

  #leave(phase: Outcome['phase']): Response {
    this.#end(this.#failure('client', phase, 'client_gone'), 0)
    return new Response(null, { status: NOBODY })
  }

  #failure(side: Outcome['side'], phase: Outcome['phase'], reason: Outcome['reason']): Outcome {
    const { replayable } = this.#body
    return { side, phase, bytesSent: 0, reused: false, replayable, reason }
  }

  #end(failure: EndOutcome['failure'], responseBytes: number): void {
    this.#ended = true
    const requestBytes = this.#body.bytes
    this.#context.log(this.#exchange.end({ failure, requestBytes, responseBytes }))
  }
}
