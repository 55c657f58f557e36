/**
 * Measures what the core costs for one request, stage by stage, sockets left out: interleaved
 * rounds in one process, and with `--against` a second checkout in the same rounds.
 *
 *     npm run bench:gateway [-- --rounds N] [--against DIRECTORY]
 */
import os from 'node:os'
import path from 'node:path'
import { parseArgs } from 'node:util'
import { loadCore } from './core.ts'
import { createRequests, createRules } from './messages.ts'
import { createStages, type Stage } from './stages.ts'

/** One version's stages with what was measured of each. */
interface Version {
  readonly label: string
  readonly stages: readonly Measured[]
}

interface Measured {
  readonly stage: Stage
  /** Nanoseconds for one run, one entry a round. */
  readonly samples: number[]
}

const SAMPLE_MS = 25
const WARM_UP_ROUNDS = 6
/** Few enough to fit into what the collector leaves alone, often enough to pass over its visits. */
const ALLOCATION = { runs: 100, repeats: 31 }

/** What the work gave, added up: without a reader a compiler might leave the work out. */
export let sum = 0

const { values } = parseArgs({
  options: { rounds: { type: 'string', default: '21' }, against: { type: 'string' } },
})
const here = await loadVersion('here', path.resolve(import.meta.dirname, '../..'))
const there =
  values.against === undefined
    ? undefined
    : await loadVersion('there', path.resolve(values.against))
const versions = there === undefined ? [here] : [here, there]
const rounds = Number(values.rounds)
for (let round = -WARM_UP_ROUNDS; round < rounds; round++) measureRound(round)
show()

async function loadVersion(label: string, directory: string): Promise<Version> {
  const core = await loadCore(directory, createRules())
  const stages = createStages(core, createRequests())
  return { label, stages: stages.map((stage) => ({ stage, samples: [] })) }
}

function measureRound(round: number): void {
  const everybody = versions.flatMap(({ stages }) => stages)
  for (let i = 0; i < everybody.length; i++) {
    // Another one begins each round, so that nobody always follows the same.
    const index = (i * 3 + round + WARM_UP_ROUNDS) % everybody.length
    // Three and the number of stages have no common divisor, so each is taken once.
    const { stage, samples } = everybody[index] as Measured // within the list
    const nanoseconds = sample(stage)
    if (round >= 0) samples.push(nanoseconds)
  }
}

function sample({ run }: Stage): number {
  const started = performance.now()
  let elapsedMs = 0
  let count = 0
  while (elapsedMs < SAMPLE_MS) {
    for (let i = 0; i < 200; i++) sum += run()
    count += 200
    elapsedMs = performance.now() - started
  }
  return (elapsedMs * 1e6) / count
}

/** Bytes that one run leaves to the collector. */
function allocated({ run }: Stage): number {
  const { runs, repeats } = ALLOCATION
  const measured = Array.from({ length: repeats }, () => {
    const before = process.memoryUsage().heapUsed
    for (let i = 0; i < runs; i++) sum += run()
    return (process.memoryUsage().heapUsed - before) / runs
  })
  return median(measured)
}

function show(): void {
  const cpus = os.cpus()
  console.log(`${cpus.length} × ${cpus[0]?.model.trim() ?? 'unknown'}, Node ${process.version}`)
  console.log(`${rounds} rounds; medians; each line contains those above it, the head taken off`)
  for (const { label, stages } of versions) {
    console.log(`\n${label}`)
    const [head] = stages
    const headSamples = head?.samples ?? []
    const headBytes = head === undefined ? 0 : allocated(head.stage)
    let before = 0
    for (const { stage, samples } of stages.slice(1)) {
      const whole = median(samples.map((value, i) => value - (headSamples[i] ?? 0)))
      const bytes = allocated(stage) - headBytes
      console.log(
        `${stage.name.padEnd(9)} ${whole.toFixed(0).padStart(6)} ns  ` +
          `+${(whole - before).toFixed(0).padStart(5)} ns  ${bytes.toFixed(0).padStart(5)} bytes`,
      )
      before = whole
    }
  }
  if (there !== undefined) showRatios(here, there)
}

function showRatios(one: Version, other: Version): void {
  console.log(`\n${one.label} ÷ ${other.label}, round by round: median [quartiles]`)
  for (const [i, { stage, samples }] of one.stages.entries()) {
    const divisors = other.stages[i]?.samples ?? []
    const ratios = samples.map((value, round) => value / (divisors[round] ?? Number.NaN))
    const [low, middle, high] = [0.25, 0.5, 0.75].map((share) => quantile(ratios, share).toFixed(2))
    console.log(`${stage.name.padEnd(9)} ${middle} [${low}, ${high}]`)
  }
}

function median(numbers: readonly number[]): number {
  return quantile(numbers, 0.5)
}

function quantile(numbers: readonly number[], share: number): number {
  const sorted = numbers.toSorted((a, b) => a - b)
  return sorted[Math.round(share * (sorted.length - 1))] ?? Number.NaN
}
