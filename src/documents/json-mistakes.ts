/** Says what is wrong with a text that is not JSON, in the words of who wrote it. */
import type { LineIndex } from './line-index.ts'
import type { Problem } from './problem.ts'
import { quoteText } from './shown-text.ts'

/** Where a scan stopped, and what it was about to read. */
export interface JsonStop {
  readonly offset: number
  /** What could have stood there: `a value`, `"," or "}"`. */
  readonly expected: string
  /** Offset of the innermost bracket that is still open; -1 when none is. */
  readonly opened: number
  /** Whether a comma has just been read, which nothing may then close. */
  readonly afterComma: boolean
}

/** What a mistake is and what to do about it. */
interface Mistake {
  readonly message: string
  readonly remedy: string
}

const WORD = /[A-Za-z_$][\w$-]*/y
const NUMBER = /[-+.\d][\w+.-]*/y

/** The error `json-syntax` for a scan that stopped. */
export function explainStop(text: string, stop: JsonStop, lines: LineIndex): Problem {
  const { message, remedy } =
    stop.offset >= text.length ? explainEnd(stop, text, lines) : explainToken(stop, text)
  return syntaxError(stop.offset, message, remedy)
}

/** The error `json-syntax` with these words. */
export function syntaxError(offset: number, message: string, remedy: string): Problem {
  return { severity: 'error', code: 'json-syntax', offset, message, value: undefined, remedy }
}

function explainEnd({ opened, expected }: JsonStop, text: string, lines: LineIndex): Mistake {
  if (opened < 0) return { message: `the text ends, expected ${expected}`, remedy: 'add a value' }
  const { line, column } = lines.place(opened)
  const kind = text[opened] === '{' ? 'object' : 'list'
  return {
    message: `the text ends inside the ${kind} that begins at line ${line}, column ${column}, expected ${expected}`,
    remedy: 'the file may be cut short: write it out whole, with every bracket closed',
  }
}

function explainToken({ offset, expected, afterComma }: JsonStop, text: string): Mistake {
  const found = text[offset] ?? ''
  const says = (what: string): string => `${what}, expected ${expected}`
  if ((found === '}' || found === ']') && afterComma) {
    return { message: says(`a comma stands before "${found}"`), remedy: 'remove the comma' }
  }
  if (found === "'") {
    return { message: says('a single quote'), remedy: 'put text in double quotes' }
  }
  if (found === '/' || found === '#') {
    const remedy = 'remove the comment, or write the rules as YAML, which has comments'
    return { message: says('JSON has no comments'), remedy }
  }
  const word = matchAt(WORD, text, offset)
  if (word !== '') {
    const remedy = `put ${quoteText(word)} in double quotes; only true, false and null stand without`
    return { message: says(`the bare word ${quoteText(word)}`), remedy }
  }
  const number = matchAt(NUMBER, text, offset)
  if (number !== '' && expected.includes('value')) {
    const remedy =
      'write a number as 1, -1, 0.5 or 1e3: digits on both sides of the point, no zero in front'
    return { message: `${quoteText(number)} is not a number of JSON`, remedy }
  }
  return { message: says(`found ${quoteText(found)}`), remedy: remedyFor(expected, found) }
}

function remedyFor(expected: string, found: string): string {
  if (expected === 'the end of the text') {
    return 'a file holds one JSON value: put several into a list, or write them as YAML documents'
  }
  if (expected === '":"') return `put a colon before ${quoteText(found)}`
  if (expected.startsWith('","') && (found === '"' || found === '{' || found === '[')) {
    return `put a comma before ${quoteText(found)}`
  }
  return `remove ${quoteText(found)}, or put ${expected} before it`
}

function matchAt(pattern: RegExp, text: string, offset: number): string {
  pattern.lastIndex = offset
  return pattern.exec(text)?.[0] ?? ''
}
