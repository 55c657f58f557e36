/** Reads a status line (RFC 9112 §4), one byte once, in whatever pieces it comes. */
import type { HttpVersion, ParseFailure } from '../head.ts'
import { CLASSES, CR, describeByte, LF, SP, VALUE } from './bytes.ts'
import { failure, unexpectedByte } from './failure.ts'
import { VersionScanner } from './version-scanner.ts'

const VERSION = 0
const VERSION_END = 1
const STATUS = 2
const STATUS_END = 3
const REASON = 4
const LINE_LF = 5
const DONE = 6

const ZERO = 0x30
const DIGITS = 3

/** Reads one status line after the other. */
export class StatusLine {
  readonly #version = new VersionScanner()
  #phase = VERSION
  #digits = 0
  #status = 0
  #reasonStart = 0
  #reasonEnd = 0
  #failure: ParseFailure | undefined

  /** Whether the line's end has been read. */
  get done(): boolean {
    return this.#phase === DONE
  }

  /** What is wrong; `undefined` as long as nothing is. */
  get failure(): ParseFailure | undefined {
    return this.#failure
  }

  /** The version; only the two that are supported get as far as `done`. */
  get version(): HttpVersion {
    return this.#version.minor === 0 ? '1.0' : '1.1'
  }

  /** 100 to 599. */
  get status(): number {
    return this.#status
  }

  /** The reason phrase, cut out of the head's text. */
  reason(text: string): string {
    return text.slice(this.#reasonStart, this.#reasonEnd)
  }

  /** Begins with another line. */
  reset(): void {
    this.#phase = VERSION
    this.#version.reset()
    this.#digits = 0
    this.#status = 0
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
      case VERSION:
        return this.#readVersion(bytes, base, at, end)
      case VERSION_END:
        return this.#expect(SP, STATUS, bytes, base, at)
      case STATUS:
        return this.#readDigit(bytes, base, at)
      case STATUS_END:
        return this.#beginReason(bytes, base, at)
      case REASON:
        return this.#readReason(bytes, base, at, end)
      default:
        return this.#expect(LF, DONE, bytes, base, at)
    }
  }

  #readVersion(bytes: Uint8Array, base: number, from: number, end: number): number {
    const at = this.#version.scan(bytes, from, end)
    if (this.#version.misplaced) return this.#refuse(bytes, base, at, 'in the version')
    if (!this.#version.done) return at
    if (this.#version.supported) {
      this.#phase = VERSION_END
      return at
    }
    this.#failure = failure('version_not_supported', this.#version.describe())
    return at
  }

  #readDigit(bytes: Uint8Array, base: number, at: number): number {
    const digit = (bytes[at] as number) - ZERO // the caller stands before `end`
    if (digit < 0 || digit > 9) return this.#refuse(bytes, base, at, 'in the status')
    this.#status = this.#status * 10 + digit
    this.#digits++
    if (this.#digits < DIGITS) return at + 1
    if (this.#status < 100 || this.#status > 599) {
      this.#failure = failure('malformed_request', `status ${this.#status}`)
      return at
    }
    this.#phase = STATUS_END
    return at + 1
  }

  /** RFC 9112 §4 wants the space even before no reason; servers forget it, and nobody is misled. */
  #beginReason(bytes: Uint8Array, base: number, at: number): number {
    const spaced = bytes[at] === SP
    if (!spaced && bytes[at] !== CR) return this.#refuse(bytes, base, at, 'behind the status')
    this.#reasonStart = at + (spaced ? 1 : 0) - base
    this.#phase = REASON
    return spaced ? at + 1 : at
  }

  #readReason(bytes: Uint8Array, base: number, from: number, end: number): number {
    let at = from
    // Below `end` there is a byte, and each byte has its classes.
    while (at < end && ((CLASSES[bytes[at] as number] as number) & VALUE) !== 0) at++
    if (at === end) return at
    if (bytes[at] !== CR) return this.#refuse(bytes, base, at, 'in the reason')
    this.#reasonEnd = at - base
    this.#phase = LINE_LF
    return at + 1
  }

  #expect(wanted: number, then: number, bytes: Uint8Array, base: number, at: number): number {
    if (bytes[at] !== wanted) {
      const where = `instead of ${describeByte(wanted)} in the status line`
      return this.#refuse(bytes, base, at, where)
    }
    this.#phase = then
    return at + 1
  }

  #refuse(bytes: Uint8Array, base: number, at: number, where: string): number {
    this.#failure = unexpectedByte(bytes[at], where, at - base)
    return at
  }
}
