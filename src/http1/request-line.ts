/** Reads a request line (RFC 9112 §3), one byte once, in whatever pieces it comes. */
import type { HttpVersion, ParseFailure } from '../head.ts'
import { CLASSES, CR, describeByte, LF, SP, TARGET, TOKEN } from './bytes.ts'
import { failure, unexpectedByte } from './failure.ts'
import { VersionScanner } from './version-scanner.ts'

const EMPTY_LINES = 0
const EMPTY_LINE_END = 1
const METHOD = 2
const TARGET_PHASE = 3
const VERSION = 4
const LINE_CR = 5
const LINE_LF = 6
const DONE = 7

/** Reads one request line after the other. */
export class RequestLine {
  readonly #maxTargetBytes: number
  readonly #version = new VersionScanner()
  #phase = EMPTY_LINES
  #methodStart = 0
  #methodEnd = 0
  #targetEnd = 0
  #failure: ParseFailure | undefined

  constructor(maxTargetBytes: number) {
    this.#maxTargetBytes = maxTargetBytes
  }

  /** Whether the line's end has been read. */
  get done(): boolean {
    return this.#phase === DONE
  }

  /** Whether more than empty lines has been read. */
  get begun(): boolean {
    return this.#phase >= METHOD
  }

  /** What is wrong; `undefined` as long as nothing is. */
  get failure(): ParseFailure | undefined {
    return this.#failure
  }

  /** The version; only the two that are supported get as far as `done`. */
  get version(): HttpVersion {
    return this.#version.minor === 0 ? '1.0' : '1.1'
  }

  /** The method, cut out of the head's text. */
  method(text: string): string {
    return text.slice(this.#methodStart, this.#methodEnd)
  }

  /** The target, cut out of the head's text. */
  target(text: string): string {
    return text.slice(this.#methodEnd + 1, this.#targetEnd)
  }

  /** Begins with another line. */
  reset(): void {
    this.#phase = EMPTY_LINES
    this.#failure = undefined
  }

  /** Reads from `bytes[at]` up to `end` and gives where it stopped; `base` is the head's start. */
  scan(bytes: Uint8Array, base: number, at: number, end: number): number {
    let next = at
    while (next < end && this.#phase !== DONE && this.#failure === undefined) {
      next = this.#resume(bytes, base, next, end)
    }
    return next
  }

  #resume(bytes: Uint8Array, base: number, at: number, end: number): number {
    switch (this.#phase) {
      case EMPTY_LINES:
        return this.#skipEmptyLine(bytes, base, at)
      case METHOD:
        return this.#readMethod(bytes, base, at, end)
      case TARGET_PHASE:
        return this.#readTarget(bytes, base, at, end)
      case VERSION:
        return this.#readVersion(bytes, base, at, end)
      default:
        return this.#readLineEnd(bytes, base, at)
    }
  }

  /** RFC 9112 §2.2: clients of old sent a CRLF too many behind a body. They count for the limit. */
  #skipEmptyLine(bytes: Uint8Array, base: number, at: number): number {
    if (bytes[at] === CR) {
      this.#phase = EMPTY_LINE_END
      return at + 1
    }
    this.#methodStart = at - base
    this.#phase = METHOD
    return at
  }

  #readMethod(bytes: Uint8Array, base: number, from: number, end: number): number {
    let at = from
    // Below `end` there is a byte, and each byte has its classes.
    while (at < end && ((CLASSES[bytes[at] as number] as number) & TOKEN) !== 0) at++
    if (at === end) return at
    this.#methodEnd = at - base
    if (bytes[at] !== SP || this.#methodEnd === this.#methodStart) {
      return this.#refuse(bytes[at], 'in the method', at - base, at)
    }
    this.#phase = TARGET_PHASE
    return at + 1
  }

  #readTarget(bytes: Uint8Array, base: number, from: number, end: number): number {
    const start = base + this.#methodEnd + 1
    const stop = Math.min(end, start + this.#maxTargetBytes + 1)
    let at = from
    while (at < stop && ((CLASSES[bytes[at] as number] as number) & TARGET) !== 0) at++ // as above
    if (at - start > this.#maxTargetBytes) {
      const detail = `target of more than ${this.#maxTargetBytes} bytes`
      this.#failure = failure('target_too_long', detail)
      return at
    }
    if (at === end) return at
    if (bytes[at] !== SP || at === start) {
      return this.#refuse(bytes[at], 'in the target', at - base, at)
    }
    this.#targetEnd = at - base
    this.#phase = VERSION
    this.#version.reset()
    return at + 1
  }

  #readVersion(bytes: Uint8Array, base: number, from: number, end: number): number {
    const at = this.#version.scan(bytes, from, end)
    if (this.#version.misplaced) return this.#refuse(bytes[at], 'in the version', at - base, at)
    if (!this.#version.done) return at
    if (!this.#version.supported) {
      this.#failure = failure('version_not_supported', this.#version.describe())
      return at
    }
    this.#phase = LINE_CR
    return at
  }

  #readLineEnd(bytes: Uint8Array, base: number, at: number): number {
    const wanted = this.#phase === LINE_CR ? CR : LF
    if (bytes[at] !== wanted) {
      const where = `instead of ${describeByte(wanted)} in the request line`
      return this.#refuse(bytes[at], where, at - base, at)
    }
    if (this.#phase === EMPTY_LINE_END) this.#phase = EMPTY_LINES
    else this.#phase = this.#phase === LINE_CR ? LINE_LF : DONE
    return at + 1
  }

  #refuse(byte: number | undefined, where: string, position: number, at: number): number {
    this.#failure = unexpectedByte(byte, where, position)
    return at
  }
}
