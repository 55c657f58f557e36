/** Findings as people and editors read them: `file:line:column: severity code: message`. */
import { showText } from '../../src/documents/shown-text.ts'
import type { Finding, Severity } from '../../src/errors.ts'
import type { Output, Style } from './terminal.ts'

const STYLES: Readonly<Record<Severity, Style>> = { error: 'red', warning: 'yellow', info: 'cyan' }

/** Longest text shown of one finding; file names and messages may quote what a file holds. */
const MAX_TEXT = 2000

/** How many findings of each kind there are. */
export interface FindingCounts {
  readonly errors: number
  readonly warnings: number
  readonly infos: number
}

/** Counts findings by severity. */
export function countFindings(findings: readonly Finding[]): FindingCounts {
  const of = (severity: Severity): number =>
    findings.filter((finding) => finding.severity === severity).length
  return { errors: of('error'), warnings: of('warning'), infos: of('info') }
}

/** Writes each finding with its remedy below it, in the given order. */
export function writeFindings(findings: readonly Finding[], output: Output): void {
  for (const finding of findings) {
    const { severity, code } = finding
    const place = output.style('bold', `${placeOf(finding)}:`)
    const label = output.style(STYLES[severity], severity)
    output.write(`${place} ${label} ${code}: ${showText(finding.message, MAX_TEXT)}\n`)
    if (finding.remedy === '') continue
    output.write(`  ${output.style('dim', 'remedy:')} ${showText(finding.remedy, MAX_TEXT)}\n`)
  }
}

/** `2 errors, 1 warning, 3 notes`; `no findings`. */
export function describeCounts({ errors, warnings, infos }: FindingCounts): string {
  const parts = [
    countText(errors, 'error'),
    countText(warnings, 'warning'),
    countText(infos, 'note'),
  ].filter((part) => !part.startsWith('0 '))
  return parts.length === 0 ? 'no findings' : parts.join(', ')
}

/** `1 route`, `2 routes`. */
export function countText(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`
}

/** `file:line:column`, as far as it is known; the object where there is no file. */
function placeOf({ file, line, column, object }: Finding): string {
  if (file === '') return object === '' ? 'postern' : showText(object, MAX_TEXT)
  const name = showText(file, MAX_TEXT)
  return line === 0 ? name : `${name}:${line}:${column}`
}
