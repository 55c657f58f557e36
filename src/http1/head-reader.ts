/**
 * Reads one head, or one trailer section, out of pieces: where it is whole in one piece it is read
 * in place, else its beginning is kept. Knows sizes and ends, not what a line says.
 */
import type { ParseFailure } from '../head.ts'
import { failure, type Progress } from './failure.ts'
import { FieldScanner } from './field-scanner.ts'
import { HeldBytes } from './held-bytes.ts'
import type { DecodeLatin1 } from './latin1.ts'

/** What reads the line before the fields. */
export interface StartLine {
  readonly done: boolean
  readonly failure: ParseFailure | undefined
  reset(): void
  /** Reads from `bytes[at]` up to `end` and gives where it stopped; `base` is the head's start. */
  scan(bytes: Uint8Array, base: number, at: number, end: number): number
}

/** What a reader is made of. */
export interface HeadReaderOptions {
  /** `undefined` for a trailer section, which has none. */
  readonly startLine: StartLine | undefined
  readonly maxBytes: number
  readonly maxFields: number
  readonly latin1: DecodeLatin1
}

/** Reads one section after the other. */
export class HeadReader {
  readonly #startLine: StartLine | undefined
  readonly #maxBytes: number
  readonly #latin1: DecodeLatin1
  readonly #scanner: FieldScanner
  readonly #held: HeldBytes
  /** Bytes of the section that have been read. */
  #position = 0
  #next = 0
  #text = ''
  #failure: ParseFailure | undefined

  constructor(options: HeadReaderOptions) {
    this.#startLine = options.startLine
    this.#maxBytes = options.maxBytes
    this.#latin1 = options.latin1
    this.#scanner = new FieldScanner(options.maxFields)
    this.#held = new HeldBytes(options.maxBytes)
  }

  /** Whether a byte of the section has been read, and its end has not. */
  get started(): boolean {
    return this.#position > 0
  }

  /** Where the section ended, as an offset into the bytes of the last push. */
  get next(): number {
    return this.#next
  }

  /** The whole section, once it is done. */
  get text(): string {
    return this.#text
  }

  /** Why it is refused. */
  get failure(): ParseFailure | undefined {
    return this.#failure
  }

  /** Names and values in turn, once it is done. */
  fields(): string[] {
    return this.#scanner.fields(this.#text)
  }

  /** Whether a tab stands behind the value of the field with this number, once it is done. */
  hasTabBehind(field: number): boolean {
    return this.#scanner.hasTabBehind(field, this.#text)
  }

  /** Begins with another section; of the last one, `next` alone remains. */
  reset(): void {
    this.#position = 0
    this.#text = ''
    this.#failure = undefined
    this.#held.clear()
    this.#startLine?.reset()
    this.#scanner.reset()
  }

  /** Reads on from `bytes[start]` up to `end`. */
  push(bytes: Uint8Array, start: number, end: number): Progress {
    if (this.#position === 0) return this.#read(bytes, start, end, start)
    const before = this.#held.length
    this.#held.append(bytes, start, end)
    return this.#read(this.#held.bytes, 0, this.#held.length, start - before)
  }

  /** `origin` is where the section began, as an offset into the bytes that were pushed. */
  #read(bytes: Uint8Array, base: number, end: number, origin: number): Progress {
    const limit = base + this.#maxBytes
    const stop = end < limit ? end : limit
    const at = this.#scan(bytes, base, base + this.#position, stop)
    if (this.#failure !== undefined) return 'failed'
    if (this.#scanner.done) {
      this.#text = this.#latin1(bytes, base, at)
      this.#next = origin + at - base
      return 'done'
    }
    if (at === limit) {
      this.#failure = failure('head_too_large', `more than ${this.#maxBytes} bytes`)
      return 'failed'
    }
    if (this.#held.length === 0) this.#held.append(bytes, base, end)
    this.#position = at - base
    this.#next = origin + at - base
    return 'more'
  }

  #scan(bytes: Uint8Array, base: number, from: number, stop: number): number {
    let at = from
    if (this.#startLine?.done === false) {
      at = this.#startLine.scan(bytes, base, at, stop)
      this.#failure = this.#startLine.failure
      if (!this.#startLine.done) return at
    }
    at = this.#scanner.scan(bytes, base, at, stop)
    this.#failure = this.#scanner.failure
    return at
  }
}
