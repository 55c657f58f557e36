/** How `compile` speaks about the rules: findings with the place they are about. */
import type { Finding, Origin, Severity } from '../errors.ts'

/** What is said, without the place. */
export interface FindingText {
  readonly severity: Severity
  readonly code: string
  readonly message: string
  /** Cut at 200 characters. */
  readonly value?: string
  readonly remedy: string
}

const MAX_VALUE_LENGTH = 200

/** The finding that says `text` about `origin`. */
export function createFinding(origin: Origin, text: FindingText): Finding {
  return {
    severity: text.severity,
    code: text.code,
    message: text.message,
    object: origin.object,
    file: origin.file,
    line: origin.line,
    column: origin.column,
    value: text.value?.slice(0, MAX_VALUE_LENGTH),
    remedy: text.remedy,
  }
}

/** A place as a message names it: `Ingress default/a (a.yaml:3:5)`. */
export function describeOrigin({ object, file, line, column }: Origin): string {
  if (file === '') return object
  const place = line === 0 ? file : `${file}:${line}:${column}`
  return object === '' ? place : `${object} (${place})`
}

/** By file and place, so that the same rules give the same list in whatever order they were read. */
export function compareFindings(a: Finding, b: Finding): number {
  return (
    compareText(a.file, b.file) ||
    a.line - b.line ||
    a.column - b.column ||
    compareText(a.object, b.object) ||
    compareText(a.code, b.code) ||
    compareText(a.message, b.message)
  )
}

/** By UTF-16 code unit: the same on every machine, which a collation is not. */
export function compareText(a: string, b: string): number {
  if (a === b) return 0
  return a < b ? -1 : 1
}
