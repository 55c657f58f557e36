/**
 * One request to one endpoint: finds a connection, sends head and body, reports interim heads, the
 * final head or the failure. What becomes of the response is the caller's.
 */
import { PosternError, type Reason } from '../../../src/errors.ts'
import type { AttemptPhase, AttemptStep, Outcome } from '../../../src/exchange.ts'
import { fieldValue, type Fields, type ResponseHead } from '../../../src/head.ts'
import { encodeRequestHead } from '../../../src/http1/encode-head.ts'
import { NO_BODY } from '../../../src/http1/framing.ts'
import type { ParsedResponse } from '../../../src/http1/response-parser.ts'
import type { AttemptListener, UpstreamResponse } from './attempt-listener.ts'
import { AttemptClock, type AttemptDeadlines, type Expiry } from './attempt-clock.ts'
import { outboundFields } from './outbound-fields.ts'
import { describeOutcome } from './outcome.ts'
import type { RequestBody, RequestSink } from './request-body.ts'
import type { RunContext } from './run-context.ts'
import type { UpstreamConnection, UpstreamUser } from './upstream-connection.ts'
import type { Lease } from './upstream-pool.ts'
import { judgeSwitch } from './websocket-key.ts'

/** What an attempt needs. */
export interface AttemptOptions {
  readonly step: AttemptStep
  readonly body: RequestBody
  readonly context: Pick<RunContext, 'pools' | 'limits'>
  readonly deadlines: AttemptDeadlines
  readonly listener: AttemptListener
}

/** One attempt. */
export class UpstreamAttempt implements RequestSink, UpstreamUser {
  readonly clock: AttemptClock
  readonly #options: AttemptOptions
  #lease: Lease | undefined
  #connection: UpstreamConnection | undefined
  #response: UpstreamResponse | undefined
  #phase: AttemptPhase = 'connect'
  #reused = false
  #bytesSent = 0
  #interimHeads = 0
  #state: 'open' | 'answered' | 'over' = 'open'

  constructor(options: AttemptOptions) {
    this.#options = options
    this.clock = new AttemptClock(options.step.timeouts, options.deadlines)
  }

