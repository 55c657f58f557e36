/**
 * Reads a JSON text once, without recursion and without building anything: grammar (RFC 8259),
 * depth and duplicate keys. What passes here `JSON.parse` takes as well, and it is faster at
 * building values than any code of ours; what it does not do is bound the depth, see a key twice,
 * and say in plain words where a text is wrong.
 */
import { KeySet, duplicateKey } from './duplicate-keys.ts'
import { explainStop, syntaxError } from './json-mistakes.ts'
import { MAX_DEPTH } from './limits.ts'
import type { LineIndex } from './line-index.ts'
import { forbiddenKey, tooDeep } from './problem.ts'
import type { Problem } from './problem.ts'

/** More duplicate keys than this are not listed one by one. */
const MAX_PROBLEMS = 1000

const QUOTE = 0x22
const COMMA = 0x2c
const MINUS = 0x2d
const POINT = 0x2e
const COLON = 0x3a
const OPEN_LIST = 0x5b
const BACKSLASH = 0x5c
const CLOSE_LIST = 0x5d
const OPEN_OBJECT = 0x7b
const CLOSE_OBJECT = 0x7d

/** What may come next. */
type Expectation = 'value' | 'first' | 'key' | 'next' | 'nothing'

/** What is wrong with `text`, in order; empty when `JSON.parse` may have it. */
export function scanJson(text: string, lines: LineIndex): readonly Problem[] {
  const scanner = new JsonScanner(text, lines)
  scanner.scan()
  return scanner.problems
}

class JsonScanner {
  readonly problems: Problem[] = []
  readonly #text: string
  readonly #lines: LineIndex
  #at = 0
  #depth = 0
  #escaped = false
  #failed = false
  #afterComma = false
  /** Offset of the bracket that opened each level. */
  readonly #opened = new Int32Array(MAX_DEPTH + 1)
  /** 1 where the level is an object. */
  readonly #objects = new Uint8Array(MAX_DEPTH + 1)
  readonly #keys = Array.from({ length: MAX_DEPTH + 1 }, () => new KeySet())

  constructor(text: string, lines: LineIndex) {
    this.#text = text
    this.#lines = lines
  }

  scan(): void {
    let expected: Expectation = 'value'
    while (!this.#failed) {
      const code = this.#skipSpace()
      switch (expected) {
        case 'value':
          expected = this.#value(code)
          break
        case 'first':
          expected = this.#first(code)
          break
        case 'key':
          expected = this.#key(code)
          break
        case 'next':
          expected = this.#next(code)
          break
        case 'nothing':
          if (this.#at < this.#text.length) this.#stop('the end of the text')
          return
        default:
          expected satisfies never
      }
    }
  }

  /** Offset of the next token's first unit goes to `#at`; gives the unit, NaN at the end. */
  #skipSpace(): number {
    const text = this.#text
    let at = this.#at
    let code = text.charCodeAt(at)
    while (code === 0x20 || code === 0x0a || code === 0x0d || code === 0x09) {
      code = text.charCodeAt(++at)
    }
    this.#at = at
    return code
  }

