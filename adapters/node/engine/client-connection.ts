/**
 * One client connection: its requests are carried out one after the other, so that responses keep
 * their order and no client multiplies its share. Knows no upstream.
 */
import type { Socket } from 'node:net'
import type { ParseFailure, Peer, RequestHead } from '../../../src/head.ts'
import { failure } from '../../../src/http1/failure.ts'
import type { AttemptDeadlines } from './attempt-clock.ts'
import { ClientTurn, type TurnContext } from './client-turn.ts'
import { Deadline } from './deadline.ts'
import { mayLeaveHttp } from './may-leave-http.ts'
import { MessageWriter } from './message-writer.ts'
import type { BodySource } from './request-body.ts'
import { CUT_OFF, RequestIntake } from './request-intake.ts'
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

/** A connection. */
export class ClientConnection implements RunHost, BodySource {
  readonly peer: Peer
  readonly deadlines: AttemptDeadlines
  readonly #options: ClientConnectionOptions
  readonly #socket: Socket
  readonly #turns: TurnContext
  readonly #intake: RequestIntake
  readonly #clock: Deadline
  #wait: Wait = 'idle'
  #run: Run | undefined
  #turn: ClientTurn | undefined
  /** The request in hand is the last, whatever comes behind it. */
  #last = false
  #pumping = false
  /** The client has ended its side. */
  #finished = false
  /** Nothing that comes is read as a request any more. */
  #over = false
  /** Body bytes after which an unwanted body is too long. */
  #maxBodyBytes = 0

  constructor(options: ClientConnectionOptions) {
    const { socket, peer, context } = options
    const { limits, ticker, date, keepAlive } = context
    this.#options = options
    this.#socket = socket
    this.peer = peer
    this.#turns = { socket, writer: new MessageWriter(socket), date, keepAlive }
    this.#intake = new RequestIntake(limits, this)
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
    const { group, context } = this.#options
    const { body, heldBytes } = this.#intake
    if (group.draining || this.#last || (this.#finished && heldBytes === 0)) return true
    const { complete, length } = body
    return !complete && (this.#turn?.awaitsContinue === true || length > context.limits.drainBytes)
  }

  get flushed(): boolean {
    return this.#socket.writableLength === 0
  }

  /** Closes the connection where that loses nothing. */
  letGo(): void {
    if (this.#run === undefined && !this.#intake.begun) this.#socket.destroy()
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
    const { body } = this.#intake
    if (!flushed) this.#socket.write('', this.#flushed)
    if (close) this.#last = true
    const more = !body.complete && body.failure === undefined
    // A client that still waits for its 100 sends nothing, so there is nothing to wait for.
    if (more && this.#turn?.awaitsContinue !== true) {
      this.#maxBodyBytes = body.bytes + drainBytes
      this.#await('rest', close ? lingerMs : drainMs)
      body.discard()
    } else if (close) this.#finish()
    else if (flushed) this.#next()
  }

  leave(): Buffer {
    this.#over = true
    this.#socket.off('data', this.#read)
    this.#socket.off('end', this.#end)
    this.#socket.off('drain', this.#drained)
    this.#stopClocks()
    return this.#intake.release()
  }

  readonly #read = (chunk: Buffer): void => {
    if (this.#over) return
    if (this.#intake.take(chunk, this.#run !== undefined)) this.#bodyRead()
    this.#pump()
    const { maxHeldBytes } = this.#options.context.limits
    if (this.#intake.heldBytes > maxHeldBytes) this.setReading(false)
  }

  readonly #end = (): void => {
    this.#finished = true
    if (this.#over) return
    if (this.#run === undefined) this.#cutOff()
    else if (this.#wait === 'rest') this.#finish()
    else if (!this.#intake.body.complete) this.#run.gone()
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
    if (this.#over) this.#await('linger', this.#options.context.limits.lingerMs)
    else if (this.#wait !== 'rest') this.#next()
  }

  readonly #closed = (): void => {
    const left = this.#over
    this.#over = true
    this.#stopClocks()
    this.#run?.gone()
    // What was asked behind an exchange that ends the connection was never asked.
    if (!left && !this.#last) this.#intake.recordHeld(this.#options.context, this.peer)
  }

  /** Begins with what is there, one request after the other. */
  #pump(): void {
    if (this.#pumping || this.#over) return
    this.#pumping = true
    while (this.#run === undefined && !this.#over) {
      const request = this.#intake.next()
      if (request === undefined) break
      if ('type' in request) this.#refuse(request)
      else {
        this.#last = !request.persistent || mayLeaveHttp(request.head)
        this.#begin(request.head)
      }
    }
    this.#pumping = false
    if (this.#run !== undefined || this.#over) return
    this.setReading(true)
    if (this.#finished) this.#cutOff()
    else if (this.#intake.started && this.#wait !== 'head') {
      this.#await('head', this.#options.context.limits.headTimeoutMs)
    }
  }

  #begin(head: RequestHead | ParseFailure): void {
    const turn = new ClientTurn(this.#turns, 'type' in head ? undefined : head)
    this.#turn = turn
    this.#await('exchange', 0)
    const { context } = this.#options
    this.#run = new Run({ context, host: this, turn, head, body: this.#intake.body })
    this.#run.start()
  }

  /** Acts on what the read in hand brought for the body. */
  #bodyRead(): void {
    const { body } = this.#intake
    if (this.#wait !== 'rest') {
      body.pushed()
      if (body.failure === undefined) return
      this.#last = true
      this.#run?.clientFailed(body.failure.reason, body.failure.detail)
      return
    }
    if (body.failure !== undefined || body.bytes > this.#maxBodyBytes) this.#finish()
    else if (!body.complete) return
    else if (this.#last) this.#finish()
    else if (this.flushed) this.#next()
    else this.setStalled(true)
  }

  /** The request in hand is done with. */
  #next(): void {
    this.#run = undefined
    this.#turn = undefined
    if (this.#options.group.draining && this.#intake.heldBytes === 0) {
      this.#finish()
      return
    }
    this.#await('idle', this.#options.context.limits.keepAliveMs)
    this.#pump()
  }

  /** Answers what is no request, where it can be, and ends the connection. */
  #refuse(reason: ParseFailure): void {
    this.#last = true
    if (this.#intake.answerable) {
      this.#begin(reason)
      return
    }
    recordUnanswered(this.#options.context, this.peer, reason)
    this.#finish()
  }

  /** The client ended its side and nothing is in hand. */
  #cutOff(): void {
    if (this.#intake.started) this.#refuse(CUT_OFF)
    else this.#finish()
  }

  /**
   * Ends this side and reads on for a while: closing at once on bytes that are still coming would
   * reset the connection and could take back the response (RFC 9112 §9.6).
   */
  #finish(): void {
    const { writeStallMs, lingerMs } = this.#options.context.limits
    this.#over = true
    this.#intake.release()
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
