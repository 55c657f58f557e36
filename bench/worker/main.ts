/**
 * What the Worker costs: processor time of a warm request beside a Worker that only passes it on,
 * both in one run on one machine, and the first request of a fresh isolate with many routes.
 * `npm run bench:worker [rounds]`
 */
import { arch, cpus, platform } from 'node:os'
import { run, startOrigin } from './load.ts'
import { startWorker, type MeasuredWorker } from './workerd.ts'
import { hostOf, ourWorker, passThrough, rulesOf } from './workers.ts'

const ROUTES = 100
const COLD_ROUTES = 10_000
const REQUESTS = 3000
const CONNECTIONS = 16
const ROUNDS = Number(process.argv[2] ?? 9)
/** Isolates that are started anew. */
const COLD_STARTS = 5

/** Goals: what has to be met, and what is aimed at. */
const GOALS = { ratio: { must: 1.25, aim: 1.1 }, coldMs: 50 }

const heads = Array.from({ length: ROUTES }, (_, i) => headOf(Math.floor(i / 10), i % 10))

function headOf(host: number, service: number): string {
  const fields = [
    `Host: ${hostOf(host)}`,
    'User-Agent: bench/1.0 (like a browser)',
    'Accept: text/html,application/xhtml+xml,*/*;q=0.8',
    'Accept-Language: en-GB,en;q=0.5',
    'Accept-Encoding: gzip, deflate, br',
    'Cookie: session=0123456789abcdef0123456789abcdef',
    'CF-Connecting-IP: 192.0.2.1',
  ]
  return `GET /service-${service}/items?id=17 HTTP/1.1\r\n${fields.join('\r\n')}\r\n\r\n`
}

/** Microseconds of processor time for one request. */
async function measure(worker: MeasuredWorker): Promise<number> {
  const before = worker.cpuMs()
  await run({ port: worker.port, heads, requests: REQUESTS, connections: CONNECTIONS })
  return ((worker.cpuMs() - before) / REQUESTS) * 1000
}

function quantile(sorted: readonly number[], at: number): number {
  return sorted[Math.round((sorted.length - 1) * at)] ?? Number.NaN
}

function spread(values: readonly number[], digits: number): string {
  const sorted = values.toSorted((a, b) => a - b)
  const [low, middle, high] = [0, 0.5, 1].map((at) => quantile(sorted, at).toFixed(digits))
  return `${middle} [${low} – ${high}]`
}

async function compareWarm(origin: string): Promise<void> {
  const rules = rulesOf(ROUTES, origin)
  const modules = await ourWorker(rules)
  const bare = await startWorker(passThrough(origin), {})
  const silent = await startWorker(modules, { ACCESS_LOG: 'off' })
  const logging = await startWorker(modules, {})
  const workers = { bare, silent, logging }
  const costs: Record<keyof typeof workers, number[]> = { bare: [], silent: [], logging: [] }
  // The first round compiles, and is thrown away.
  for (let round = 0; round <= ROUNDS; round++) {
    for (const name of ['bare', 'silent', 'logging'] as const) {
      const cost = await measure(workers[name])
      if (round > 0) costs[name].push(cost)
    }
  }
  const ratio = (name: 'silent' | 'logging'): number[] =>
    costs[name].map((cost, i) => cost / (costs.bare[i] ?? Number.NaN))
  console.log(`warm request, ${ROUTES} routes; processor time of workerd in µs, ratio to bare`)
  console.log(`  bare pass-through      ${spread(costs.bare, 1)}`)
  console.log(
    `  postern                ${spread(costs.silent, 1)}  ratio ${spread(ratio('silent'), 2)}`,
  )
  console.log(
    `  postern, access log    ${spread(costs.logging, 1)}  ratio ${spread(ratio('logging'), 2)}`,
  )
  const median = quantile(
    ratio('silent').toSorted((a, b) => a - b),
    0.5,
  )
  const { must, aim } = GOALS.ratio
  console.log(`  goal: at most ${aim} (must: ${must}): ${verdict(median, aim, must)}`)
  for (const worker of Object.values(workers)) await worker.close()
}

function verdict(value: number, aim: number, must: number): string {
  if (value <= aim) return 'met'
  return value <= must ? 'must met' : 'MISSED'
}

async function compareCold(origin: string): Promise<void> {
  const rules = rulesOf(COLD_ROUTES, origin)
  const modules = await ourWorker(rules)
  const taken: Record<'bare' | 'postern', number[]> = { bare: [], postern: [] }
  for (let start = 0; start < COLD_STARTS; start++) {
    for (const [name, one] of [
      ['bare', passThrough(origin)],
      ['postern', modules],
    ] as const) {
      const worker = await startWorker(one, { ACCESS_LOG: 'off' })
      const head = headOf(COLD_ROUTES / 10 - 1, 9)
      const before = performance.now()
      await run({ port: worker.port, heads: [head], requests: 1, connections: 1 })
      taken[name].push(performance.now() - before)
      await worker.close()
    }
  }
  console.log(`first request of a fresh isolate, ${COLD_ROUTES} routes; ms until the response`)
  console.log(`  bare pass-through      ${spread(taken.bare, 1)}`)
  console.log(`  postern                ${spread(taken.postern, 1)}`)
  // The platform starts an isolate before its first request, which may have to wait for it.
  const before = performance.now()
  JSON.parse(rules)
  const parsed = (performance.now() - before).toFixed(1)
  console.log(
    `  parsing the rules, before that: ${parsed} (${rules.length} characters, here in Node)`,
  )
  const median = quantile(
    taken.postern.toSorted((a, b) => a - b),
    0.5,
  )
  console.log(`  goal: under ${GOALS.coldMs}: ${verdict(median, GOALS.coldMs, GOALS.coldMs)}`)
}

const [cpu] = cpus()
console.log(
  `${cpu?.model ?? 'unknown'} × ${cpus().length}, ${platform()} ${arch()}, ${process.version}`,
)
console.log(`median [least – most] of ${ROUNDS} interleaved rounds of ${REQUESTS} requests`)
const origin = await startOrigin()
try {
  await compareWarm(origin.url)
  await compareCold(origin.url)
} finally {
  origin.close()
}
