/** Reads `HTTP/1.1`, the same in both kinds of start line (RFC 9112 §2.3). */

const PREFIX = Uint8Array.from('HTTP/', (letter) => letter.charCodeAt(0))
const MAJOR = PREFIX.length
const DOT = MAJOR + 1
const MINOR = MAJOR + 2
const LENGTH = MAJOR + 3
const ZERO = 0x30
const POINT = 0x2e

/** Reads one version after the other, byte for byte: case counts, and each number is one digit. */
export class VersionScanner {
  #read = 0
  #major = 0
  #minor = 0
  #misplaced = false

  /** Whether all of it has been read. */
  get done(): boolean {
    return this.#read === LENGTH
  }

  /** Whether the byte it stopped at belongs to no version. */
  get misplaced(): boolean {
    return this.#misplaced
  }

  /** Whether it is 1.0 or 1.1. RFC 9112 §2.3 would have 1.2 read as 1.1, but there is no 1.2. */
  get supported(): boolean {
    return this.#major === 1 && this.#minor < 2
  }

  /** The digit behind the point. */
  get minor(): number {
    return this.#minor
  }

  /** The version for the log. */
  describe(): string {
    return `version ${this.#major}.${this.#minor}`
  }

  /** Begins with another version. */
  reset(): void {
    this.#read = 0
    this.#misplaced = false
  }

  /** Reads from `bytes[at]` up to `end` and gives where it stopped. */
  scan(bytes: Uint8Array, at: number, end: number): number {
    let next = at
    while (next < end && this.#read < LENGTH) {
      if (!this.#take(bytes[next] as number)) {
        // below `end` there is a byte
        this.#misplaced = true
        return next
      }
      this.#read++
      next++
    }
    return next
  }

  #take(byte: number): boolean {
    const digit = byte - ZERO
    switch (this.#read) {
      case MAJOR:
        this.#major = digit
        return digit >= 0 && digit <= 9
      case DOT:
        return byte === POINT
      case MINOR:
        this.#minor = digit
        return digit >= 0 && digit <= 9
      default:
        return byte === PREFIX[this.#read]
    }
  }
}
