/**
 * Measures the Node service beside nginx, and beside another checkout of itself: processor time for
 * each request, in interleaved rounds, as ratios within a round.
 *
 *     node bench/node/main.ts [--rounds N] [--seconds S] [--baseline DIR] [--no-records] [--json] [WORK …]
 *
 * Needs nginx, wrk and taskset. Proxies run on core 0; origin and generator share core 1, so that
 * requests for each second are bounded by them and say nothing about the faster proxies.
 */
import { execFile, type ChildProcess } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import os from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs, promisify } from 'node:util'
import { cpuSeconds, residentBytes } from './cpu.ts'
import { startNginxProxy, startOrigin, startPostern, type Peer } from './peers.ts'

/** What is asked, over how many connections. */
interface Work {
  readonly path: string
  readonly connections: number
  readonly post?: number
}

const WORKS: Readonly<Record<string, Work>> = {
  small: { path: '/small', connections: 64 },
  '64k': { path: '/64k', connections: 64 },
  '1m': { path: '/1m', connections: 16 },
  post: { path: '/post', connections: 64, post: 16_384 },
}

/** One proxy in one round. */
interface Sample {
  readonly cpuPer10k: number
  readonly requestsPerSecond: number
  readonly errors: number
}

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    rounds: { type: 'string', default: '9' },
    seconds: { type: 'string', default: '2' },
    baseline: { type: 'string' },
    'no-records': { type: 'boolean', default: false },
    json: { type: 'boolean', default: false },
  },
})
const rounds = Number(values.rounds)
const folder = mkdtempSync(join(os.tmpdir(), 'postern-bench-'))
const children: ChildProcess[] = []
try {
  await main()
} finally {
  for (const child of children) child.kill('SIGTERM')
  rmSync(folder, { recursive: true, force: true, maxRetries: 5 })
}

async function main(): Promise<void> {
  const records = !values['no-records']
  const place = { folder, core: '0', originPort: 18_100, records }
  children.push(await startOrigin({ ...place, core: '1' }))
  const root = fileURLToPath(new URL('../..', import.meta.url))
  const peers = [
    await startPostern(place, { name: 'postern', root, port: 18_101 }),
    await startNginxProxy(place, 18_102),
  ]
  const { baseline } = values
  if (baseline !== undefined) {
    peers.push(await startPostern(place, { name: 'baseline', root: baseline, port: 18_103 }))
  }
  children.push(...peers.map(({ child }) => child))
  const results = []
  for (const name of positionals.length === 0 ? Object.keys(WORKS) : positionals) {
    const work = WORKS[name]
    if (work === undefined) throw new Error(`no work called ${name}`)
    results.push({ work: name, peers: await measure(peers, work) })
  }
  const machine = `${os.cpus().length} × ${os.cpus()[0]?.model.trim() ?? ''}, Node ${process.version}`
  if (values.json)
    console.log(JSON.stringify({ machine, rounds, results: results.map(plain) }, undefined, 2))
  else show(machine, results)
}

/** Samples of each peer by round; the first round only warms up. */
async function measure(peers: readonly Peer[], work: Work): Promise<Map<string, Sample[]>> {
  const samples = new Map<string, Sample[]>(peers.map(({ name }) => [name, []]))
  for (let round = -1; round < rounds; round++) {
    for (let i = 0; i < peers.length; i++) {
      // Another one begins each round.
      const peer = peers[(i + round + 1) % peers.length] as Peer // within the list
      const sample = await load(peer, work)
      if (round >= 0) samples.get(peer.name)?.push(sample)
    }
  }
  return samples
}

async function load({ port, child }: Peer, work: Work): Promise<Sample> {
  const script = join(folder, 'request.lua')
  writeFileSync(script, requestScript(work))
  const { pid = 0 } = child
  const before = cpuSeconds(pid)
  const args = ['-c', '1', 'wrk', '-t1', `-c${work.connections}`, `-d${values.seconds}s`]
  const { stdout } = await promisify(execFile)('taskset', [
    ...args,
    '-s',
    script,
    `http://127.0.0.1:${port}${work.path}`,
  ])
  const used = cpuSeconds(pid) - before
  const requests = Number(/(\d+) requests in/.exec(stdout)?.[1])
  const failed = /Non-2xx or 3xx responses: (\d+)/.exec(stdout)?.[1] ?? '0'
  const broken = [.../(?:connect|read|write|timeout) (\d+)/g[Symbol.matchAll](stdout)]
  const errors = broken.reduce((sum, [, count]) => sum + Number(count), Number(failed))
  return {
    cpuPer10k: (used / requests) * 10_000,
    requestsPerSecond: requests / Number(values.seconds),
    errors,
  }
}

/** Nine fields, as a browser behind a load balancer sends them. */
function requestScript({ post }: Work): string {
  const fields: Readonly<Record<string, string>> = {
    Host: 'host-42.test',
    'User-Agent':
      'Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/126.0',
    Accept: 'application/json, text/plain, */*',
    'Accept-Language': 'en-GB,en;q=0.9,de;q=0.8',
    'Accept-Encoding': 'gzip, deflate, br, zstd',
    Cookie: `session=${'c'.repeat(64)}; theme=dark; consent=yes`,
    Authorization: `Bearer ${'t'.repeat(96)}`,
    'X-Forwarded-For': '203.0.113.9',
    Referer: 'https://host-42.test/dashboard?tab=overview',
  }
  const lines = Object.entries(fields).map(([name, value]) => `wrk.headers["${name}"] = "${value}"`)
  if (post !== undefined) {
    lines.push('wrk.method = "POST"', `wrk.body = string.rep("x", ${post})`)
  }
  return lines.join('\n')
}

interface Result {
  readonly work: string
  readonly peers: ReadonlyMap<string, readonly Sample[]>
}

/** A result without maps, which JSON does not know. */
function plain({ work, peers }: Result): object {
  return { work, peers: Object.fromEntries(peers) }
}

function show(machine: string, results: readonly Result[]): void {
  console.log(
    `${machine}; ${rounds} rounds of ${values.seconds} s; CPU seconds for 10,000 requests`,
  )
  for (const { work, peers } of results) {
    const own = peers.get('postern') ?? []
    for (const [name, samples] of peers) {
      const ratios = own.map(
        ({ cpuPer10k }, i) => cpuPer10k / (samples[i]?.cpuPer10k ?? Number.NaN),
      )
      const errors = samples.reduce((sum, one) => sum + one.errors, 0)
      console.log(
        [
          work.padEnd(6),
          name.padEnd(9),
          `${spread(samples.map(({ cpuPer10k }) => cpuPer10k))} s`,
          `${Math.max(...samples.map((one) => one.requestsPerSecond)).toFixed(0)}/s at best`,
          name === 'postern' ? '' : `postern ÷ ${name}: ${spread(ratios)}`,
          errors === 0 ? '' : `${errors} errors`,
        ].join('  '),
      )
    }
  }
  for (const child of children.slice(1)) {
    console.log(`resident: ${(residentBytes(child.pid ?? 0) / 1_048_576).toFixed(0)} MiB`)
  }
}

function spread(numbers: readonly number[]): string {
  const sorted = numbers.toSorted((a, b) => a - b)
  const at = (share: number): string =>
    (sorted[Math.floor(share * (sorted.length - 1))] ?? 0).toFixed(3)
  return `${at(0.5)} [${at(0.25)}–${at(0.75)}]`
}
