/**
 * Measures what counting one request costs, beside a function that does nothing: one process,
 * interleaved rounds, ratios within a round. Then what it allocates after warm-up, and how long a
 * full set of series takes to be written.
 *
 *     node --expose-gc bench/metrics/main.ts [--json] [--rounds N]
 */
import os from 'node:os'
import { parseArgs } from 'node:util'
import type { AccessRecord } from '../../src/exchange.ts'
import { formatMetrics } from '../../src/observe/exposition.ts'
import { METRICS, type MetricKey, type MetricValues } from '../../src/observe/metrics.ts'
import { RequestMetrics } from '../../src/observe/request-metrics.ts'

/** Median with the quartiles beside it. */
interface Spread {
  readonly low: number
  readonly median: number
  readonly high: number
}

type Work = (record: AccessRecord) => void

interface Candidate {
  readonly name: string
  readonly work: Work
  readonly records: () => AccessRecord[]
}

const BATCH = 2000
const BATCHES = 50
const WARM_UP_ROUNDS = 10

const { values } = parseArgs({
  options: { json: { type: 'boolean', default: false }, rounds: { type: 'string', default: '31' } },
})
const rounds = Number(values.rounds)

/** Written by the empty function, so that a call of it is a call. */
export let last: AccessRecord | undefined

const candidates: readonly Candidate[] = [
  { name: 'nothing', work: (record) => void (last = record), records: () => createRecords(1) },
  counting('one route', 1),
  counting('50 routes, 2 backends each', 50),
  counting('400 routes, 2 backends each', 400),
  counting('5,000 routes, beyond the bound', 5000),
]

const machine = `${os.cpus().length} × ${os.cpus()[0]?.model.trim() ?? 'unknown'}, Node ${process.version}`
const report = {
  machine,
  rounds,
  timed: measure(),
  bytesPerRecord: measureAllocation(),
  exposition: measureExposition(),
}
if (values.json) console.log(JSON.stringify(report, undefined, 2))
else show()

function counting(name: string, routes: number): Candidate {
  const metrics = new RequestMetrics()
  return {
    name,
    work: (record) => metrics.record(record),
    records: () => createRecords(routes),
  }
}

/** Route names are strings of their own, as the engine's are: nothing is known of their hash. */
function createRecords(routes: number): AccessRecord[] {
  return Array.from({ length: BATCH }, (_, i) => {
    const failed = i % 50 === 49
    return {
      time: '2026-01-01T00:00:00.000Z',
      requestId: 'r',
      client: '192.0.2.1',
      peer: '192.0.2.1',
      listener: 'web',
      method: 'GET',
      scheme: 'http',
      host: 'a.test',
      target: '/',
      protocol: 'HTTP/1.1',
      status: failed ? 502 : 200,
      reason: failed ? 'upstream_reset' : undefined,
      detail: undefined,
      route: `default/routes[${String((i * 7919) % routes).padStart(4, '0')}]`,
      backend:
        Math.floor(i / routes) % 2 === 0 ? 'default/details:9080' : 'default/productpage:9080',
      endpoint: 'http://127.0.0.1:9001',
      attempts: 1,
      durationMs: 0.3 + (i % 100) / 10,
      upstreamMs: 0.2 + (i % 100) / 20,
      requestBytes: 0,
      responseBytes: (i % 40) * 500,
      userAgent: undefined,
    }
  })
}

/** Nanoseconds for one record; the making of the records is not in it. */
function sample({ work, records }: Candidate): number {
  let elapsedMs = 0
  for (let batch = 0; batch < BATCHES; batch++) {
    const made = records()
    const started = performance.now()
    for (const record of made) work(record)
    elapsedMs += performance.now() - started
  }
  return (elapsedMs * 1e6) / (BATCH * BATCHES)
}

