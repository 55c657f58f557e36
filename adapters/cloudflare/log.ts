/** What a Worker says: lines on its console, which is where the platform keeps logs. */
import type { AccessRecord } from '../../src/exchange.ts'
import { formatRecord } from '../../src/observe/record-line.ts'

/* oxlint-disable no-console -- a Worker has no other place */

/** Writes the access record of a request as a line of JSON, whose keys the platform can search. */
export function logRecord(record: AccessRecord): void {
  console.log(formatRecord(record))
}

/** Writes what an operator has to mend. */
export function logProblem(text: string): void {
  console.error(`postern: ${text}`)
}

/** Writes a promise that was broken inside postern. */
export function logFault(error: unknown): void {
  console.error('postern: fault:', error)
}
