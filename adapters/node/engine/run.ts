/**
 * Carries out one exchange: takes step after step from the core and answers each with its event.
 * Every way out leads to `end`, once.
 */
import type { Reason } from '../../../src/errors.ts'
import type {
  AttemptStep,
  Exchange,
  ExchangeEvent,
  Outcome,
  RelayStep,
  RespondStep,
  Step,
} from '../../../src/exchange.ts'
import { fieldValue, type Fields, type ResponseHead } from '../../../src/head.ts'
import type { AttemptListener, UpstreamResponse } from './attempt-listener.ts'
import { startPause } from './call.ts'
import type { ClientTurn } from './client-turn.ts'
import { clientOutcome } from './outcome.ts'
import type { RequestBody } from './request-body.ts'
import { recordExchange } from './record-exchange.ts'
import { bodyLength } from './response-fields.ts'
import type { RunOptions } from './run-context.ts'
import { switchProtocols } from './switch-protocols.ts'
import { UpstreamAttempt } from './upstream-attempt.ts'

/** One exchange being carried out. */
export class Run implements AttemptListener {
  readonly #options: RunOptions
  readonly #turn: ClientTurn
  readonly #body: RequestBody
  #exchange: Exchange | undefined
  #attempt: UpstreamAttempt | undefined
  /** Stops what is under way beside an attempt: a call, a wait, a tunnel. */
  #cancel: (() => void) | undefined
  #clientFailure: Outcome | undefined
  #internalFailure: Outcome | undefined
  #tunnelled = false
  /** The response is written as far as the core is concerned. */
  #finishing = false
  /** Whether its head said that the connection ends. */
  #close = false
  #ended = false

  constructor(options: RunOptions) {
    this.#options = options
    this.#turn = options.turn
    this.#body = options.body
  }

  /** Begins. */
  start(): void {
    const { context, host, head } = this.#options
    const { failure } = this.#body
    if (failure !== undefined) {
      this.#clientFailure = clientOutcome(failure.reason, false, failure.detail)
    }
    context.exchanges.begin()
    try {
      this.#exchange = context.begin(head, host.peer)
    } catch (error) {
      this.#abandon(error)
    }
    this.#advance({ type: 'start' })
  }

  /** The client left: nothing is left to be decided. */
  gone(): void {
    if (this.#ended || this.#tunnelled) return
    const outcome = this.#outcome('client', 'client_gone')
    this.#stop()
    this.#turn.socket.destroy()
    this.#end(outcome)
  }

  /** The client does not read. */
  stalled(): void {
    this.#breakOff(this.#outcome('client', 'client_gone', 'does not read'))
  }

  /** One of the attempt's times has run out. */
  expired(which: 'phase' | 'total'): void {
    const attempt = this.#attempt
    attempt?.expire(which === 'total' ? 'total' : attempt.clock.phase)
  }

  /** The client has taken what it was sent. */
  drained(): void {
    if (this.#finishing || this.#attempt === undefined) return
    this.#attempt.setReading(true)
  }

  /** Everything that was written has left. */
  flushed(): void {
    if (this.#finishing) this.#end(this.#internalFailure)
  }

  clientFailed(reason: Reason, detail: string): void {
    if (this.#ended || this.#finishing) return
    const outcome = this.#outcome('client', reason, detail)
    this.#stop()
    this.#clientFailure = outcome
    if (this.#turn.headSent) this.#breakOff(outcome)
    else this.#advance({ type: 'failed', outcome })
  }

  requestTrailers(fields: Fields): Fields {
    return this.#ask((exchange) => exchange.trailers('request', fields)) ?? []
  }

  interim(head: ResponseHead): void {
    this.#ask((exchange) => {
      const passed = exchange.interim(head)
      if (passed !== undefined) this.#turn.interim(passed)
    })
  }

  failed(outcome: Outcome): void {
    this.#attempt = undefined
    this.#advance({ type: 'failed', outcome })
  }

  head({ head }: UpstreamResponse): void {
    this.#advance({ type: 'head', head, replayable: this.#body.replayable })
  }

  content(bytes: Buffer, start: number, end: number, owned: boolean): void {
    this.#turn.content(bytes, start, end, owned)
  }

  flush(): boolean {
    if (this.#turn.flush()) return true
    this.#options.host.setStalled(true)
    return false
  }

  whole(trailers: Fields): void {
    if (this.#ended || this.#finishing) return
    this.#ask((exchange) => {
      this.#turn.end(trailers.length === 0 ? trailers : exchange.trailers('response', trailers))
    })
    if (!this.#ended) this.#finish()
  }

  broken(reason: Reason, detail: string): void {
    this.#breakOff(this.#outcome('upstream', reason, detail))
  }

  #ask<T>(question: (exchange: Exchange) => T): T | undefined {
    try {
      return this.#exchange && question(this.#exchange)
    } catch (error) {
      this.#abandon(error)
      return undefined
    }
  }

  #advance(event: ExchangeEvent): void {
    if (this.#ended || this.#exchange === undefined) return
    this.#cancel = undefined
    try {
      this.#carry(this.#exchange.next(event))
    } catch (error) {
      this.#abandon(error)
    }
  }

  #carry(step: Step): void {
    // A response that is not relayed is dropped unread, and its connection with it.
    if (step.type !== 'relay') this.#dropAttempt()
    if (this.#clientFailure !== undefined && step.type !== 'respond') {
      const outcome = this.#clientFailure
      this.#clientFailure = undefined
      this.#advance({ type: 'failed', outcome })
      return
    }
    switch (step.type) {
      case 'respond':
        return this.#respond(step)
      case 'call':
      case 'wait':
        this.#cancel = startPause(step, this.#options.context, (event) => this.#advance(event))
        return
      case 'attempt':
        return this.#startAttempt(step)
      case 'relay':
        return this.#relay(step)
      default:
        return step satisfies never
    }
  }

  #startAttempt(step: AttemptStep): void {
    const waits = this.#turn.awaitsContinue && this.#body.length !== 0
    if (waits && fieldValue(step.head.fields, 'expect') === undefined) this.#turn.askForBody()
    const { context, host, body } = this.#options
    const { deadlines } = host
    this.#attempt = new UpstreamAttempt({ step, body, context, deadlines, listener: this })
    this.#attempt.start()
  }

  #respond(step: RespondStep): void {
    this.#close = step.requestBody === 'close' || this.#options.host.closing
    this.#turn.writeLocal(step.response, this.#close)
    this.#finish()
  }

