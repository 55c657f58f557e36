/** What a parser of this folder found wrong, by offset; becomes a finding once the file is known. */
import type { Finding, Severity } from '../errors.ts'
import type { LineIndex } from './line-index.ts'

/** A finding about a place in a text, before the place has a line and the text a name. */
export interface Problem {
  readonly severity: Severity
  /** Kebab-case token. */
  readonly code: string
  /** In UTF-16 units from the start of the text. */
  readonly offset: number
  readonly message: string
  readonly value: string | undefined
  readonly remedy: string
}

/** The finding that `problem` makes in the file `name`. */
export function problemFinding(problem: Problem, name: string, lines: LineIndex): Finding {
  const { severity, code, message, value, remedy } = problem
  const place = lines.place(problem.offset)
  return { severity, code, message, object: '', file: name, ...place, value, remedy }
}

/** The error that a collection lies more than 32 deep, at `offset`. */
export function tooDeep(offset: number): Problem {
  return {
    severity: 'error',
    code: 'too-deep',
    offset,
    message: 'mappings and lists are nested more than 32 deep',
    value: undefined,
    remedy: 'no rule needs more than 12 levels: look for a bracket or an indentation too many',
  }
}

/** The error for a key that would change what other keys mean to JavaScript. */
export function forbiddenKey(offset: number): Problem {
  return {
    severity: 'error',
    code: 'forbidden-key',
    offset,
    message: 'the key "__proto__" is not allowed anywhere',
    value: '__proto__',
    remedy: 'remove the key',
  }
}
