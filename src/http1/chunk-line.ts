/** Reads the line before a chunk: its size and extensions (RFC 9112 §7.1), one byte once. */
import type { ParseFailure } from '../head.ts'
import {
  BACKSLASH,
  CLASSES,
  CR,
  EQUALS,
  HEX_VALUES,
  LF,
  QUOTE,
  QUOTED,
  SEMICOLON,
  TOKEN,
  VALUE,
} from './bytes.ts'
import { failure, unexpectedByte } from './failure.ts'

const SIZE_START = 0
const SIZE = 1
const NAME_START = 2
const NAME = 3
const VALUE_START = 4
const TOKEN_VALUE = 5
const QUOTED_VALUE = 6
const ESCAPED = 7
const QUOTED_END = 8
const LINE_LF = 9
const DONE = 10

/** A size times 16 has to remain an exact integer. */
const MAX_SIZE = Number.MAX_SAFE_INTEGER

/**
 * Reads one chunk line after the other. Extensions are checked and dropped (RFC 9112 §7.1.1), since
 * parsers have differed about where they end (CVE-2025-55315): no blank may stand in them but within
 * quotes.
 */
export class ChunkLine {
  readonly #maxExtensionBytes: number
  /** Bytes of the body so far that are neither content nor needed to delimit it. */
  #extensionBytes = 0
  #phase = SIZE_START
  #size = 0
  #failure: ParseFailure | undefined

  constructor(maxExtensionBytes: number) {
    this.#maxExtensionBytes = maxExtensionBytes
  }

  /** Whether the line's end has been read. */
  get done(): boolean {
    return this.#phase === DONE
  }

  /** Bytes of the chunk; 0 for the last one. */
  get size(): number {
    return this.#size
  }

  /** What is wrong; `undefined` as long as nothing is. */
  get failure(): ParseFailure | undefined {
    return this.#failure
  }

  /** Begins with the first line of another body. */
  reset(): void {
    this.#extensionBytes = 0
    this.#failure = undefined
    this.nextLine()
  }

  /** Begins with another line of the same body. */
  nextLine(): void {
    this.#phase = SIZE_START
    this.#size = 0
  }

  /** Reads from `bytes[at]` up to `end` and gives where it stopped. */
  scan(bytes: Uint8Array, at: number, end: number): number {
    let next = at
    while (next < end && this.#phase !== DONE) {
      const byte = bytes[next] as number // below `end` there is a byte
      if (!this.#take(byte)) {
        this.#failure ??= unexpectedByte(byte, 'in a chunk line')
        return next
      }
      next++
    }
    return next
  }

  #take(byte: number): boolean {
    if (this.#phase === LINE_LF) return byte === LF && this.#enter(DONE)
    if (this.#phase <= SIZE) return this.#takeSize(byte)
    return (byte === CR || this.#spend()) && this.#takeExtension(byte)
  }

  #takeSize(byte: number): boolean {
    const digit = HEX_VALUES[byte] as number // each byte has an entry
    if (digit === 16) {
      if (this.#phase === SIZE_START || (byte === SEMICOLON && !this.#spend())) return false
      return this.#takeEnd(byte)
    }
    if (this.#phase === SIZE && this.#size === 0 && !this.#spend()) return false
    this.#size = this.#size * 16 + digit
    if (this.#size > MAX_SIZE) {
      this.#failure = failure('invalid_framing', 'chunk size is too large')
      return false
    }
    return this.#enter(SIZE)
  }

  #takeExtension(byte: number): boolean {
    const classes = CLASSES[byte] as number // each byte has its classes
    switch (this.#phase) {
      case NAME_START:
        return (classes & TOKEN) !== 0 && this.#enter(NAME)
      case NAME:
        if (byte === EQUALS) return this.#enter(VALUE_START)
        return (classes & TOKEN) !== 0 || this.#takeEnd(byte)
      case VALUE_START:
        if (byte === QUOTE) return this.#enter(QUOTED_VALUE)
        return (classes & TOKEN) !== 0 && this.#enter(TOKEN_VALUE)
      case TOKEN_VALUE:
        return (classes & TOKEN) !== 0 || this.#takeEnd(byte)
      case QUOTED_VALUE:
        if (byte === QUOTE) return this.#enter(QUOTED_END)
        if (byte === BACKSLASH) return this.#enter(ESCAPED)
        return (classes & QUOTED) !== 0
      case ESCAPED:
        return (classes & VALUE) !== 0 && this.#enter(QUOTED_VALUE)
      default:
        return this.#takeEnd(byte)
    }
  }

  /** What may follow a size or a whole extension. */
  #takeEnd(byte: number): boolean {
    if (byte === CR) return this.#enter(LINE_LF)
    return byte === SEMICOLON && this.#enter(NAME_START)
  }

  #enter(phase: number): true {
    this.#phase = phase
    return true
  }

  #spend(): boolean {
    this.#extensionBytes++
    if (this.#extensionBytes <= this.#maxExtensionBytes) return true
    const detail = `more than ${this.#maxExtensionBytes} bytes of chunk extensions`
    this.#failure = failure('invalid_framing', detail)
    return false
  }
}