  #relay(step: RelayStep): void {
    const attempt = this.#attempt
    const upstream = attempt?.response
    if (attempt === undefined || upstream === undefined) throw new Error('nothing to relay')
    attempt.relaying()
    if (step.endless === true) attempt.clock.endless()
    if (step.tunnel) {
      this.#tunnel(step, attempt, upstream)
      return
    }
    this.#close = this.#options.host.closing
    const { framing } = upstream
    this.#turn.writeHead(step.head, bodyLength(upstream), this.#close)
    // A 205 alone may come with a body that nobody reads; its connection is not used again.
    if (this.#turn.bodyless && framing.length !== 0) {
      attempt.destroy()
      this.#finish()
    }
  }

  #tunnel(step: RelayStep, attempt: UpstreamAttempt, upstream: UpstreamResponse): void {
    this.#tunnelled = true
    this.#cancel = switchProtocols({
      turn: this.#turn,
      attempt,
      upstream,
      head: step.head,
      leave: () => this.#options.host.leave(),
      done: ({ failed, requestBytes, responseBytes }) => {
        this.#turn.bytesWritten = responseBytes
        this.#end(failed && this.#outcome(failed.side, failed.reason), requestBytes)
      },
    })
  }

  #finish(): void {
    this.#finishing = true
    const { host } = this.#options
    this.#turn.flush()
    if (host.flushed) this.#end(this.#internalFailure)
    else host.setStalled(true)
    host.answered(this.#close)
  }

  /** The response began and cannot be completed: the client must see that. */
  #breakOff(outcome: Outcome): void {
    if (this.#ended) return
    this.#stop()
    this.#turn.breakOff()
    this.#end(outcome)
  }

  /** The core broke a promise. The client gets a bare 500, or a broken response. */
  #abandon(error: unknown): void {
    this.#options.context.fault(error)
    if (this.#ended) return
    this.#internalFailure = this.#outcome('upstream', 'internal_error', String(error))
    this.#stop()
    if (this.#finishing || this.#turn.headSent || this.#tunnelled) {
      this.#breakOff(this.#internalFailure)
      return
    }
    this.#close = true
    this.#turn.writeLocal({ status: 500, fields: [], body: '' }, true)
    this.#finish()
  }

  #outcome(side: Outcome['side'], reason: Reason, detail?: string): Outcome {
    return (
      this.#attempt?.outcome(side, reason, detail) ??
      clientOutcome(reason, this.#body.replayable, detail)
    )
  }

  #dropAttempt(): void {
    this.#attempt?.destroy()
    this.#attempt = undefined
  }

  #stop(): void {
    this.#cancel?.()
    this.#cancel = undefined
    this.#attempt?.destroy()
  }

  #end(failure: Outcome | undefined, requestBytes: number = this.#body.bytes): void {
    if (this.#ended) return
    this.#ended = true
    const responseBytes = this.#turn.bytesWritten
    const outcome = { failure, requestBytes, responseBytes }
    recordExchange(this.#options.context, this.#exchange, outcome)
  }
}
