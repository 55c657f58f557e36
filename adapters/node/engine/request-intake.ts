/**
 * Turns what a client sends into requests: one head at a time, its body as it comes, and whatever
 * comes too early held back. Knows no socket and no clock.
 */
import type { ParseFailure, Peer } from '../../../src/head.ts'
import { BodyDecoder } from '../../../src/http1/body-decoder.ts'
import type { BodySink } from '../../../src/http1/body-sink.ts'
import { failure } from '../../../src/http1/failure.ts'
import { RequestParser, type ParsedRequest } from '../../../src/http1/request-parser.ts'
import { HeldRequests } from './held-requests.ts'
import { latin1 } from './latin1.ts'
import type { EngineLimits } from './limits.ts'
import { RequestBody, type BodySource } from './request-body.ts'
import type { RunContext } from './run-context.ts'

/** What the parser says of a head that never ends. */
export const CUT_OFF: ParseFailure = failure(
  'malformed_request',
  'the connection ended within the head',
)

/** How a connection of HTTP/2 begins where it was not negotiated (RFC 9113 §3.4). */
const PREFACE = Buffer.from('PRI * HTTP/2.0\r\n')

/** Reads the requests of one connection. */
export class RequestIntake implements BodySink {
  /** Body of the request that was given last; of the one before while there is none. */
  body: RequestBody
  readonly #source: BodySource
  readonly #parser: RequestParser
  readonly #decoder: BodyDecoder
  readonly #held = new HeldRequests()
  #answerable = true

  constructor(limits: EngineLimits, source: BodySource) {
    const { maxHeadBytes, maxTargetBytes, maxFieldCount: maxFields } = limits
    this.#source = source
    this.#parser = new RequestParser({ latin1, maxHeadBytes, maxTargetBytes, maxFields })
    this.#decoder = new BodyDecoder(this, { latin1 })
    this.body = new RequestBody(source, 0)
  }

  /** Whether a head has begun and not ended. */
  get started(): boolean {
    return this.#parser.started
  }

  /** Whether any part of a request is there. */
  get begun(): boolean {
    return this.started || this.heldBytes > 0
  }

  /** Bytes that wait for the request in hand to end. */
  get heldBytes(): number {
    return this.#held.bytes
  }

  /**
   * Whether a failure may be answered: it came when nothing was in hand. Otherwise the answer would
   * be taken for that to something else (RFC 9112 §9.3.2).
   */
  get answerable(): boolean {
    return this.#answerable
  }

  /** Takes what was read; `busy` while a request is in hand. Whether some of it was body. */
  take(chunk: Buffer, busy: boolean): boolean {
    if (busy && !this.body.complete) {
      this.#feed(chunk, 0)
      return true
    }
    this.#held.push(chunk)
    this.#answerable = !busy
    return false
  }

  /** The next request out of what is held, with as much of its body as is there. */
  next(): ParsedRequest | ParseFailure | undefined {
    for (let chunk = this.#held.shift(); chunk !== undefined; chunk = this.#held.shift()) {
      const progress = this.#parser.push(chunk, 0, chunk.length)
      if (progress === 'failed') return this.#refusal(chunk)
      if (progress === 'done') return this.#begin(chunk)
    }
    return undefined
  }

  content(bytes: Uint8Array, start: number, end: number): void {
    // Only buffers are pushed; net gives each away, so that a piece may be kept.
    const chunk = bytes as Buffer
    const whole = start === 0 && end === chunk.length
    this.body.push(whole ? chunk : chunk.subarray(start, end))
  }

  /** Forgets what is held, and gives it to who wants it. */
  release(): Buffer {
    return this.#held.takeAll()
  }

  /** Logs each request that is held, for its client has left. */
  recordHeld(context: RunContext, peer: Peer): void {
    this.#held.record(this.#parser, context, peer)
  }

  #begin(chunk: Buffer): ParsedRequest {
    const at = this.#parser.next
    const parsed = this.#parser.take()
    this.body = new RequestBody(this.#source, parsed.framing.length)
    this.#decoder.begin(parsed.framing)
    if (at === chunk.length) return parsed
    if (this.body.complete) this.#hold(chunk.subarray(at))
    else this.#feed(chunk, at)
    return parsed
  }

  /** Gives what belongs to the body to the body, and holds the rest. */
  #feed(chunk: Buffer, at: number): void {
    const progress = this.#decoder.push(chunk, at, chunk.length)
    const { next } = this.#decoder
    if (progress === 'done') this.body.end(this.#decoder.trailers)
    if (progress === 'failed') this.body.failure = bodyFailure(this.#decoder.failure)
    else if (next < chunk.length) this.#hold(chunk.subarray(next))
  }

  #hold(chunk: Buffer): void {
    this.#answerable = false
    this.#held.unshift(chunk)
  }

  #refusal(chunk: Buffer): ParseFailure {
    // The preface is no request at all, so that no version of it would do.
    if (chunk.subarray(0, PREFACE.length).equals(PREFACE)) {
      return failure('malformed_request', 'the preface of http/2')
    }
    return this.#parser.failure ?? CUT_OFF
  }
}

/** A byte that may not stand between chunks is a matter of framing, whatever it is in a head. */
function bodyFailure(reason: ParseFailure | undefined): ParseFailure | undefined {
  if (reason?.reason !== 'malformed_request') return reason
  return { ...reason, reason: 'invalid_framing' }
}
