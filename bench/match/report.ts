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
    showSpread(one.net.nanoseconds, 0),
    showSpread(one.net.toFloor, 2),
    one.kind === 'floor' ? '' : showSpread(one.net.toFastestLibrary, 2),
  ])
  const head =
    'build ms|ns a match|÷ floor|÷ fastest library|net ns|net ÷ floor|net ÷ fastest library'
  const left = comparison.leftOut.length === 0 ? '' : `; left out: ${comparison.leftOut.join(', ')}`
  return (
    `\n${comparison.workload}: ${comparison.rounds} interleaved rounds, median [quartiles]; all agreed ` +
    `on ${comparison.agreedOn} requests; making the strings alone costs ` +
    `${showSpread(comparison.stringsNanoseconds, 0)} ns, which is in each figure and taken off for net${left}\n` +
    showTable(['', ...head.split('|')], rows)
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
    one.reduced.toFixed(0),
    one.peak.toFixed(0),
    one.linkMicroseconds.toFixed(0),
  ])
  const head = 'packed|heap|external|both|resident set|reduced|peak|µs to link a host'
  const routes = weights[0]?.routes.toLocaleString('en') ?? ''
  return `\nbytes a route of ${routes}, every host linked\n${showTable(['', ...head.split('|')], rows)}`
}

/** A reload as two tables: what requests saw, and how much of it was the thread's own work. */
export function showReload(reload: Reload): string {
  const phases: readonly (readonly [string, Pauses])[] = [
    ['no reload', reload.quiet],
    ['another thread compiles', reload.compiling],
    ['new rules, hosts linked', reload.serving],
  ]
  const late = phases.map(([name, { ticks, spread, p99, longest }]) => [
    name,
    String(ticks),
    showSpread(spread, 1),
    p99.toFixed(1),
    longest.lateMs.toFixed(1),
    longest.ownMs.toFixed(1),
  ])
  const spent = phases.map(([name, { own, utilization }]) => [
    name,
    showSpread(own.spread, 2),
    own.p99.toFixed(2),
    own.longest.toFixed(1),
    `${(100 * own.share).toFixed(0)} %`,
    `${(100 * utilization).toFixed(0)} %`,
  ])
  const stages = Object.entries(reload.stagesMs).map(([name, ms]) => `${name} ${ms.toFixed(0)} ms`)
  return (
    `\nreload to ${reload.routes.toLocaleString('en')} routes (${(reload.textBytes / 1e6).toFixed(0)} MB ` +
    `of text; ${stages.join(', ')}): lateness of a 1 ms tick, ms\n` +
    showTable(['', 'ticks', 'median', 'p99', 'longest', 'own work in it'], late) +
    `\nprocessor time that the thread itself spent from one tick to the next, ms\n` +
    showTable(['', 'median', 'p99', 'longest', 'of one core', 'loop busy'], spent)
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
