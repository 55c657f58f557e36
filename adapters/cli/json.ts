/** JSON on an output, for programs. */
import type { Output } from './terminal.ts'

/** Writes `value` indented, with a line feed at its end. */
export function writeJson(value: unknown, out: Output): void {
  out.write(`${JSON.stringify(value, null, 2)}\n`)
}
