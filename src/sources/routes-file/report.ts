/** Collects what is wrong with a routes file, each with its object, place and remedy. */
import type { RuleDocument } from '../../documents/documents.ts'
import { quoteText, showText, showValue } from '../../documents/shown-text.ts'
import type { Finding, Origin, Severity } from '../../errors.ts'
import { suggest } from '../kubernetes/suggestion.ts'

/** Steps from the root of the file to a value. */
export type Path = readonly (string | number)[]

/** What is said about a value of the file. */
export interface Remark {
  /** Default `error`. */
  readonly severity?: Severity
  /** Kebab-case token. */
  readonly code: string
  readonly path: Path
  /** Whether the key is to blame or the value under it. Default `value`. */
  readonly part?: 'key' | 'value'
  /** The value to quote; left out where none is to blame, or where it may be a secret. */
  readonly value?: unknown
  /** Goes on from the field's name and value: `has a port`. */
  readonly text: string
  /** What would be right. */
  readonly remedy: string
}

/** Findings beyond these are counted, not kept: a generated file may have one mistake a million times. */
const MAX_FINDINGS = 1000

/** Parts of the file whose entries are objects of their own in findings. */
const OBJECT_PARTS: ReadonlySet<string | number> = new Set([
  'routes',
  'listeners',
  'backends',
  'hosts',
])

/** The findings about one document. */
export class Report {
  readonly document: RuleDocument
  readonly #findings: Finding[] = []
  #suppressed = 0
  #errors = 0

  constructor(document: RuleDocument) {
    this.document = document
  }

  /** Number of errors so far. */
  get errors(): number {
    return this.#errors
  }

  /** Whether findings are only counted from here on, so that no effort need go into their words. */
  get full(): boolean {
    return this.#findings.length >= MAX_FINDINGS
  }

  /** Adds a finding. */
  add(remark: Remark): void {
    const severity = remark.severity ?? 'error'
    if (severity === 'error') this.#errors++
    if (this.full) {
      this.#suppressed++
      return
    }
    const { code, path, part = 'value', value, text, remedy } = remark
    const shown = value === undefined ? undefined : showValue(value)
    const quoted = typeof value === 'string' ? quoteText(value) : showText(shown ?? '', 80)
    const subject = [fieldName(path), quoted].filter((word) => word !== '').join(' ')
    this.#findings.push({
      severity,
      code,
      message: subject === '' ? `the file ${text}` : `${subject} ${text}`,
      object: objectName(path),
      file: this.document.file,
      ...this.document.locate(path, part),
      value: shown ?? (part === 'key' ? showValue(path.at(-1)) : undefined),
      remedy,
    })
  }

  /** The place of the value at `path`, for whatever is made of it. */
  originOf(path: Path): Origin {
    const { line, column } = this.document.locate(path)
    return { object: objectName(path), file: this.document.file, line, column }
  }

  /** All findings in the order of their places; the last may say how many were left out. */
  findings(): readonly Finding[] {
    const findings = this.#findings.toSorted((a, b) => a.line - b.line || a.column - b.column)
    if (this.#suppressed === 0) return findings
    return [
      ...findings,
      {
        severity: 'error',
        code: 'too-many-findings',
        message: `${this.#suppressed} more findings about this file are not listed`,
        object: '',
        file: this.document.file,
        line: 1,
        column: 1,
        value: undefined,
        remedy: 'correct those above first',
      },
    ]
  }
}

/** A remedy that begins with the word that was probably meant, where one is near. */
export function adviseChoice(word: unknown, choices: readonly string[], remedy: string): string {
  if (typeof word !== 'string') return remedy
  const near = suggest(word, choices) ?? choices.find((choice) => isPartOf(word, choice))
  return near === undefined ? remedy : `did you mean ${quoteText(near)}? ${remedy}`
}

/** Whether a word of some length stands within another, as Prefix does in PathPrefix. */
function isPartOf(word: string, choice: string): boolean {
  return word.length > 3 && choice.toLowerCase().includes(word.toLowerCase())
}

/** The object that a path lies in: `routes[3]`, `backends.api`; empty for the file itself. */
function objectName([part, entry]: Path): string {
  if (part === undefined || entry === undefined || !OBJECT_PARTS.has(part)) return ''
  return typeof entry === 'number' ? `${part}[${entry}]` : showText(`${part}.${entry}`)
}

/** A field as messages name it: `matches[0].path.value`; within the file as a whole `version`. */
function fieldName(path: Path): string {
  const within = objectName(path) === '' ? path : path.length > 2 ? path.slice(2) : []
  if (within.length === 0) return objectName(path)
  let name = ''
  for (const step of within) {
    if (typeof step === 'number') name += `[${step}]`
    else if (/^[\w$-]+$/.test(step)) name += name === '' ? step : `.${step}`
    else name += `[${quoteText(step)}]`
  }
  return name
}
