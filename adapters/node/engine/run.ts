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
import { finishResponse, mustClose } from './finish-response.ts'
import { clientOutcome } from './outcome.ts'
import { relayBody } from './relay.ts'
import { bodyLength, requestHead } from './request-head.ts'
import { RequestBody } from './request-body.ts'
import { bodyFraming } from './response-fields.ts'
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
  #ended = false
  #bodySettled = true

  constructor(options: RunOptions) {
    this.#options = options
    this.#turn = options.turn
    const { message } = options.turn
    this.#body = new RequestBody(message, bodyLength(message.rawHeaders))
  }

  /** Begins. `failure` is what is known of the client's body already. */
  start(failure?: { readonly reason: Reason; readonly detail: string }): void {
    const { context, peer } = this.#options
    const { message, response } = this.#turn
    message.on('error', () => this.gone())
    response.on('error', () => this.gone())
    response.once('close', () => {
      if (this.#tunnelled) return
      if (response.writableFinished) this.#end(this.#internalFailure)
      else this.gone()
    })
    this.#clientFailure = failure && clientOutcome(failure.reason, false, failure.detail)
    context.exchanges.begin()
    try {
      this.#exchange = context.begin(requestHead(message, context.limits), peer)
    } catch (error) {
      this.#abandon(error)
      return
    }
    this.#advance({ type: 'start' })
  }

  /** Whether the client's request is still arriving. */
  get receiving(): boolean {
    return !this.#body.complete
  }

  /** The client left: nothing is left to be decided. */
  gone(): void {
    if (this.#ended) return
    const outcome = this.#outcome('client', 'client_gone')
    this.#stop()
    this.#turn.socket.destroy()
    this.#end(outcome)
  }

  clientFailed(reason: Reason, detail: string): void {
    if (this.#ended) return
    const outcome = this.#outcome('client', reason, detail)
    if (this.#finishing) {
      // The answer is out already; what fails is a body that nobody wanted.
      this.#turn.response.end()
      this.#turn.socket.destroySoon()
      return
    }
    this.#stop()
    this.#clientFailure = outcome
    if (this.#turn.headSent) {
      this.#turn.breakOff()
      this.#end(outcome)
      return
    }
    this.#advance({ type: 'failed', outcome })
  }

  requestTrailers(fields: Fields): Fields {
    return this.#ask((exchange) => exchange.trailers('request', fields)) ?? []
  }

  interim(head: ResponseHead): void {
    const passed = this.#ask((exchange) => exchange.interim(head))
    if (passed !== undefined) this.#turn.interim(passed)
  }

  failed(outcome: Outcome): void {
    this.#attempt = undefined
    this.#advance({ type: 'failed', outcome })
  }

  head({ message }: UpstreamResponse): void {
    const { statusCode: status = 0, statusMessage: reason = '', rawHeaders: fields } = message
    const head = { status, reason, fields }
    this.#advance({ type: 'head', head, replayable: this.#body.replayable })
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
    const passesExpect = fieldValue(step.head.fields, 'expect') !== undefined
    if (!passesExpect && this.#body.length !== 0) this.#turn.askForBody()
    const { context } = this.#options
    this.#attempt = new UpstreamAttempt({ step, body: this.#body, context, listener: this })
    this.#attempt.start()
  }

  #respond(step: RespondStep): void {
    const close = step.requestBody === 'close' || mustClose(this.#options, this.#body)
    this.#turn.writeLocal(step.response, close)
    this.#finish(close)
  }

  #relay(step: RelayStep): void {
    const attempt = this.#attempt
    const upstream = attempt?.response
    if (attempt === undefined || upstream === undefined) throw new Error('nothing to relay')
    attempt.relaying()
    if (step.tunnel) {
      this.#tunnel(step, upstream)
      return
    }
    const close = mustClose(this.#options, this.#body)
    this.#turn.writeHead(step.head, bodyFraming(upstream.message.rawHeaders), close)
    relayBody({
      message: upstream.message,
      attempt,
      turn: this.#turn,
      writeStallMs: this.#options.context.limits.writeStallMs,
      trailers: (fields) => this.#ask((exchange) => exchange.trailers('response', fields)) ?? [],
      whole: () => {
        if (this.#ended) return
        attempt.finish()
        this.#finish(close)
      },
      failed: (side, reason, detail) => this.#breakOff(this.#outcome(side, reason, detail)),
    })
  }

  #tunnel(step: RelayStep, upstream: UpstreamResponse): void {
    this.#tunnelled = true
    this.#attempt?.clock.stop()
    this.#cancel = switchProtocols({
      turn: this.#turn,
      upstream,
      head: step.head,
      idleMs: this.#attempt?.idleMs ?? 0,
      done: ({ failed, requestBytes, responseBytes }) => {
        this.#turn.bytesWritten = responseBytes
        this.#end(failed && this.#outcome(failed.side, failed.reason), requestBytes)
      },
    })
  }

  #finish(close: boolean): void {
    this.#finishing = true
    this.#bodySettled = false
    const settled = (): void => {
      this.#bodySettled = true
      if (this.#ended) this.#options.done()
    }
    finishResponse(this.#options, this.#body, { close, settled })
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
    this.#stop()
    this.#internalFailure = this.#outcome('upstream', 'internal_error', String(error))
    if (this.#finishing || this.#turn.headSent || this.#tunnelled) {
      this.#breakOff(this.#internalFailure)
      return
    }
    this.#turn.writeLocal({ status: 500, fields: [], body: '' }, true)
    this.#finish(true)
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

  #end(failure: Outcome | undefined, requestBytes = this.#body.bytes): void {
    if (this.#ended) return
    this.#ended = true
    const { context, turn, done } = this.#options
    try {
      const responseBytes = turn.bytesWritten
      const record = this.#exchange?.end({ failure, requestBytes, responseBytes })
      if (record !== undefined) context.log(record)
    } catch (error) {
      context.fault(error)
    }
    context.exchanges.end()
    if (this.#bodySettled || failure !== undefined) done()
  }
}
