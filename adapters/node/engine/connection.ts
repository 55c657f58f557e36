/**
 * One client connection: its socket facts, and its requests one after the other. Requests are
 * carried out singly, so that responses keep their order and no client multiplies its share.
 */
import type { Socket } from 'node:net'
import type { ParseFailure, Peer } from '../../../src/head.ts'
import type { ClientTurn } from './client-turn.ts'
import { requestHead } from './request-head.ts'
import type { RunContext } from './run-context.ts'
import { Run } from './run.ts'
import { recordUnanswered, refuseUnparsed } from './unparsed.ts'

/** What a connection needs. */
export interface ConnectionOptions {
  readonly socket: Socket
  readonly peer: Peer
  readonly context: RunContext
  readonly draining: () => boolean
}

/** A client's connection. */
export class Connection {
  readonly #options: ConnectionOptions
  readonly #waiting: ClientTurn[] = []
  #current: Run | undefined
  /** The parser gave up; nothing more is read, and the connection ends. */
  #unreadable = false
  /** Why, where it was in the body of the last request that waits. */
  #bodyFailure: ParseFailure | undefined
  /** Why, where it was in a head after the request in hand. */
  #headFailure: ParseFailure | undefined
  #paused = false

  constructor(options: ConnectionOptions) {
    this.#options = options
    options.socket.once('close', () => this.#abandonWaiting())
  }

  /** Whether it has never been used, so that closing it loses nothing. */
  get untouched(): boolean {
    return this.#options.socket.bytesRead === 0
  }

  /** Takes the next request. */
  submit(turn: ClientTurn): void {
    this.#waiting.push(turn)
    if (this.#current === undefined) this.#next()
    else if (this.#waiting.length >= this.#options.context.limits.maxPipelined) this.#pause()
  }

  /** Takes the parser's failure: of the last request's body, or of what should have been a head. */
  fail(failure: ParseFailure): void {
    if (this.#unreadable) return
    this.#unreadable = true
    const { socket, peer, context } = this.#options
    const last = this.#waiting.at(-1)
    if (last?.message.complete === false) this.#bodyFailure = failure
    else if (last === undefined && this.#current?.receiving === true) {
      this.#current.clientFailed(failure.reason, failure.detail)
    }
    // What is in hand comes first, and nothing may be written into it.
    else if (this.#current !== undefined) this.#headFailure = failure
    else if (this.untouched || socket.destroyed) socket.destroy()
    else refuseUnparsed(context, { peer, socket }, failure)
  }

  /** The client ended its side within a message. Without any request in hand it is a bad head. */
  cutOff(failure: ParseFailure): void {
    if (this.#current === undefined) this.fail(failure)
    else this.#current.gone()
  }

  #next(): void {
    const turn = this.#waiting.shift()
    if (turn === undefined) {
      this.#idle()
      return
    }
    const { context, peer } = this.#options
    const run = new Run({
      context,
      turn,
      peer,
      draining: () => this.#options.draining() || (this.#unreadable && this.#waiting.length === 0),
      done: () => this.#done(run),
    })
    this.#current = run
    if (this.#paused && this.#waiting.length < context.limits.maxPipelined / 2) this.#resume()
    run.start(this.#waiting.length === 0 ? this.#bodyFailure : undefined)
  }

  #done(run: Run): void {
    if (this.#current !== run) return
    this.#current = undefined
    if (!run.receiving) this.#next()
    else this.#options.socket.destroySoon()
  }

  /**
   * A bad head that came while a response was in hand gets no answer of its own: it would be taken
   * for the answer to something else (RFC 9112 §9.3.2). It is logged, and the connection ends.
   */
  #idle(): void {
    const { context, peer, socket } = this.#options
    if (this.#headFailure !== undefined) recordUnanswered(context, peer, this.#headFailure)
    if (this.#unreadable) socket.destroySoon()
  }

  #abandonWaiting(): void {
    const { context, peer } = this.#options
    for (const { message } of this.#waiting.splice(0)) {
      recordUnanswered(context, peer, requestHead(message, context.limits))
    }
  }

  /**
   * After the chunk in hand: the parser starts reading again at the end of each message. Meanwhile
   * a client that leaves is not noticed until something is written to it.
   */
  #pause(): void {
    if (this.#paused) return
    this.#paused = true
    setImmediate(() => {
      if (this.#paused) this.#options.socket.pause()
    })
  }

  #resume(): void {
    this.#paused = false
    this.#options.socket.resume()
  }
}
