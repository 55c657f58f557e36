/**
 * One request to one endpoint over node:http: connects, sends head and body, reports interim heads,
 * the final head or the failure. What becomes of the response is the caller's.
 */
import type { ClientRequest, IncomingMessage } from 'node:http'
import type { Socket } from 'node:net'
import { PosternError, type Reason } from '../../../src/errors.ts'
import type { AttemptPhase, AttemptStep, Outcome } from '../../../src/exchange.ts'
import { fieldValue, type Fields } from '../../../src/head.ts'
import type { AttemptListener, UpstreamResponse, UpstreamTunnel } from './attempt-listener.ts'
import { AttemptClock, type Expiry } from './attempt-clock.ts'
import { failureReason } from './failure-reason.ts'
import { outboundFields, pairs } from './outbound-fields.ts'
import { describeOutcome } from './outcome.ts'
import type { BodySink, RequestBody } from './request-body.ts'
import type { RunContext } from './run-context.ts'
import { acceptsKey } from './websocket-key.ts'

/** What an attempt needs. */
export interface AttemptOptions {
  readonly step: AttemptStep
  readonly body: RequestBody
  readonly context: Pick<RunContext, 'transport' | 'limits'>
  readonly listener: AttemptListener
}

/** Sockets that have carried an exchange before. */
const usedSockets = new WeakSet<Socket>()

/** One attempt. */
export class UpstreamAttempt implements BodySink {
  readonly clock: AttemptClock
  readonly #options: AttemptOptions
  #request: ClientRequest | undefined
  #socket: Socket | undefined
  #response: UpstreamResponse | undefined
  #phase: AttemptPhase = 'connect'
  #reused = false
  #bytesSent = 0
  /** `bytesRead` of the socket before this request: an answer has begun when it grows. */
  #bytesReadBefore = 0
  #interimHeads = 0
  #state: 'open' | 'answered' | 'over' = 'open'

