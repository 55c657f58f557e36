/**
 * Parses request heads of one connection out of bytes (RFC 9112 §2 to §6). Refuses what two parsers
 * could read differently; which methods, hosts and targets there are, the gate decides.
 */
import type { ParseFailure, RequestHead } from '../head.ts'
import { PosternError } from '../errors.ts'
import { failure, type Progress } from './failure.ts'
import { isPersistent, NO_BODY, noteFraming, statedFraming, type BodyFraming } from './framing.ts'
import { HeadReader } from './head-reader.ts'
import { decodeLatin1, type DecodeLatin1 } from './latin1.ts'
import { HEAD_LIMITS, resolveLimits, type HeadLimits } from './limits.ts'
import { RequestLine } from './request-line.ts'

/** What a parser of heads may be told. */
export interface HeadParserOptions extends Partial<HeadLimits> {
  /** The runtime's own decoder. Default `decodeLatin1`, which runs anywhere and is slower. */
  readonly latin1?: DecodeLatin1
}

/** A request head and what follows from it for the connection. */
export interface ParsedRequest {
  readonly head: RequestHead
  /** Never `close`: a request without stated length has no body (RFC 9112 §6.3). */
  readonly framing: BodyFraming
  /** Whether the client will take another response on the connection. */
  readonly persistent: boolean
}

/** Parses one request head after the other. */
export class RequestParser {
  readonly #line: RequestLine
  readonly #reader: HeadReader
  #parsed: ParsedRequest | undefined
  #failure: ParseFailure | undefined

  /** Throws `internal_error` for a limit that is none. */
  constructor({ latin1 = decodeLatin1, ...changed }: HeadParserOptions = {}) {
    const limits = resolveLimits(HEAD_LIMITS, changed)
    this.#line = new RequestLine(limits.maxTargetBytes)
    this.#reader = new HeadReader({
      startLine: this.#line,
      maxBytes: limits.maxHeadBytes,
      maxFields: limits.maxFields,
      latin1,
    })
  }

  /** Whether a head has begun and not ended: who stalls now is slow (408), else merely idle. */
  get started(): boolean {
    return this.#line.begun
  }

  /** Where the head ended, as an offset into the bytes of the last push: its body begins there. */
  get next(): number {
    return this.#reader.next
  }

  /** Why the bytes are refused; `undefined` unless a push gave `failed`. */
  get failure(): ParseFailure | undefined {
    return this.#failure
  }

  /**
   * Gives the head that a push was `done` with, once: a connection that idles afterwards keeps
   * nothing of it in memory. Throws `internal_error` where there is none.
   */
  take(): ParsedRequest {
    const parsed = this.#parsed
    if (parsed === undefined) throw new PosternError('internal_error', 'no head was read')
    this.#parsed = undefined
    return parsed
  }

  /**
   * Reads on from `bytes[start]` up to `end`, after `done` with another head. Bytes of a head that
   * is not whole are kept, so `bytes` may be used again. `failed` is for good: where the next
   * message begins is unknown, and the connection has to end.
   */
  push(bytes: Uint8Array, start: number, end: number): Progress {
    if (this.#failure !== undefined) return 'failed'
    this.#parsed = undefined
    const progress = this.#reader.push(bytes, start, end)
    if (progress === 'done') return this.#finish()
    if (progress === 'failed') this.#failure = this.#reader.failure
    return progress
  }

  #finish(): Progress {
    const text = this.#reader.text
    const fields = this.#reader.fields()
    const version = this.#line.version
    const noted = noteFraming(fields)
    const framing = statedFraming(noted, version) ?? NO_BODY
    if (framing.type === 'parse-failure') return this.#fail(framing)
    if (framing.type === 'chunked' && this.#reader.hasTabBehind(noted.codingField)) {
      return this.#fail(failure('invalid_framing', 'a tab behind the transfer coding'))
    }
    if (noted.hosts > 1) return this.#fail(failure('malformed_request', 'more than one host field'))
    this.#parsed = {
      head: {
        method: this.#line.method(text),
        target: this.#line.target(text),
        version,
        fields,
        authority: undefined,
        bodyLength: framing.length,
      },
      framing,
      persistent: isPersistent(noted, version),
    }
    this.#reader.reset()
    return 'done'
  }

  #fail(reason: ParseFailure): Progress {
    this.#failure = reason
    return 'failed'
  }
}
