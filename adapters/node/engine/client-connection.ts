/**
 * One client connection: its bytes become requests, carried out one after the other, so that
 * responses keep their order and no client multiplies its share. Knows no upstream.
 */
import type { Socket } from 'node:net'
import type { ParseFailure, Peer } from '../../../src/head.ts'
import { BodyDecoder } from '../../../src/http1/body-decoder.ts'
import type { BodySink } from '../../../src/http1/body-sink.ts'
import { failure } from '../../../src/http1/failure.ts'
import { NO_BODY } from '../../../src/http1/framing.ts'
import { RequestParser, type ParsedRequest } from '../../../src/http1/request-parser.ts'
import type { AttemptDeadlines } from './attempt-clock.ts'
import { ClientTurn, type TurnContext } from './client-turn.ts'
import { Deadline } from './deadline.ts'
import { HeldRequests } from './held-requests.ts'
import { latin1 } from './latin1.ts'
import { mayLeaveHttp } from './may-leave-http.ts'
import { MessageWriter } from './message-writer.ts'
import { RequestBody, type BodySource } from './request-body.ts'
import type { RunContext, RunHost } from './run-context.ts'
import { Run } from './run.ts'
import { recordUnanswered } from './unparsed.ts'

/** What a connection needs. */
export interface ClientConnectionOptions {
  readonly socket: Socket
  readonly peer: Peer
  readonly context: RunContext
  readonly group: { readonly draining: boolean }
}

/** What the connection's clock runs for. */
type Wait =
  /** A first byte, or one of another head. */
  | 'idle'
  | 'head'
  /** Nothing: an exchange is under way, which has clocks of its own. */
  | 'exchange'
  /** The client to take what was written. */
  | 'stall'
  /** The rest of a body that nobody wants. */
  | 'rest'
  /** The client to end its side, after this one. */
  | 'linger'

/** A client's connection. */
export class ClientConnection implements RunHost, BodySource, BodySink {
  readonly peer: Peer
  readonly deadlines: AttemptDeadlines
  readonly #options: ClientConnectionOptions
  readonly #socket: Socket
  readonly #turns: TurnContext
  readonly #parser: RequestParser
  readonly #decoder: BodyDecoder
  readonly #clock: Deadline
  readonly #held = new HeldRequests()
  #wait: Wait = 'idle'
  #run: Run | undefined
  #body: RequestBody | undefined
  #turn: ClientTurn | undefined
  /** The request in hand is the last, whatever comes behind it. */
  #last = false
  #pumping = false
  /** The client has ended its side. */
  #finished = false
  /** Nothing that comes is read as a request any more. */
  #over = false
  #restBytes = 0

