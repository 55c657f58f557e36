/**
 * Reads field lines up to the empty line (RFC 9112 §5), one byte once, in whatever pieces they come:
 * the state between pieces is a phase and a position. Notes where names and values are; makes no
 * text and knows no name.
 */
import type { ParseFailure } from '../head.ts'
import { CLASSES, COLON, CR, HTAB, LF, SP, TOKEN, VALUE } from './bytes.ts'
import { failure, unexpectedByte } from './failure.ts'

const LINE_START = 0
const NAME = 1
const BLANK = 2
const CONTENT = 3
const LINE_END = 4
const LAST_END = 5
const DONE = 6

/** Marks of one field: where its name and its value begin and end. */
const MARKS = 4

/** Reads the field lines of one head or trailer section after the other. */
export class FieldScanner {
  readonly #maxFields: number
  /** Offsets from the base; grows to what the largest head needed, the rest is stale. */
  readonly #marks: number[] = []
  #base = 0
  #count = 0
  #phase = LINE_START
  #failure: ParseFailure | undefined

  constructor(maxFields: number) {
    this.#maxFields = maxFields
  }

  /** Whether the empty line has been read. */
  get done(): boolean {
    return this.#phase === DONE
  }

  /** What is wrong; `undefined` as long as nothing is. */
  get failure(): ParseFailure | undefined {
    return this.#failure
  }

  /** Begins with another section. */
  reset(): void {
    this.#count = 0
    this.#phase = LINE_START
    this.#failure = undefined
  }

  /**
   * Reads from `bytes[at]` up to `end` and gives where it stopped: behind the empty line, at an
   * offending byte, or at `end`. `base` is where the section's text begins in these bytes.
   */
  scan(bytes: Uint8Array, base: number, at: number, end: number): number {
    this.#base = base
    let next = at
    while (next < end && this.#phase !== DONE && this.#failure === undefined) {
      next = this.#resume(bytes, next, end)
    }
    return next
  }

  /** Names and values in turn, cut out of `text`, which begins at the base. */
  fields(text: string): string[] {
    const fields: string[] = []
    const marks = this.#marks
    for (let i = 0; i < this.#count * MARKS; i += MARKS) {
      fields.push(text.slice(marks[i], marks[i + 1]), text.slice(marks[i + 2], marks[i + 3]))
    }
    return fields
  }

  /** Whether a tab stands behind the value of the field with this number, counted from 0. */
  hasTabBehind(field: number, text: string): boolean {
    const end = this.#marks[field * MARKS + 3] as number // set for each field that was read
    const lineEnd = text.indexOf('\r', end)
    return text.slice(end, lineEnd).includes('\t')
  }

  #resume(bytes: Uint8Array, at: number, end: number): number {
    switch (this.#phase) {
      case LINE_START:
        return this.#beginLine(bytes, at, end)
      case NAME:
        return this.#readName(bytes, at, end)
      case BLANK:
        return this.#skipBlank(bytes, at, end)
      case CONTENT:
        return this.#readContent(bytes, at, end)
      default:
        return this.#endLine(bytes, at)
    }
  }

  #beginLine(bytes: Uint8Array, at: number, end: number): number {
    if (bytes[at] === CR) {
      this.#phase = LAST_END
      return at + 1
    }
    if (this.#count === this.#maxFields) {
      this.#failure = failure('head_too_large', `more than ${this.#maxFields} fields`)
      return at
    }
    this.#marks[this.#count * MARKS] = at - this.#base
    this.#phase = NAME
    return this.#readName(bytes, at, end)
  }

  #readName(bytes: Uint8Array, from: number, end: number): number {
    let at = from
    // Below `end` there is a byte, and each byte has its classes.
    while (at < end && ((CLASSES[bytes[at] as number] as number) & TOKEN) !== 0) at++
    if (at === end) return at
    const nameEnd = at - this.#base
    const mark = this.#count * MARKS
    // A blank here is a fold, or the space before a colon: other parsers drop or keep it.
    if (bytes[at] !== COLON || nameEnd === this.#marks[mark]) {
      return this.#refuse(bytes, at, 'in a field name')
    }
    this.#marks[mark + 1] = nameEnd
    this.#phase = BLANK
    return this.#skipBlank(bytes, at + 1, end)
  }

  #skipBlank(bytes: Uint8Array, from: number, end: number): number {
    let at = from
    while (at < end && (bytes[at] === SP || bytes[at] === HTAB)) at++
    if (at === end) return at
    this.#marks[this.#count * MARKS + 2] = at - this.#base
    this.#phase = CONTENT
    return this.#readContent(bytes, at, end)
  }

  #readContent(bytes: Uint8Array, from: number, end: number): number {
    let at = from
    while (at < end && ((CLASSES[bytes[at] as number] as number) & VALUE) !== 0) at++ // as above
    if (at === end) return at
    if (bytes[at] !== CR) return this.#refuse(bytes, at, 'in a field value')
    const mark = this.#count * MARKS + 2
    const start = this.#base + (this.#marks[mark] as number) // set when the content began
    let last = at
    while (last > start && (bytes[last - 1] === SP || bytes[last - 1] === HTAB)) last--
    this.#marks[mark + 1] = last - this.#base
    this.#phase = LINE_END
    return at + 1 < end ? this.#endLine(bytes, at + 1) : at + 1
  }

  #endLine(bytes: Uint8Array, at: number): number {
    if (bytes[at] !== LF) {
      this.#failure = unexpectedByte(CR, 'in a field line', at - 1 - this.#base)
      return at
    }
    if (this.#phase === LAST_END) {
      this.#phase = DONE
      return at + 1
    }
    this.#count++
    this.#phase = LINE_START
    return at + 1
  }

  #refuse(bytes: Uint8Array, at: number, where: string): number {
    this.#failure = unexpectedByte(bytes[at], where, at - this.#base)
    return at
  }
}
