/** Tables for a terminal: columns as wide as their widest cell, two spaces between them. */
import { showText } from '../../src/documents/shown-text.ts'
import type { Output } from './terminal.ts'

/** A cell is cut here: a table is for looking, `-o json` has everything. */
const MAX_CELL = 120

/** Writes `rows` under `titles`; every row has a cell for each title. Controls are escaped. */
export function writeTable(
  titles: readonly string[],
  rows: readonly (readonly string[])[],
  out: Output,
): void {
  const cells = rows.map((row) => row.map((cell) => showText(cell, MAX_CELL)))
  const widths = titles.map((title, column) =>
    cells.reduce((width, row) => Math.max(width, row[column]?.length ?? 0), title.length),
  )
  const head = out.style('bold', joinRow(titles, widths))
  out.write(`${[head, ...cells.map((row) => joinRow(row, widths))].join('\n')}\n`)
}

function joinRow(row: readonly string[], widths: readonly number[]): string {
  return row
    .map((cell, column) => cell.padEnd(widths[column] ?? 0))
    .join('  ')
    .trimEnd()
}
