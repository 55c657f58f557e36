/** The figures as tables for people. */
import os from 'node:os'
import type { Weight } from './memory.ts'
import type { Pauses, Reload } from './pause.ts'
import type { Comparison, Spread } from './timing.ts'

/** Everything that one run measured. */
export interface Report {
  readonly machine: string
  readonly comparisons: readonly Comparison[]
  readonly weights: readonly Weight[]
  readonly reload: Reload | undefined
}

/** The machine that the figures belong to. */
export function describeMachine(): string {
  const cpus = os.cpus()
  return `${cpus.length} × ${cpus[0]?.model.trim() ?? 'unknown'}, Node ${process.version}, ${os.platform()} ${os.arch()}`
}

/** One comparison as a table. */
export function showComparison(comparison: Comparison): string {
  const rows = comparison.candidates.map((one) => [
    one.name,
    one.buildMs.toFixed(0),
    showSpread(one.nanoseconds, 0),
    showSpread(one.toFloor, 2),
    one.kind === 'floor' ? '' : showSpread(one.toFastestLibrary, 2),
  ])
  const head = ['', 'build ms', 'ns a match', '÷ floor', '÷ fastest library']
  const left = comparison.leftOut.length === 0 ? '' : `; left out: ${comparison.leftOut.join(', ')}`
  return (
    `\n${comparison.workload}: ${comparison.rounds} interleaved rounds, median [quartiles]; all agreed ` +
    `on ${comparison.agreedOn} requests; making the strings alone costs ` +
    `${comparison.stringsNanoseconds.median.toFixed(0)} ns of each figure${left}\n` +
    showTable(head, rows)
  )
}

/** Weights as a table. */
export function showWeights(weights: readonly Weight[]): string {
  const rows = weights.map((one) => [
    `${one.backendsPerHost} backends a host`,
    one.packed.toFixed(0),
    one.heap.toFixed(0),
    one.external.toFixed(0),
    (one.heap + one.external).toFixed(0),
    one.resident.toFixed(0),
    one.linkMicroseconds.toFixed(0),
  ])
  const head = ['', 'packed', 'heap', 'external', 'both', 'resident set', 'µs to link a host']
  const routes = weights[0]?.routes.toLocaleString('en') ?? ''
  return `\nbytes a route of ${routes}, every host linked\n${showTable(head, rows)}`
}

/** A reload as a table. */
export function showReload(reload: Reload): string {
  const row = (name: string, { ticks, spread, p99, longest, longestBusy }: Pauses): string[] => [
    name,
    String(ticks),
    showSpread(spread, 1),
    p99.toFixed(1),
    longest.toFixed(1),
    longestBusy.toFixed(1),
  ]
  const rows = [
    row('no reload', reload.quiet),
    row('another thread compiles', reload.compiling),
    row('new rules, hosts linked', reload.serving),
  ]
  const stages = Object.entries(reload.stagesMs).map(([name, ms]) => `${name} ${ms.toFixed(0)} ms`)
  return (
    `\nreload to ${reload.routes.toLocaleString('en')} routes (${(reload.textBytes / 1e6).toFixed(0)} MB ` +
    `of text; ${stages.join(', ')}): lateness of a 1 ms tick\n` +
    showTable(['', 'ticks', 'ms', 'p99', 'longest', 'longest own work'], rows)
  )
}

function showSpread({ low, median, high }: Spread, digits: number): string {
  return `${median.toFixed(digits)} [${low.toFixed(digits)}, ${high.toFixed(digits)}]`
}

function showTable(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const widths = head.map((title, i) =>
    Math.max(title.length, ...rows.map((row) => row[i]?.length ?? 0)),
  )
  const line = (cells: readonly string[]): string =>
    cells
      .map((cell, i) => (i === 0 ? cell.padEnd(widths[i] ?? 0) : cell.padStart(widths[i] ?? 0)))
      .join('  ')
  return [head, ...rows].map(line).join('\n')
}