  constructor(options: ClientConnectionOptions) {
    const { socket, peer, context } = options
    const { limits, ticker, date, keepAlive } = context
    this.#options = options
    this.#socket = socket
    this.peer = peer
    this.#turns = { socket, writer: new MessageWriter(socket), date, keepAlive }
    const { maxHeadBytes, maxTargetBytes, maxFieldCount: maxFields } = limits
    this.#parser = new RequestParser({ latin1, maxHeadBytes, maxTargetBytes, maxFields })
    this.#decoder = new BodyDecoder(this, { latin1 })
    this.#clock = new Deadline(ticker, () => this.#expired())
    this.deadlines = {
      phase: new Deadline(ticker, () => this.#run?.expired('phase')),
      total: new Deadline(ticker, () => this.#run?.expired('total')),
    }
    this.#clock.set(limits.headTimeoutMs)
    socket.on('data', this.#read)
    socket.on('end', this.#end)
    socket.on('drain', this.#drained)
    socket.on('close', this.#closed)
  }

  get closing(): boolean {
    return this.#options.group.draining || this.#last || (this.#finished && this.#held.empty)
  }

  get flushed(): boolean {
    return this.#socket.writableLength === 0
  }

  /** Closes the connection where that loses nothing. */
  letGo(): void {
    if (this.#run === undefined && !this.#parser.started && this.#held.empty) this.#socket.destroy()
  }

  setReading(reading: boolean): void {
    if (reading === !this.#socket.isPaused()) return
    if (reading) this.#socket.resume()
    else this.#socket.pause()
  }

  setStalled(stalled: boolean): void {
    if (stalled) this.#await('stall', this.#options.context.limits.writeStallMs)
    else this.#await('exchange', 0)
  }

  answered(close: boolean): void {
    const { drainBytes, drainMs, lingerMs } = this.#options.context.limits
    const { flushed } = this
    if (!flushed) this.#socket.write('', this.#flushed)
    if (close) this.#last = true
    // A client that still waits for its 100 sends nothing, so there is nothing to wait for.
    const body = this.#body
    const more = body?.complete === false && body.failure === undefined
    if (more && this.#turn?.awaitsContinue !== true) {
      this.#restBytes = drainBytes
      this.#await('rest', close ? lingerMs : drainMs)
      body.discard()
      return
    }
    if (close) this.#finish()
    else if (flushed) this.#next()
  }

  leave(): Buffer {
    this.#over = true
    this.#socket.off('data', this.#read)
    this.#socket.off('end', this.#end)
    this.#socket.off('drain', this.#drained)
    this.#stopClocks()
    return this.#held.takeAll()
  }

  content(bytes: Uint8Array, start: number, end: number): void {
    // Only buffers are pushed; net gives each away, so that a piece may be kept.
    const chunk = bytes as Buffer
    const whole = start === 0 && end === chunk.length
    this.#body?.push(whole ? chunk : chunk.subarray(start, end))
    if (this.#wait === 'rest') this.#restBytes -= end - start
  }

  readonly #read = (chunk: Buffer): void => {
    if (this.#over) return
    if (this.#body?.complete === false) {
      this.#feed(chunk, 0)
      this.#fed()
    } else {
      this.#held.mark(this.#run !== undefined)
      this.#held.push(chunk)
    }
    this.#pump()
    const { maxHeldBytes } = this.#options.context.limits
    if (this.#held.bytes > maxHeldBytes) this.setReading(false)
  }

  readonly #end = (): void => {
    this.#finished = true
    if (this.#over) return
    if (this.#run === undefined) this.#cutOff()
    else if (this.#wait === 'rest') this.#finish()
    else if (this.#body?.complete === false) this.#run.gone()
  }

  readonly #drained = (): void => {
    if (this.#wait !== 'stall') return
    this.setStalled(false)
    this.#run?.drained()
  }

  /** Called by the socket when all that an answer is made of has left. */
  readonly #flushed = (error?: Error | null): void => {
    if (error !== undefined && error !== null) return
    this.#run?.flushed()
    if (this.#over) {
      this.#await('linger', this.#options.context.limits.lingerMs)
      return
    }
    if (this.#wait !== 'stall') return
    this.setStalled(false)
    this.#next()
    this.#pump()
  }

  readonly #closed = (): void => {
    const left = this.#over
    this.#over = true
    this.#stopClocks()
    this.#run?.gone()
    // What was asked behind an exchange that ends the connection was never asked.
    if (!left && !this.#last) this.#held.record(this.#parser, this.#options.context, this.peer)
  }

  #pump(): void {
    if (this.#pumping) return
    this.#pumping = true
    while (this.#run === undefined && !this.#over) {
      const chunk = this.#held.shift()
      if (chunk === undefined) break
      this.#parse(chunk)
    }
    this.#pumping = false
    if (this.#run !== undefined || this.#over) return
    this.setReading(true)
    if (this.#finished) this.#cutOff()
  }

  #parse(chunk: Buffer): void {
    const progress = this.#parser.push(chunk, 0, chunk.length)
    if (progress === 'done') this.#begin(this.#parser.take(), chunk, this.#parser.next)
    else if (progress === 'failed') this.#refuse(refusal(this.#parser.failure, chunk))
    else if (this.#parser.started && this.#wait !== 'head') {
      this.#await('head', this.#options.context.limits.headTimeoutMs)
    }
  }

  #begin({ head, framing, persistent }: ParsedRequest, chunk: Buffer, at: number): void {
    const { context } = this.#options
    const body = new RequestBody(this, framing.length)
    this.#body = body
    this.#last = !persistent || mayLeaveHttp(head)
    this.#await('exchange', 0)
    if (body.complete) {
      if (at < chunk.length) this.#hold(chunk.subarray(at))
    } else {
      this.#decoder.begin(framing)
      if (at < chunk.length) this.#feed(chunk, at)
    }
    const turn = new ClientTurn(this.#turns, head)
    this.#turn = turn
    this.#run = new Run({ context, host: this, turn, head, body })
    this.#run.start()
  }

  /** Gives what belongs to the body to the body, and holds the rest. */
  #feed(chunk: Buffer, at: number): void {
    const progress = this.#decoder.push(chunk, at, chunk.length)
    if (progress === 'done') this.#body?.end(this.#decoder.trailers)
    if (progress === 'failed') {
      if (this.#body !== undefined) this.#body.failure = bodyFailure(this.#decoder.failure)
      this.#last = true
      return
    }
    const { next } = this.#decoder
    if (next < chunk.length) this.#hold(chunk.subarray(next))
  }

  /** Holds what came with the request in hand and belongs to the next. */
  #hold(chunk: Buffer): void {
    this.#held.mark(true)
    this.#held.unshift(chunk)
  }

  /** Acts on what the read in hand brought for the body. */
  #fed(): void {
    const body = this.#body
    if (body === undefined) return
    if (this.#wait === 'rest') {
      if (body.failure !== undefined || this.#restBytes < 0) this.#finish()
      else if (body.complete) this.#settle()
      return
    }
    const { failure: reason } = body
    body.pushed()
    if (reason !== undefined) this.#run?.clientFailed(reason.reason, reason.detail)
  }

  /** The rest of the body has been read: on to the next request, or to the end. */
  #settle(): void {
    if (this.#last) this.#finish()
    else if (this.flushed) this.#next()
    else this.setStalled(true)
  }

  #next(): void {
    this.#run = undefined
    this.#body = undefined
    this.#turn = undefined
    if (this.#options.group.draining && this.#held.empty) {
      this.#finish()
      return
    }
    this.#await('idle', this.#options.context.limits.keepAliveMs)
    this.#pump()
  }

  /** Answers what is no request, and ends the connection. */
  #refuse(reason: ParseFailure): void {
    const { context } = this.#options
    if (this.#held.pipelined) {
      // It would be taken for the answer to something else (RFC 9112 §9.3.2).
      recordUnanswered(context, this.peer, reason)
      this.#finish()
      return
    }
    const body = new RequestBody(this, NO_BODY.length)
    const turn = new ClientTurn(this.#turns, undefined)
    this.#last = true
    this.#body = body
    this.#turn = turn
    this.#await('exchange', 0)
    this.#run = new Run({ context, host: this, turn, head: reason, body })
    this.#run.start()
  }

  /** The client ended its side and nothing is in hand. */
  #cutOff(): void {
    if (this.#parser.started) this.#refuse(CUT_OFF)
    else this.#finish()
  }

  /**
   * Ends this side and reads on for a while: closing at once on bytes that are still coming would
   * reset the connection and could take back the response (RFC 9112 §9.6).
   */
  #finish(): void {
    const { writeStallMs, lingerMs } = this.#options.context.limits
    this.#over = true
    this.#held.takeAll()
    if (this.flushed) this.#await('linger', lingerMs)
    else this.#await('stall', writeStallMs)
    this.#socket.end()
    this.setReading(true)
  }

  #await(wait: Wait, ms: number): void {
    this.#wait = wait
    this.#clock.set(ms)
  }

  #expired(): void {
    switch (this.#wait) {
      case 'head':
        this.#refuse(failure('request_timeout', 'the head did not arrive in time'))
        return
      case 'stall':
        this.#run?.stalled()
        this.#socket.destroy()
        return
      case 'rest':
        this.#finish()
        return
      case 'idle':
      case 'linger':
        this.#socket.destroy()
        return
      case 'exchange':
        return
      default:
        this.#wait satisfies never
    }
  }

  #stopClocks(): void {
    this.#clock.close()
    this.deadlines.phase.close()
    this.deadlines.total.close()
  }
}

const CUT_OFF = failure('malformed_request', 'the connection ended within the head')

/** How a connection of HTTP/2 begins where it was not negotiated (RFC 9113 §3.4). */
const PREFACE = Buffer.from('PRI * HTTP/2.0\r\n')

/** The preface is no request at all, so that no version of it would do. */
function refusal(reason: ParseFailure | undefined, chunk: Buffer): ParseFailure {
  if (!chunk.subarray(0, PREFACE.length).equals(PREFACE)) return reason ?? CUT_OFF
  return failure('malformed_request', 'the preface of http/2')
}

/** A byte that may not stand between chunks is a matter of framing, whatever it would be in a head. */
function bodyFailure(reason: ParseFailure | undefined): ParseFailure | undefined {
  if (reason?.reason !== 'malformed_request') return reason
  return { ...reason, reason: 'invalid_framing' }
}
