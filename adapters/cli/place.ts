/** Places in rules as text. */
import type { Origin } from '../../src/errors.ts'

/** `file:line:column`, as far as it is known; the object where there is no file. */
export function describePlace({ file, line, column, object }: Origin): string {
  if (file === '') return object
  return line === 0 ? file : `${file}:${line}:${column}`
}