  /** Looks for a connection. A failure may be reported before this returns. */
  start(): void {
    const { step, body, context } = this.#options
    const { maxRequestBytes } = step.limits
    if (maxRequestBytes > 0 && body.length > maxRequestBytes) {
      this.#clientFailed('body_too_large', `${body.length} bytes announced`)
      return
    }
    this.clock.start()
    this.#lease = context.pools.acquire(step.endpoint, this, step.upgrade !== undefined)
    // Who gave up while it was looked for could not say so there.
    if (this.#state === 'over') this.#lease.cancel(this)
  }

  /** Whether the client's body is what the endpoint waits for, not the other way round. */
  get waitsForClient(): boolean {
    return this.#connection?.socket.writableNeedDrain === false && !this.#options.body.complete
  }

  /** The final response, once there is one. */
  get response(): UpstreamResponse | undefined {
    return this.#response
  }

  /** What to say of a failure that happens now. */
  outcome(side: Outcome['side'], reason: Reason, detail?: string): Outcome {
    const { replayable } = this.#options.body
    const base = { phase: this.#phase, bytesSent: this.#bytesSent, reused: this.#reused }
    return describeOutcome({ side, ...base, replayable, reason }, detail)
  }

  /** Milliseconds without progress that end it; 0 is no bound. */
  get idleMs(): number {
    return this.#options.step.timeouts.idleMs
  }

  /** The final head was relayed: from here on a failure is one of the body. */
  relaying(): void {
    this.#phase = 'body'
  }

  /** Stops or goes on reading the response. */
  setReading(reading: boolean): void {
    if (this.#state === 'over') return
    const socket = this.#connection?.socket
    if (reading) {
      this.clock.streaming()
      socket?.resume()
    } else {
      this.clock.hold()
      socket?.pause()
    }
  }

  /** Ends everything at once; an unfinished exchange takes its connection with it. */
  destroy(): void {
    if (this.#state === 'over') return
    this.#release()
    this.#connection?.destroy()
    if (this.#connection === undefined) this.#lease?.cancel(this)
  }

  /** Hands the endpoint's connection over to whoever joins it with the client's. */
  handOver(): void {
    this.#release()
    this.#connection?.release()
  }

  connected(connection: UpstreamConnection): void {
    const { step, body } = this.#options
    this.#connection = connection
    this.#reused = connection.reused
    this.#phase = 'sent'
    let text
    try {
      text = encodeRequestHead(step.head, outboundFields(step, body.length))
    } catch (error) {
      this.broken(error instanceof PosternError ? error.code : 'internal_error', String(error))
      return
    }
    connection.expect(step.head.method)
    connection.writer.head(text, body.length === -1)
    if (body.length === 0) {
      connection.writer.flush()
      this.#sent()
      return
    }
    this.clock.streaming()
    body.attach(this, { replayBytes: step.replayBytes, maxBytes: step.limits.maxRequestBytes })
  }

  unavailable(reason: Reason, detail: string): void {
    this.#fail(reason, detail)
  }

  write(chunk: Buffer): void {
    this.#bytesSent += chunk.length
    this.#connection?.writer.content(chunk, 0, chunk.length, true)
  }

  end(trailers: Fields): void {
    const passed = trailers.length > 0 ? this.#options.listener.requestTrailers(trailers) : trailers
    if (this.#state === 'over') return
    try {
      this.#connection?.writer.end(passed)
    } catch (error) {
      this.broken('internal_error', String(error))
      return
    }
    this.#connection?.writer.flush()
    this.#sent()
  }

  flush(): boolean {
    this.clock.progress()
    return this.#connection?.writer.flush() ?? false
  }

  overflow(): void {
    this.#clientFailed('body_too_large', `more than ${this.#options.step.limits.maxRequestBytes}`)
  }

  drained(): void {
    if (this.#state === 'over') return
    if (this.#connection?.requestSent === true) {
      if (this.#state === 'open') this.clock.awaiting()
      return
    }
    this.clock.progress()
    this.#options.body.resume()
  }

  head(parsed: ParsedResponse): void {
    if (parsed.interim) {
      this.#interim(parsed.head)
      return
    }
    this.#answered({ head: parsed.head, framing: parsed.framing, tunnel: undefined })
  }

  switched(head: ResponseHead, first: Buffer): void {
    this.#phase = 'head'
    const { step } = this.#options
    const refusal = judgeSwitch(step.upgrade, step.head.fields, head.fields)
    const connection = this.#connection
    if (refusal !== undefined || connection === undefined) {
      const token = fieldValue(head.fields, 'upgrade') ?? ''
      this.#fail(refusal ?? 'internal_error', `101 with upgrade "${token}"`)
      return
    }
    const tunnel = { socket: connection.socket, first }
    this.#answered({ head, framing: NO_BODY, tunnel })
  }

  content(bytes: Buffer, start: number, end: number, owned: boolean): void {
    this.#options.listener.content(bytes, start, end, owned)
  }

  pause(): void {
    if (this.#state !== 'answered') return
    this.clock.progress()
    if (!this.#options.listener.flush()) this.setReading(false)
  }

  whole(trailers: Fields): void {
    if (this.#state === 'over') return
    this.#release()
    this.#options.listener.whole(trailers)
  }

  broken(reason: Reason, detail: string): void {
    this.#fail(reason, detail)
  }

  /** One of its times has run out. */
  expire(what: Expiry): void {
    switch (what) {
      case 'connect':
        return this.#fail('connect_timeout', 'no connection in time')
      case 'first-byte':
        return this.#fail('first_byte_timeout', 'no response head in time')
      case 'total':
        return this.#fail('total_timeout', `in phase ${this.#phase}`)
      case 'idle': {
        if (!this.waitsForClient || this.#state === 'answered') {
          return this.#fail('idle_timeout', 'no progress')
        }
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

  /** The request is written; whether it has left as well, the socket says. */
  #sent(): void {
    const connection = this.#connection
    if (connection === undefined) return
    connection.requestSent = true
    if (this.#state !== 'open') return
    if (connection.socket.writableNeedDrain) this.clock.streaming()
    else this.clock.awaiting()
  }

  #interim(head: ResponseHead): void {
    const { context, listener } = this.#options
    const { maxInterim } = context.limits
    this.#interimHeads++
    if (this.#interimHeads <= maxInterim) listener.interim(head)
    else {
      this.#phase = 'head'
      this.#fail('upstream_invalid', `more than ${maxInterim} interim responses`)
    }
  }

  #answered(response: UpstreamResponse): void {
    this.#state = 'answered'
    this.#phase = 'head'
    this.clock.streaming()
    this.#response = response
    this.#options.listener.head(response)
  }

  #clientFailed(reason: Reason, detail: string): void {
    if (this.#state === 'over') return
    this.destroy()
    this.#options.listener.clientFailed(reason, detail)
  }

  #fail(reason: Reason, detail: string): void {
    if (this.#state === 'over') return
    const answered = this.#state === 'answered'
    if (this.#phase === 'sent' && this.#connection?.answering === true) this.#phase = 'head'
    if (this.#phase === 'sent' && reason === 'upstream_invalid') this.#phase = 'head'
    const outcome = this.outcome('upstream', reason, detail)
    this.destroy()
    if (answered) this.#options.listener.broken(reason, detail)
    else this.#options.listener.failed(outcome)
  }

  #release(): void {
    this.#state = 'over'
    this.clock.stop()
    this.#options.body.detach()
  }
}
