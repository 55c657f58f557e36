/**
 * Parses response heads of one connection out of bytes. As strict as with requests: an endpoint
 * that can be read in two ways can be made to answer a request that somebody else asked.
 */
import { PosternError } from '../errors.ts'
import type { ParseFailure, ResponseHead } from '../head.ts'
import { failure, type Progress } from './failure.ts'
import {
  CLOSE_BODY,
  isPersistent,
  NO_BODY,
  noteFraming,
  statedFraming,
  type BodyFraming,
} from './framing.ts'
import { HeadReader } from './head-reader.ts'
import { decodeLatin1 } from './latin1.ts'
import { HEAD_LIMITS, resolveLimits } from './limits.ts'
import type { HeadParserOptions } from './request-parser.ts'
import { StatusLine } from './status-line.ts'

/** What a parser of responses may be told. */
export type ResponseParserOptions = Omit<HeadParserOptions, 'maxTargetBytes'>

/** A response head and what follows from it for the connection. */
export interface ParsedResponse {
  readonly head: ResponseHead
  /** `none` for HEAD, 1xx, 204 and 304 whatever the fields say (RFC 9112 §6.3). */
  readonly framing: BodyFraming
  /**
   * Whether the connection can carry another exchange: the endpoint says so, the body tells its
   * end, and no protocol was switched. Bytes behind the body speak against it too; the caller sees.
   */
  readonly persistent: boolean
  /** A 1xx other than 101: the final head is yet to come. */
  readonly interim: boolean
}

/**
 * Parses one response head after the other. Every failure is the endpoint's, whatever its reason
 * says of requests: the exchange fails with `upstream_invalid`.
 */
export class ResponseParser {
  readonly #line = new StatusLine()
  readonly #reader: HeadReader
  #parsed: ParsedResponse | undefined
  #failure: ParseFailure | undefined
  #bodyless = false

  /** Throws `internal_error` for a limit that is none. */
  constructor({ latin1 = decodeLatin1, ...changed }: ResponseParserOptions = {}) {
    const limits = resolveLimits(HEAD_LIMITS, changed)
    this.#reader = new HeadReader({
      startLine: this.#line,
      maxBytes: limits.maxHeadBytes,
      maxFields: limits.maxFields,
      latin1,
    })
  }

  /** Whether a head has begun and not ended. */
  get started(): boolean {
    return this.#reader.started
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
  take(): ParsedResponse {
    const parsed = this.#parsed
    if (parsed === undefined) throw new PosternError('internal_error', 'no head was read')
    this.#parsed = undefined
    return parsed
  }

  /** Tells what was asked, before its answer is read: a HEAD is answered without a body. */
  expect(method: string): void {
    this.#bodyless = method === 'HEAD'
  }

  /**
   * Reads on from `bytes[start]` up to `end`; after `done` with another head, which is the next
   * interim or the final one, or that of the next request. `failed` is for good.
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
    const { status, version } = this.#line
    const fields = this.#reader.fields()
    const noted = noteFraming(fields)
    // Judged even where it does not count: a cache or a client may count it.
    const stated = statedFraming(noted, version) ?? CLOSE_BODY
    if (stated.type === 'parse-failure') return this.#fail(stated)
    if (stated.type === 'chunked' && this.#reader.hasTabBehind(noted.codingField)) {
      return this.#fail(failure('invalid_framing', 'a tab behind the transfer coding'))
    }
    // RFC 9110 §8.6 and RFC 9112 §6.1 forbid it, and llhttp believes it of all but 100 to 103.
    if (status < 200 && stated.length !== 0 && stated !== CLOSE_BODY) {
      return this.#fail(failure('invalid_framing', `a body of a ${status} response`))
    }
    const framing = this.#bodyless || isBodyless(status) ? NO_BODY : stated
    this.#parsed = {
      head: { status, reason: this.#line.reason(this.#reader.text), fields },
      framing,
      persistent: framing.type !== 'close' && status !== 101 && isPersistent(noted, version),
      interim: status < 200 && status !== 101,
    }
    this.#reader.reset()
    return 'done'
  }

  #fail(reason: ParseFailure): Progress {
    this.#failure = reason
    return 'failed'
  }
}

/** Statuses whose responses end with the head. */
function isBodyless(status: number): boolean {
  return status < 200 || status === 204 || status === 304
}