  #value(code: number): Expectation {
    if (code === QUOTE) this.#string()
    else if (code === OPEN_OBJECT || code === OPEN_LIST) return this.#open(code === OPEN_OBJECT)
    else if (code === MINUS || isDigit(code)) this.#number()
    else this.#word(code)
    return this.#afterValue()
  }

  #afterValue(): Expectation {
    this.#afterComma = false
    return this.#depth === 0 ? 'nothing' : 'next'
  }

  #open(object: boolean): Expectation {
    if (this.#depth === MAX_DEPTH) {
      this.#fail(tooDeep(this.#at))
      return 'nothing'
    }
    this.#depth++
    this.#objects[this.#depth] = object ? 1 : 0
    this.#opened[this.#depth] = this.#at
    if (object) this.#keys[this.#depth]?.clear()
    this.#at++
    return 'first'
  }

  #first(code: number): Expectation {
    this.#afterComma = false
    if (this.#objects[this.#depth] === 1) {
      return code === CLOSE_OBJECT ? this.#close() : this.#key(code)
    }
    return code === CLOSE_LIST ? this.#close() : this.#value(code)
  }

  #close(): Expectation {
    this.#at++
    this.#depth--
    return this.#afterValue()
  }

  #key(code: number): Expectation {
    if (code !== QUOTE) {
      this.#stop(this.#afterComma ? 'a key in double quotes' : 'a key in double quotes or "}"')
      return 'nothing'
    }
    const start = this.#at
    this.#string()
    if (this.#failed) return 'nothing'
    this.#recordKey(start)
    if (this.#skipSpace() !== COLON) {
      this.#stop('":"')
      return 'nothing'
    }
    this.#at++
    this.#afterComma = false
    return 'value'
  }

  #recordKey(start: number): void {
    const { problems } = this
    const key = this.#escaped
      ? // The grammar has just been checked, and a text in quotes parses to a string.
        (JSON.parse(this.#text.slice(start, this.#at)) as string)
      : this.#text.slice(start + 1, this.#at - 1)
    if (problems.length >= MAX_PROBLEMS) return
    if (key === '__proto__') problems.push(forbiddenKey(start))
    const earlier = this.#keys[this.#depth]?.add(key, start) ?? -1
    if (earlier >= 0) problems.push(duplicateKey(key, start, earlier, this.#lines))
  }

  #next(code: number): Expectation {
    const object = this.#objects[this.#depth] === 1
    if (code === COMMA) {
      this.#at++
      this.#afterComma = true
      return object ? 'key' : 'value'
    }
    if (code === (object ? CLOSE_OBJECT : CLOSE_LIST)) return this.#close()
    this.#stop(object ? '"," or "}"' : '"," or "]"')
    return 'nothing'
  }

  /** Reads a string from its opening quote to behind the closing one. */
  #string(): void {
    const text = this.#text
    const start = this.#at
    this.#escaped = false
    let at = start + 1
    for (;;) {
      const code = text.charCodeAt(at)
      if (code === QUOTE) break
      if (code === BACKSLASH) {
        this.#escaped = true
        const length = escapeLength(text, at)
        if (length === 0) return this.#fail(badEscape(at))
        at += length
      } else if (code >= 0x20) at++
      else return this.#fail(Number.isNaN(code) ? openString(start) : badControl(start, at, code))
    }
    this.#at = at + 1
  }

  #number(): void {
    const text = this.#text
    let at = this.#at
    if (text.charCodeAt(at) === MINUS) at++
    const first = at
    at = skipDigits(text, at)
    let sound = at > first && (text.charCodeAt(first) !== 0x30 || at === first + 1)
    if (text.charCodeAt(at) === POINT) {
      const end = skipDigits(text, at + 1)
      sound &&= end > at + 1
      at = end
    }
    if ((text.charCodeAt(at) | 0x20) === 0x65) {
      const sign = text.charCodeAt(at + 1)
      const digits = sign === MINUS || sign === 0x2b ? at + 2 : at + 1
      at = skipDigits(text, digits)
      sound &&= at > digits
    }
    // A letter or point right behind the number belongs to what the author meant as one.
    if (sound && !/[\w.]/.test(text[at] ?? '')) this.#at = at
    else this.#stop('a value')
  }

  #word(code: number): void {
    const word = code === 0x74 ? 'true' : code === 0x66 ? 'false' : 'null'
    const end = this.#at + word.length
    if (this.#text.startsWith(word, this.#at) && !/[\w$]/.test(this.#text[end] ?? '')) {
      this.#at = end
      return
    }
    const list = this.#depth > 0 && this.#objects[this.#depth] === 0 && !this.#afterComma
    this.#stop(list ? 'a value or "]"' : 'a value')
  }

  #stop(expected: string): void {
    const opened = this.#depth === 0 ? -1 : (this.#opened[this.#depth] ?? -1)
    const stop = { offset: this.#at, expected, opened, afterComma: this.#afterComma }
    this.#fail(explainStop(this.#text, stop, this.#lines))
  }

  #fail(problem: Problem): void {
    this.#failed = true
    this.problems.push(problem)
  }
}

/** Units of the escape sequence at the backslash `at`; 0 when it is none. */
function escapeLength(text: string, at: number): number {
  if (/[0-9A-Fa-f]{4}/.test(text.slice(at + 2, at + 6)) && text[at + 1] === 'u') return 6
  return '"\\/bfnrt'.includes(text[at + 1] ?? ' ') ? 2 : 0
}

function badEscape(at: number): Problem {
  const remedy =
    'write \\\\ for a backslash; \\" \\\\ \\/ \\b \\f \\n \\r \\t and \\u0000 are all there is'
  return syntaxError(at, 'this backslash does not begin an escape sequence', remedy)
}

function openString(start: number): Problem {
  return syntaxError(start, 'this text is never closed', 'add the closing double quote')
}

function badControl(start: number, at: number, code: number): Problem {
  if (code === 0x0a || code === 0x0d) {
    const remedy = 'close it with a double quote, or write \\n for a line break'
    return syntaxError(start, 'this text is not closed on its line', remedy)
  }
  const hex = code.toString(16).padStart(4, '0')
  const message = `a control character (U+${hex.toUpperCase()}) stands in a text`
  return syntaxError(at, message, `remove it, or write \\u${hex}`)
}

function skipDigits(text: string, from: number): number {
  let at = from
  while (isDigit(text.charCodeAt(at))) at++
  return at
}

function isDigit(code: number): boolean {
  return code >= 0x30 && code <= 0x39
}
