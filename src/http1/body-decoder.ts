/**
 * Takes bodies out of a connection's bytes by their framing, piece by piece and without copying.
 * Knows where a body ends to the byte, so that what follows is the next message's.
 */
import { PosternError } from '../errors.ts'
import type { Fields, ParseFailure } from '../head.ts'
import type { BodySink } from './body-sink.ts'
import { ChunkedDecoder, type ChunkedOptions } from './chunked-decoder.ts'
import { failure, type Progress } from './failure.ts'
import { NO_BODY, type BodyFraming } from './framing.ts'

const NO_FIELDS: Fields = []

/** Decodes one body after the other. */
export class BodyDecoder {
  readonly #sink: BodySink
  readonly #options: ChunkedOptions
  /** Made for the first chunked body: most connections never see one. */
  #chunked: ChunkedDecoder | undefined
  #framing = NO_BODY
  #left = 0
  #next = 0
  #progress: Progress = 'done'
  #failure: ParseFailure | undefined

  /** Throws `internal_error` for a limit that is none, though not before a body is chunked. */
  constructor(sink: BodySink, options: ChunkedOptions = {}) {
    this.#sink = sink
    this.#options = options
  }

  /** Where reading stopped, as an offset into the bytes of the last push. */
  get next(): number {
    return this.#next
  }

  /** Why the body is refused; `undefined` unless the progress is `failed`. */
  get failure(): ParseFailure | undefined {
    return this.#failure
  }

  /** The trailer section of a chunked body that is done; empty otherwise. */
  get trailers(): Fields {
    if (this.#framing.type !== 'chunked' || this.#progress !== 'done') return NO_FIELDS
    return this.#chunked?.trailers ?? NO_FIELDS
  }

  /** Begins with a body; `done` at once where there is nothing of it to read. */
  begin(framing: BodyFraming): Progress {
    this.#framing = framing
    this.#left = framing.length
    this.#next = 0
    this.#failure = undefined
    if (framing.type === 'chunked') {
      this.#chunked ??= new ChunkedDecoder(this.#sink, this.#options)
      this.#chunked.reset()
    }
    this.#progress = framing.length === 0 ? 'done' : 'more'
    return this.#progress
  }

  /** Reads on from `bytes[start]` up to `end`; after `done` and `failed` it reads nothing. */
  push(bytes: Uint8Array, start: number, end: number): Progress {
    this.#next = start
    if (this.#progress !== 'more' || start === end) return this.#progress
    switch (this.#framing.type) {
      case 'chunked':
        this.#progress = this.#pushChunked(bytes, start, end)
        break
      case 'length':
        this.#next = Math.min(end, start + this.#left)
        this.#left -= this.#next - start
        if (this.#left === 0) this.#progress = 'done'
        this.#sink.content(bytes, start, this.#next)
        break
      case 'close':
        this.#next = end
        this.#sink.content(bytes, start, end)
        break
      case 'none':
        break
      default:
        this.#framing.type satisfies never
    }
    return this.#progress
  }

  /** The connection ended: `done` where that ends the body, `failed` where the body is cut short. */
  finish(): Progress {
    if (this.#progress !== 'more') return this.#progress
    if (this.#framing.type === 'close') {
      this.#progress = 'done'
      return 'done'
    }
    this.#failure = failure('invalid_framing', 'the connection ended within the body')
    this.#progress = 'failed'
    return 'failed'
  }

  #pushChunked(bytes: Uint8Array, start: number, end: number): Progress {
    const decoder = this.#chunked
    if (decoder === undefined) throw new PosternError('internal_error', 'no chunked body was begun')
    const progress = decoder.push(bytes, start, end)
    this.#next = decoder.next
    this.#failure = decoder.failure
    return progress
  }
}
