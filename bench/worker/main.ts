/**
 * What the Worker costs: processor time of a warm request beside a Worker that only passes it on,
 * both in one run on one machine, and the first request of a fresh isolate with many routes.
 * `npm run bench:worker [rounds]`
 */
import { arch, cpus, platform } from 'node:os'
import { run, startOrigin } from './load.ts'
import { startWorker, type MeasuredWorker } from './workerd.ts'
import { fieldsOnly, hostOf, ourWorker, passThrough, rulesOf } from './workers.ts'

const ROUTES = 100
const COLD_ROUTES = 10_000
/** Short rounds: what else the machine does is then alike for all that are compared. */
const REQUESTS = 1000
/** Until the compiler has done what it does for code that is run often. */
const WARM_UP = 8000
const CONNECTIONS = 16
const ROUNDS = Number(process.argv[2] ?? 21)
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

function load({ port }: MeasuredWorker, requests: number): Promise<void> {
  return run({ port, heads, requests, connections: CONNECTIONS })
}

/** Microseconds of processor time for one request. */
async function measure(worker: MeasuredWorker): Promise<number> {
  const before = worker.cpuMs()
  await load(worker, REQUESTS)
  return ((worker.cpuMs() - before) / REQUESTS) * 1000
}

function quantile(sorted: readonly number[], at: number): number {
  return sorted[Math.round((sorted.length - 1) * at)] ?? Number.NaN
}

function spread(values: readonly number[], digits: number): string {
  const sorted = values.toSorted((a, b) => a - b)
  const [low, middle, high] = [0.25, 0.5, 0.75].map((at) => quantile(sorted, at).toFixed(digits))
  return `${middle} [${low} – ${high}]`
}

const NAMES = ['bare', 'fields', 'silent', 'logging'] as const
type Name = (typeof NAMES)[number]

async function compareWarm(origin: string): Promise<void> {
  const modules = await ourWorker(rulesOf(ROUTES, origin))
  const workers: Record<Name, MeasuredWorker> = {
    bare: await startWorker(passThrough(origin), {}),
    fields: await startWorker(fieldsOnly(origin), {}),
    silent: await startWorker(modules, { ACCESS_LOG: 'off' }),
    logging: await startWorker(modules, {}),
  }
  const costs: Record<Name, number[]> = { bare: [], fields: [], silent: [], logging: [] }
  for (const name of NAMES) await load(workers[name], WARM_UP)
  for (let round = 0; round < ROUNDS; round++) {
    // Each begins as often as the others.
    for (let i = 0; i < NAMES.length; i++) {
      const name = NAMES[(round + i) % NAMES.length] ?? 'bare'
      costs[name].push(await measure(workers[name]))
    }
  }
  for (const worker of Object.values(workers)) await worker.close()
  reportWarm(costs)
}

function reportWarm(costs: Readonly<Record<Name, readonly number[]>>): void {
  const ratios = (name: Name, to: Name): number[] =>
    costs[name].map((cost, i) => cost / (costs[to][i] ?? Number.NaN))
  const row = (title: string, name: Name): string =>
    `  ${title.padEnd(22)} ${spread(costs[name], 1)}  ÷ bare ${spread(ratios(name, 'bare'), 2)}`
  console.log(`warm request, ${ROUTES} routes; processor time of workerd in µs`)
  console.log(row('bare pass-through', 'bare'))
  console.log(row('fields by hand', 'fields'))
  console.log(`${row('postern', 'silent')}  ÷ fields ${spread(ratios('silent', 'fields'), 2)}`)
  console.log(row('postern, access log', 'logging'))
  const sorted = ratios('silent', 'bare').toSorted((a, b) => a - b)
  const { must, aim } = GOALS.ratio
  const met = verdict(quantile(sorted, 0.5), aim, must)
  console.log(`  goal: at most ${aim} (must: ${must}): ${met}`)
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
console.log(`median [quartiles] of ${ROUNDS} interleaved rounds of ${REQUESTS} requests`)
const origin = await startOrigin()
try {
  await compareWarm(origin.url)
  await compareCold(origin.url)
} finally {
  origin.close()
}
