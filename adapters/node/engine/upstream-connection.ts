/**
 * One connection to an endpoint: responses are parsed here and handed to whoever asked, one
 * exchange at a time. What comes without having been asked for ends the connection.
 */
import type { Socket } from 'node:net'
import type { Reason } from '../../../src/errors.ts'
import type { Fields, ResponseHead } from '../../../src/head.ts'
import { BodyDecoder } from '../../../src/http1/body-decoder.ts'
import type { BodySink } from '../../../src/http1/body-sink.ts'
import { ResponseParser, type ParsedResponse } from '../../../src/http1/response-parser.ts'
import { failureReason } from './failure-reason.ts'
import { latin1 } from './latin1.ts'
import { MessageWriter } from './message-writer.ts'
import type { Deadline } from './deadline.ts'

/** Fields of a response: an endpoint is trusted further than a client, and the bytes are bounded. */
const MAX_RESPONSE_FIELDS = 1000

/** Whoever asks. After `whole`, `switched`, `unavailable` or `broken` it is told nothing more. */
export interface UpstreamUser {
  /** A connection stands; the request may be written. */
  connected(connection: UpstreamConnection): void
  /** There will be none. */
  unavailable(reason: Reason, detail: string): void
  /** A head, the interim ones included. */
  head(parsed: ParsedResponse): void
  /** The endpoint has left HTTP; the connection is the user's from now on. */
  switched(head: ResponseHead, first: Buffer): void
  /** Content; `owned` as `MessageWriter` takes it. */
  content(bytes: Buffer, start: number, end: number, owned: boolean): void
  /** All that one read brought has been given. */
  pause(): void
  whole(trailers: Fields): void
  broken(reason: Reason, detail: string): void
  /** What was written has left. */
  drained(): void
}

/** Where a connection belongs. */
export interface ConnectionHome {
  /** The connection can be used by the next. */
  release(connection: UpstreamConnection): void
  /** A kept connection turned out to be dead; the others may be, too. */
  distrust(): void
  /** The connection is gone, or belongs to HTTP no more. */
  forget(connection: UpstreamConnection): void
}

/** What a connection is made of. */
export interface UpstreamConnectionOptions {
  readonly socket: Socket
  readonly home: ConnectionHome
  readonly maxHeadBytes: number
  /** Carries one exchange only. */
  readonly dedicated: boolean
}

/** A connection to an endpoint. */
export class UpstreamConnection implements BodySink {
  readonly socket: Socket
  readonly writer: MessageWriter
  readonly openedMs: number = performance.now()
  /** Requests that it has carried, the one in hand included. */
  requests = 0
  /** Whether the request in hand has been written to its end. */
  requestSent = false
  /** Runs while it waits for the next user; its pool's. */
  idle: Deadline | undefined
  readonly #home: ConnectionHome
  readonly #dedicated: boolean
  readonly #parser: ResponseParser
  readonly #decoder: BodyDecoder
  #user: UpstreamUser | undefined
  #phase: 'connecting' | 'idle' | 'head' | 'body' | 'left' = 'connecting'
  #owned = false
  #persistent = false
  #contentBytes = 0
  #error: unknown

  constructor({ socket, home, maxHeadBytes, dedicated }: UpstreamConnectionOptions) {
    this.socket = socket
    this.writer = new MessageWriter(socket)
    this.#home = home
    this.#dedicated = dedicated
    this.#parser = new ResponseParser({ latin1, maxHeadBytes, maxFields: MAX_RESPONSE_FIELDS })
    this.#decoder = new BodyDecoder(this, { latin1 })
  }

  /** Whether an exchange went over it before the one in hand. */
  get reused(): boolean {
    return this.requests > 1
  }

  /** Whether a byte of an answer has come for the request in hand. */
  get answering(): boolean {
    return this.#phase === 'body' || this.#parser.started
  }

  /** Content bytes of the response in hand so far. */
  get contentBytes(): number {
    return this.#contentBytes
  }

  /** Whom it is opened for; given up by `destroy`. */
  reserve(user: UpstreamUser): void {
    this.#user = user
  }

  /** Whether it is in use by `user`. */
  isFor(user: UpstreamUser): boolean {
    return this.#user === user
  }

