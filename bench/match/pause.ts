/**
 * How long a thread that serves requests stands still while a million routes are read, compiled and
 * packed by another, handed over and taken into service.
 */
import { setTimeout as sleep } from 'node:timers/promises'
import { refusePatterns } from '../../src/regex/engine.ts'
import { HostIndex } from '../../src/routing/host-index.ts'
import { createHostTable, type HostTable } from '../../src/routing/host-table.ts'
import type { BundleReader } from '../../src/model/bundle.ts'
import type { CompiledRoutes } from './routes-file.ts'
import { createPacked, hostName, openRules, type RulesSize } from './rules.ts'
import { spread, type Spread } from './timing.ts'
import { runWorker } from './worker-client.ts'

/** Lateness of a tick that is due each millisecond, in milliseconds, and what it is made of. */
export interface Pauses {
  readonly ticks: number
  readonly spread: Spread
  readonly p99: number
  /**
   * The latest tick, and the processor time that the thread itself spent before it. Where the second
   * is far below the first, the thread was ready and the machine ran something else.
   */
  readonly longest: { readonly lateMs: number; readonly ownMs: number }
  /** Processor time of this thread from one tick to the next; what a reload can be blamed for. */
  readonly own: {
    readonly spread: Spread
    readonly p99: number
    readonly longest: number
    /** Of one core, 0 to 1, over the whole phase. */
    readonly share: number
  }
  /** Share of the time in which the event loop was not waiting, 0 to 1; waiting for a core counts. */
  readonly utilization: number
}

/** One reload under load. */
export interface Reload {
  readonly routes: number
  readonly textBytes: number
  readonly stagesMs: CompiledRoutes['stagesMs']
  /** Without a reload, for comparison: what the machine does by itself. */
  readonly quiet: Pauses
  /** While the other thread reads, compiles and packs. */
  readonly compiling: Pauses
  /** From the hand-over on, with every host linked for the first time by its first request. */
  readonly serving: Pauses
}

/** Matches for each tick: about a third of a core. */
const MATCHES_A_TICK = 300
const QUIET_MS = 3000
const SERVING_MS = 5000
const NO_FIELDS: readonly string[] = []

/** Reloads to a rule set of `size` while requests go on. */
export async function measureReload(size: RulesSize): Promise<Reload> {
  const load = new Load(openRules(createPacked({ ...size, hosts: 1000 })), 1000)
  await load.run(sleep(QUIET_MS))
  const quiet = await load.run(sleep(QUIET_MS))
  let begin: (() => void) | undefined
  const ready = new Promise<void>((resolve) => {
    begin = resolve
  })
  const work = runWorker<CompiledRoutes>({ type: 'compile', size }, () => begin?.())
  await Promise.race([ready, work])
  let result: CompiledRoutes | undefined
  const done = work.then((value) => {
    result = value
    load.serve(openRules(value.packed), size.hosts)
  })
  const compiling = await load.run(done)
  const serving = await load.run(sleep(SERVING_MS))
  if (result === undefined) throw new Error('the thread gave nothing')
  if (load.found === 0) throw new Error('no route took any request')
  if (result.errors > 0) throw new Error(`the routes file has ${result.errors} errors`)
  const { textBytes, stagesMs } = result
  return { routes: size.hosts * size.routesPerHost, textBytes, stagesMs, quiet, compiling, serving }
}

/** A thread's share of requests, and a clock that notices when it stands still. */
class Load {
  #index: HostIndex<HostTable>
  #hosts: number
  #next: number = 0
  #found: number = 0

  constructor(reader: BundleReader, hosts: number) {
    this.#index = indexOf(reader)
    this.#hosts = hosts
  }

  /** Requests that a route took. */
  get found(): number {
    return this.#found
  }

  /** Swaps the rules: constant work. */
  serve(reader: BundleReader, hosts: number): void {
    this.#index = indexOf(reader)
    this.#hosts = hosts
  }

  /** Serves until `until` settles and tells how late the ticks were. */
  async run(until: Promise<unknown>): Promise<Pauses> {
    const state = { over: false }
    const ended = until.finally(() => {
      state.over = true
    })
    const late: number[] = []
    const own: number[] = []
    const startedMs = performance.now()
    const loop = performance.eventLoopUtilization()
    let busy = threadMs()
    while (!state.over) {
      const due = performance.now() + 1
      await sleep(1)
      this.#match()
      late.push(Math.max(0, performance.now() - due))
      const now = threadMs()
      own.push(now - busy)
      busy = now
    }
    await ended
    const { utilization } = performance.eventLoopUtilization(loop)
    return { ...describeTicks(late, own, performance.now() - startedMs), utilization }
  }

  #match(): void {
    for (let i = 0; i < MATCHES_A_TICK; i++) {
      this.#next = (this.#next + 7919) % this.#hosts
      const request = { method: 'GET', path: '/api/v1/r-1', query: undefined, fields: NO_FIELDS }
      if (this.#index.lookup(hostName(this.#next))?.match(request) !== undefined) this.#found++
    }
  }
}

/** What `late` and `own` say, which have one entry for each tick. */
function describeTicks(
  late: readonly number[],
  own: readonly number[],
  elapsedMs: number,
): Omit<Pauses, 'utilization'> {
  const latest = late.indexOf(Math.max(...late))
  return {
    ticks: late.length,
    spread: spread(late),
    p99: percentile(late, 0.99),
    longest: { lateMs: late[latest] ?? 0, ownMs: own[latest] ?? 0 },
    own: {
      spread: spread(own),
      p99: percentile(own, 0.99),
      longest: Math.max(...own),
      share: own.reduce((sum, value) => sum + value, 0) / elapsedMs,
    },
  }
}

function percentile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b)
  return sorted[Math.floor(share * (sorted.length - 1))] ?? 0
}

/** Processor time of this thread so far. */
function threadMs(): number {
  const { user, system } = process.threadCpuUsage()
  return (user + system) / 1000
}

function indexOf(reader: BundleReader): HostIndex<HostTable> {
  return new HostIndex({
    reader,
    table: 0,
    wildcards: { one: false, deep: false, any: false },
    create: (document) => createHostTable(document, refusePatterns),
  })
}