  constructor(options: AttemptOptions) {
    this.#options = options
    this.clock = new AttemptClock(options.step.timeouts, (what) => this.#expire(what))
  }

  /** Dials. A failure may be reported before this returns. */
  start(): void {
    const { step, body } = this.#options
    const { maxRequestBytes } = step.limits
    if (maxRequestBytes > 0 && body.length > maxRequestBytes) {
      this.#clientFailed('body_too_large', `${body.length} bytes announced`)
      return
    }
    try {
      this.#request = this.#options.context.transport.open({
        endpoint: step.endpoint,
        method: step.head.method,
        target: step.head.target,
        fields: outboundFields(step, body.length),
      })
    } catch (error) {
      const reason = error instanceof PosternError ? error.code : 'internal_error'
      this.#fail(reason, String(error))
      return
    }
    this.#listen(this.#request)
    this.#send(this.#request)
  }

  /** Whether the client's body is what the endpoint waits for, not the other way round. */
  get waitsForClient(): boolean {
    return this.#request?.writableNeedDrain === false && !this.#options.body.complete
  }

  /** The final response, once there is one. */
  get response(): UpstreamResponse | undefined {
    return this.#response
  }

  /** What to say of a failure that happens now. */
  outcome(side: Outcome['side'], reason: Reason, detail?: string): Outcome {
    return describeOutcome(
      {
        side,
        phase: this.#phase,
        bytesSent: this.#bytesSent,
        reused: this.#reused,
        replayable: this.#options.body.replayable,
        reason,
      },
      detail,
    )
  }

  /** Milliseconds without progress that end it; 0 is no bound. */
  get idleMs(): number {
    return this.#options.step.timeouts.idleMs
  }

  /** The response is whole. A request that is not takes its connection with it. */
  finish(): void {
    if (this.#request?.writableFinished !== true) this.destroy()
    this.#state = 'over'
    this.clock.stop()
  }

  /** The final head was relayed: from here on a failure is one of the body. */
  relaying(): void {
    this.#phase = 'body'
  }

  /** Ends everything at once; an unfinished exchange takes its connection with it. */
  destroy(): void {
    this.#state = 'over'
    this.clock.stop()
    this.#options.body.detach()
    this.#request?.destroy()
  }

  write(chunk: Buffer): boolean {
    this.#bytesSent += chunk.length
    this.clock.progress()
    return this.#request?.write(chunk) ?? false
  }

  end(trailers: Fields): void {
    const request = this.#request
    if (request === undefined) return
    if (trailers.length > 0 && this.#options.body.length === -1) {
      request.addTrailers(pairs(this.#options.listener.requestTrailers(trailers)))
    }
    request.end()
  }

  overflow(): void {
    this.#clientFailed('body_too_large', `more than ${this.#options.step.limits.maxRequestBytes}`)
  }

  #listen(request: ClientRequest): void {
    const { body, listener, context } = this.#options
    const { maxInterim } = context.limits
    request.once('socket', (socket) => this.#assigned(socket))
    request.on('drain', () => {
      this.clock.progress()
      body.resume()
    })
    request.once('finish', () => {
      if (this.#phase === 'sent' || this.#phase === 'head') this.clock.awaiting()
    })
    request.on('information', (info) => {
      if (this.#state !== 'open') return
      this.#interimHeads++
      if (this.#interimHeads > maxInterim) {
        this.#fail('upstream_invalid', `more than ${maxInterim} interim responses`)
        return
      }
      const { statusCode: status, statusMessage: reason, rawHeaders: fields } = info
      listener.interim({ status, reason, fields })
    })
    request.once('response', (message) => this.#answered(message, undefined))
    request.once('upgrade', (message, socket, first) => this.#switched(message, socket, first))
    request.on('error', (error) => {
      // After the head the response's own stream tells.
      if (this.#state !== 'open') return
      const { reason, detail } = failureReason(error, this.#phase !== 'connect')
      this.#fail(reason, detail)
    })
    request.once('close', () => {
      if (this.#state === 'open') this.#fail('upstream_reset', 'closed without an answer')
    })
  }

  #assigned(socket: Socket): void {
    this.#socket = socket
    this.#reused = usedSockets.has(socket)
    this.#bytesReadBefore = socket.bytesRead
    if (this.#reused) {
      this.#connected()
      return
    }
    const { scheme } = this.#options.step.endpoint
    socket.once(scheme === 'https' ? 'secureConnect' : 'connect', () => {
      usedSockets.add(socket)
      this.#connected()
    })
  }

  #connected(): void {
    if (this.#state !== 'open') return
    this.#phase = 'sent'
    if (this.#request?.writableFinished === true) this.clock.awaiting()
    else this.clock.streaming()
  }

  #send(request: ClientRequest): void {
    const { body, step } = this.#options
    if (body.length === 0) {
      request.end()
      return
    }
    // The endpoint may answer the head alone, and with Expect the client waits for that.
    request.flushHeaders()
    const { replayBytes, limits } = step
    body.attach(this, { replayBytes, maxBytes: limits.maxRequestBytes })
  }

  #answered(message: IncomingMessage, tunnel: UpstreamTunnel | undefined): void {
    if (this.#state !== 'open') {
      message.destroy()
      return
    }
    this.#state = 'answered'
    this.#phase = 'head'
    this.clock.streaming()
    this.#response = { message, tunnel }
    this.#options.listener.head(this.#response)
  }

  #switched(message: IncomingMessage, socket: Socket, first: Buffer): void {
    const { upgrade, head } = this.#options.step
    const refusal =
      upgrade === undefined
        ? 'upstream_unexpected_upgrade'
        : upgrade === 'websocket' && !acceptsKey(head.fields, message.rawHeaders)
          ? 'upstream_invalid'
          : undefined
    if (refusal === undefined) {
      this.#answered(message, { socket, first })
      return
    }
    this.#phase = 'head'
    this.#fail(refusal, `101 with upgrade "${fieldValue(message.rawHeaders, 'upgrade') ?? ''}"`)
    socket.destroy()
  }

  #expire(what: Expiry): void {
    switch (what) {
      case 'connect':
        return this.#fail('connect_timeout', 'no connection in time')
      case 'first-byte':
        return this.#fail('first_byte_timeout', 'no response head in time')
      case 'total':
        return this.#fail('total_timeout', `in phase ${this.#phase}`)
      case 'idle': {
        if (!this.waitsForClient) return this.#fail('idle_timeout', 'no progress')
        // A client that waits for a 100 owes nothing yet.
        const { body, step } = this.#options
        const expects = fieldValue(step.head.fields, 'expect') !== undefined
        if (expects && body.bytes === 0) return this.#fail('first_byte_timeout', 'no 100 in time')
        return this.#clientFailed('request_timeout', 'the body does not arrive')
      }
      default:
        return what satisfies never
    }
  }

  #clientFailed(reason: Reason, detail: string): void {
    if (this.#state === 'over') return
    this.destroy()
    this.#options.listener.clientFailed(reason, detail)
  }

  #fail(reason: Reason, detail: string): void {
    if (this.#state === 'over') return
    if (this.#state === 'answered') {
      this.destroy()
      this.#options.listener.broken(reason, detail)
      return
    }
    if (this.#phase === 'sent' && this.#hasAnswerBegun()) this.#phase = 'head'
    const outcome = this.outcome('upstream', reason, detail)
    this.destroy()
    this.#options.listener.failed(outcome)
  }

  #hasAnswerBegun(): boolean {
    return this.#socket !== undefined && this.#socket.bytesRead > this.#bytesReadBefore
  }
}
