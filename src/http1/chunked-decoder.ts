/** Takes the content out of chunked transfer coding (RFC 9112 §7.1), and the trailer section. */
import type { Fields, ParseFailure } from '../head.ts'
import type { BodySink } from './body-sink.ts'
import { CR, LF } from './bytes.ts'
import { ChunkLine } from './chunk-line.ts'
import { failure, unexpectedByte, type Progress } from './failure.ts'
import { statesFraming } from './framing.ts'
import { HeadReader } from './head-reader.ts'
import { decodeLatin1, type DecodeLatin1 } from './latin1.ts'
import { CHUNK_LIMITS, resolveLimits, type ChunkLimits } from './limits.ts'

/** What a decoder may be told. */
export interface ChunkedOptions extends Partial<ChunkLimits> {
  /** The runtime's own decoder, for trailers. Default `decodeLatin1`. */
  readonly latin1?: DecodeLatin1
}

const LINE = 0
const CONTENT = 1
const CONTENT_CR = 2
const CONTENT_LF = 3
const TRAILERS = 4
const DONE = 5

const NO_FIELDS: Fields = []

/** Decodes one chunked body after the other. */
export class ChunkedDecoder {
  readonly #sink: BodySink
  readonly #line: ChunkLine
  readonly #trailerReader: HeadReader
  #phase = LINE
  /** Bytes of the chunk that are yet to come. */
  #left = 0
  #next = 0
  #trailers: Fields = NO_FIELDS
  #failure: ParseFailure | undefined

  /** Throws `internal_error` for a limit that is none. */
  constructor(sink: BodySink, { latin1 = decodeLatin1, ...changed }: ChunkedOptions) {
    const limits = resolveLimits(CHUNK_LIMITS, changed)
    this.#sink = sink
    this.#line = new ChunkLine(limits.maxExtensionBytes)
    this.#trailerReader = new HeadReader({
      startLine: undefined,
      maxBytes: limits.maxTrailerBytes,
      maxFields: limits.maxFields,
      latin1,
    })
  }

  /** Where reading stopped, as an offset into the bytes of the last push. */
  get next(): number {
    return this.#next
  }

  /** Why the body is refused. */
  get failure(): ParseFailure | undefined {
    return this.#failure
  }

  /** Names and values of the trailer section, once it is done. */
  get trailers(): Fields {
    return this.#trailers
  }

  /** Begins with another body. */
  reset(): void {
    this.#phase = LINE
    this.#line.reset()
    this.#trailerReader.reset()
    this.#trailers = NO_FIELDS
    this.#failure = undefined
  }

  /** Reads on from `bytes[start]` up to `end`. */
  push(bytes: Uint8Array, start: number, end: number): Progress {
    this.#next = start
    while (this.#next < end && this.#phase !== DONE && this.#failure === undefined) {
      this.#next = this.#resume(bytes, this.#next, end)
    }
    if (this.#failure !== undefined) return 'failed'
    return this.#phase === DONE ? 'done' : 'more'
  }

  #resume(bytes: Uint8Array, at: number, end: number): number {
    switch (this.#phase) {
      case LINE:
        return this.#readLine(bytes, at, end)
      case CONTENT:
        return this.#readContent(bytes, at, end)
      case CONTENT_CR:
        return this.#expect(CR, CONTENT_LF, bytes, at)
      case CONTENT_LF:
        return this.#expect(LF, LINE, bytes, at)
      default:
        return this.#readTrailers(bytes, at, end)
    }
  }

  #readLine(bytes: Uint8Array, from: number, end: number): number {
    const at = this.#line.scan(bytes, from, end)
    this.#failure = this.#line.failure
    if (!this.#line.done) return at
    this.#left = this.#line.size
    this.#phase = this.#left === 0 ? TRAILERS : CONTENT
    this.#line.nextLine()
    return at
  }

  #readContent(bytes: Uint8Array, at: number, end: number): number {
    const stop = Math.min(end, at + this.#left)
    this.#left -= stop - at
    if (this.#left === 0) this.#phase = CONTENT_CR
    this.#sink.content(bytes, at, stop)
    return stop
  }

  #expect(wanted: number, then: number, bytes: Uint8Array, at: number): number {
    if (bytes[at] !== wanted) {
      this.#failure = unexpectedByte(bytes[at], 'behind a chunk')
      return at
    }
    this.#phase = then
    return at + 1
  }

  #readTrailers(bytes: Uint8Array, at: number, end: number): number {
    const progress = this.#trailerReader.push(bytes, at, end)
    if (progress === 'failed') {
      this.#failure = this.#trailerReader.failure
      return at
    }
    if (progress === 'done') this.#finish()
    return this.#trailerReader.next
  }

  #finish(): void {
    this.#trailers = this.#trailerReader.fields()
    this.#phase = DONE
    // Merged into the head by someone, it would state another end of this same body.
    if (!statesFraming(this.#trailers)) return
    this.#failure = failure('invalid_framing', 'a framing field among the trailers')
  }
}