  /** The connection stands. */
  opened(): void {
    if (this.#phase !== 'connecting') return
    this.#phase = 'idle'
    const user = this.#user
    if (user === undefined) this.destroy()
    else this.use(user)
  }

  /** Gives it to `user`. */
  use(user: UpstreamUser): void {
    this.#user = user
    this.requests++
    this.requestSent = false
    user.connected(this)
  }

  /** The request is about to be written. */
  expect(method: string): void {
    this.#parser.expect(method)
    this.#contentBytes = 0
    this.#phase = 'head'
  }

  /** Takes what was read. */
  receive(bytes: Buffer, length: number, owned: boolean): void {
    if (this.#phase === 'left') return
    const user = this.#user
    if (user === undefined || this.#phase === 'idle') {
      // Nobody asked: whatever it is, it must not become somebody's answer.
      this.#breakOff('upstream_invalid', 'bytes that nobody asked for')
      return
    }
    this.#owned = owned
    let at = 0
    while (at < length && this.#user === user) {
      at =
        this.#phase === 'head'
          ? this.#readHead(bytes, at, length)
          : this.#readBody(bytes, at, length)
    }
    if (this.#user === user) user.pause()
  }

  content(bytes: Uint8Array, start: number, end: number): void {
    this.#contentBytes += end - start
    // Only buffers are pushed.
    this.#user?.content(bytes as Buffer, start, end, this.#owned)
  }

  /** The endpoint has ended its side. */
  finished(): void {
    if (this.#phase === 'left') return
    if (this.#phase === 'body' && this.#decoder.finish() === 'done') this.#whole(false)
    else
      this.#breakOff(
        'upstream_reset',
        this.#phase === 'body' ? 'closed within the body' : 'ECONNRESET',
      )
  }

  failed(error: unknown): void {
    this.#error = error
  }

  /** The socket has closed. */
  closed(): void {
    if (this.#phase === 'left') return
    const { reason, detail } = failureReason(
      this.#error ?? { code: 'ECONNRESET' },
      this.#phase !== 'connecting',
    )
    this.#breakOff(reason, detail)
  }

  drained(): void {
    this.#user?.drained()
  }

  /** Ends it at once; its user is told nothing. */
  destroy(): void {
    if (this.#phase === 'left') return
    this.#leave()
    this.socket.destroy()
  }

  #leave(): void {
    this.#phase = 'left'
    this.#user = undefined
    this.idle?.close()
    this.#home.forget(this)
  }

  #breakOff(reason: Reason, detail: string): void {
    const user = this.#user
    const connecting = this.#phase === 'connecting'
    // Before the user is told, so that it may count on a place in the pool.
    if (connecting) {
      this.destroy()
      user?.unavailable(reason, detail)
      return
    }
    if (this.reused && !this.answering && user !== undefined) this.#home.distrust()
    user?.broken(reason, detail)
    this.destroy()
  }

  #readHead(bytes: Buffer, at: number, length: number): number {
    const progress = this.#parser.push(bytes, at, length)
    if (progress === 'more') return length
    if (progress === 'failed') {
      const { detail = '' } = this.#parser.failure ?? {}
      this.#breakOff('upstream_invalid', detail)
      return length
    }
    const { next } = this.#parser
    const parsed = this.#parser.take()
    if (parsed.head.status === 101) this.#switch(parsed.head, bytes.subarray(next, length))
    else if (parsed.interim) this.#user?.head(parsed)
    else this.#begin(parsed, next < length)
    return parsed.head.status === 101 ? length : next
  }

  #begin(parsed: ParsedResponse, more: boolean): void {
    const user = this.#user
    this.#phase = 'body'
    this.#persistent = parsed.persistent
    const progress = this.#decoder.begin(parsed.framing)
    user?.head(parsed)
    if (this.#user === user && progress === 'done') this.#whole(more)
  }

  #switch(head: ResponseHead, first: Buffer): void {
    const user = this.#user
    const copy = Buffer.from(first)
    this.#user = undefined
    this.#phase = 'body'
    user?.switched(head, copy)
  }

  /** Hands the socket over: it counts no longer, and what it says is no concern of this. */
  release(): void {
    this.#leave()
    this.socket.removeAllListeners('data')
  }

  #readBody(bytes: Buffer, at: number, length: number): number {
    const progress = this.#decoder.push(bytes, at, length)
    // Its user may have given it up for what came.
    if (this.#phase === 'left') return length
    const { next } = this.#decoder
    if (progress === 'failed')
      this.#breakOff('upstream_invalid', this.#decoder.failure?.detail ?? '')
    else if (progress === 'done') this.#whole(next < length)
    return next
  }

  #whole(surplus: boolean): void {
    const user = this.#user
    const { trailers } = this.#decoder
    this.#user = undefined
    // Bytes behind a response belong to nobody, and an unread request would be read as the next.
    if (this.#persistent && this.requestSent && !surplus && !this.#dedicated) {
      this.#phase = 'idle'
      if (this.socket.isPaused()) this.socket.resume()
      this.#home.release(this)
    } else this.destroy()
    user?.whole(trailers)
  }
}
