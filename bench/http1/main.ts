/**
 * Measures the HTTP/1.1 codec beside llhttp: one process, interleaved rounds, ratios within a round.
 *
 *     npm run bench:http1 [-- --json] [--rounds N]
 */
import os from 'node:os'
import { parseArgs } from 'node:util'
import { createCandidates, type Candidate } from './candidates.ts'

/** Median with the quartiles beside it. */
interface Spread {
  readonly low: number
  readonly median: number
  readonly high: number
}

interface Measured {
  readonly name: string
  readonly against: string | undefined
  readonly nanoseconds: Spread
  /** Divided by the candidate it is held against, within each round. */
  readonly ratio: Spread | undefined
}

const SAMPLE_MS = 25
const WARM_UP_ROUNDS = 5

/** What the work gave, added up: without a reader a compiler might leave the work out. */
export let sum = 0

const { values } = parseArgs({
  options: { json: { type: 'boolean', default: false }, rounds: { type: 'string', default: '31' } },
})

const machine = `${os.cpus().length} × ${os.cpus()[0]?.model.trim() ?? 'unknown'}, Node ${process.version}`
const rounds = Number(values.rounds)
const measured = measure(createCandidates(), rounds)
if (values.json) console.log(JSON.stringify({ machine, rounds, measured }, undefined, 2))
else show()

function measure(candidates: readonly Candidate[], count: number): Measured[] {
  const samples = new Map<string, number[]>(candidates.map(({ name }) => [name, []]))
  for (let round = -WARM_UP_ROUNDS; round < count; round++) {
    for (let i = 0; i < candidates.length; i++) {
      // Another one begins each round, so that nobody always follows the same.
      const index = (i + round + WARM_UP_ROUNDS) % candidates.length
      const candidate = candidates[index] as Candidate // within the list
      const nanoseconds = sample(candidate)
      if (round >= 0) samples.get(candidate.name)?.push(nanoseconds)
    }
  }
  return candidates.map(({ name, against }) => {
    const own = samples.get(name) ?? []
    const other = against === undefined ? undefined : samples.get(against)
    const ratios = other?.map((value, round) => (own[round] ?? Number.NaN) / value)
    const ratio = ratios === undefined ? undefined : spread(ratios)
    return { name, against, nanoseconds: spread(own), ratio }
  })
}

/** Nanoseconds for one run, over as many as fit into `SAMPLE_MS`. */
function sample(candidate: Candidate): number {
  const started = performance.now()
  let elapsedMs = 0
  let count = 0
  while (elapsedMs < SAMPLE_MS) {
    for (let i = 0; i < 500; i++) sum += candidate.run()
    count += 500
    elapsedMs = performance.now() - started
  }
  return (elapsedMs * 1e6) / count
}

function spread(numbers: readonly number[]): Spread {
  const sorted = numbers.toSorted((a, b) => a - b)
  const at = (share: number): number =>
    sorted[Math.round(share * (sorted.length - 1))] ?? Number.NaN
  return { low: at(0.25), median: at(0.5), high: at(0.75) }
}

function show(): void {
  console.log(`${machine}\n${rounds} interleaved rounds, median [quartiles]\n`)
  const widest = Math.max(...measured.map(({ name }) => name.length))
  for (const { name, against, nanoseconds, ratio } of measured) {
    const compared = ratio === undefined ? '' : `  ${format(ratio, 2)} of ${against}`
    console.log(`${name.padEnd(widest)}  ${format(nanoseconds, 0).padStart(22)} ns${compared}`)
  }
}

function format({ low, median, high }: Spread, digits: number): string {
  return `${median.toFixed(digits)} [${low.toFixed(digits)}, ${high.toFixed(digits)}]`
}