function measure(): { name: string; nanoseconds: Spread; toNothing: Spread }[] {
  const samples = candidates.map((): number[] => [])
  for (let round = -WARM_UP_ROUNDS; round < rounds; round++) {
    for (let i = 0; i < candidates.length; i++) {
      // Another one begins each round, so that nobody always follows the same.
      const index = (i + round + WARM_UP_ROUNDS) % candidates.length
      const nanoseconds = sample(candidates[index] as Candidate) // within the list
      if (round >= 0) samples[index]?.push(nanoseconds)
    }
  }
  const nothing = samples[0] ?? []
  return candidates.map(({ name }, i) => {
    const own = samples[i] ?? []
    const ratios = own.map((value, round) => value / (nothing[round] ?? Number.NaN))
    return { name, nanoseconds: spread(own), toNothing: spread(ratios) }
  })
}

/**
 * Bytes of heap for one record after warm-up; the records exist before, with their hashes. The least
 * of nine: what else the process does can only add, and so little fits without a collection.
 */
function measureAllocation(): number {
  const { gc } = globalThis as { gc?: () => void } // without --expose-gc there is none
  if (gc === undefined) return Number.NaN
  const metrics = new RequestMetrics()
  const records = createRecords(50)
  const run = (times: number): void => {
    // By index: an iterator would have objects of its own until the loop is compiled.
    for (let i = 0; i < times * BATCH; i++) {
      metrics.record(records[i % BATCH] as AccessRecord) // within the list
    }
  }
  run(500)
  const bytes = Array.from({ length: 9 }, () => {
    gc()
    const before = process.memoryUsage().heapUsed
    run(100)
    return process.memoryUsage().heapUsed - before
  })
  return Math.min(...bytes) / (100 * BATCH)
}

/** A full set of series as text. */
function measureExposition(): { series: number; bytes: number; ms: number; longestTurnMs: number } {
  const metrics = new RequestMetrics()
  for (const record of createRecords(1000)) metrics.record(record)
  let [bytes, longestTurnMs, turn, ms] = [0, 0, '', 0]
  for (let run = 0; run < 5; run++) {
    ;[bytes, longestTurnMs, ms] = [0, 0, 0]
    let started = performance.now()
    for (const part of formatMetrics(allValues(metrics))) {
      turn += part
      if (turn.length < 65_536) continue
      bytes += turn.length
      turn = ''
      const spent = performance.now() - started
      ms += spent
      longestTurnMs = Math.max(longestTurnMs, spent)
      started = performance.now()
    }
  }
  return { series: [...metrics.values().requestDuration].length, bytes, ms, longestTurnMs }
}

/** The metrics of a service are few and left empty. */
function allValues(metrics: RequestMetrics): MetricValues {
  const keys = Object.keys(METRICS) as MetricKey[] // the keys of this very table
  const empty = Object.fromEntries(keys.map((key) => [key, []])) as unknown as MetricValues
  return { ...empty, ...metrics.values() }
}

function spread(samples: readonly number[]): Spread {
  const sorted = samples.toSorted((a, b) => a - b)
  const at = (share: number): number => sorted[Math.round(share * (sorted.length - 1))] ?? NaN
  return { low: at(0.25), median: at(0.5), high: at(0.75) }
}

function show(): void {
  const { timed, bytesPerRecord, exposition } = report
  console.log(`${machine}; ${rounds} rounds of ${BATCH * BATCHES} records\n`)
  for (const { name, nanoseconds, toNothing } of timed) {
    const { low, median, high } = nanoseconds
    const text = `${median.toFixed(1)} ns (${low.toFixed(1)} to ${high.toFixed(1)})`
    console.log(`${name.padEnd(32)} ${text.padEnd(28)} ${toNothing.median.toFixed(1)} × nothing`)
  }
  const { series, bytes, ms, longestTurnMs } = exposition
  console.log(`\nallocated after warm-up: ${bytesPerRecord.toFixed(3)} bytes a record`)
  const size = `${(bytes / 1e6).toFixed(1)} MB in ${ms.toFixed(1)} ms`
  console.log(`${series} series of each metric: ${size}, ${longestTurnMs.toFixed(2)} ms at a time`)
}
