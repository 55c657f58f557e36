/**
 * What a million routes weigh once every host has been linked. Rules are packed by a thread of its
 * own and handed over, as in service, so nothing but the rules is on the scales.
 */
import { setTimeout as sleep } from 'node:timers/promises'
import { LinkedHost } from '../../src/gateway/linked-host.ts'
import type { PackedBundle } from '../../src/model/packed.ts'
import { refusePatterns } from '../../src/regex/engine.ts'
import { HostIndex } from '../../src/routing/host-index.ts'
import { hostName, openRules, type RulesSize } from './rules.ts'
import { runWorker } from './worker-client.ts'

/** Bytes for each route, by where they lie. */
export interface Weight {
  readonly backendsPerHost: number
  readonly routes: number
  /** Objects and strings of the linked hosts. */
  readonly heap: number
  /** Packed rules outside the heap before any host was linked. */
  readonly packed: number
  /** What is left of them when all have been, and nobody will ask for their documents again. */
  readonly external: number
  /** Growth of the resident set once the packing thread has ended and `SETTLE_MS` have passed. */
  readonly resident: number
  /**
   * The same after a collection that gives everything back. What is less is room that V8 keeps for
   * its next need, as pages outside its heap or gaps within.
   */
  readonly reduced: number
  /** The most that the resident set ever was, the packing thread's work included. */
  readonly peak: number
  /** Microseconds to link one host, parsing included. */
  readonly linkMicroseconds: number
}

/** V8 hands pages back to the system seconds after it has emptied them. */
const SETTLE_MS = 10_000

/** Weighs a rule set of `size`. */
export async function weigh(size: RulesSize): Promise<Weight> {
  const routes = size.hosts * size.routesPerHost
  const before = collectedMemory()
  // Opened where it arrives: a variable here would keep the buffers that the reader gives back.
  const reader = await runWorker<PackedBundle>({ type: 'pack', size }).then(openRules)
  const packed = collectedMemory()
  const index = new HostIndex<LinkedHost>({
    reader,
    table: 0,
    wildcards: { one: false, deep: false, any: false },
    create: (document) => new LinkedHost(document, refusePatterns, () => undefined),
  })
  const started = performance.now()
  for (let i = 0; i < size.hosts; i++) index.lookup(hostName(i))
  const linkMicroseconds = ((performance.now() - started) * 1000) / size.hosts
  collectedMemory()
  await sleep(SETTLE_MS)
  const linked = collectedMemory()
  const reduced = reducedMemory()
  if (index.lookup(hostName(0)) === undefined) throw new Error('the first host is not there')
  return {
    backendsPerHost: size.backendsPerHost,
    routes,
    heap: (linked.heapUsed - before.heapUsed) / routes,
    packed: (packed.external - before.external) / routes,
    external: (linked.external - before.external) / routes,
    resident: (linked.rss - before.rss) / routes,
    reduced: (reduced.rss - before.rss) / routes,
    peak: (process.resourceUsage().maxRSS * 1024 - before.rss) / routes,
    linkMicroseconds,
  }
}

function collectedMemory(): NodeJS.MemoryUsage {
  for (let i = 0; i < 3; i++) collector()()
  return process.memoryUsage()
}

function reducedMemory(): NodeJS.MemoryUsage {
  collector()({ type: 'major', execution: 'sync', flavor: 'last-resort' })
  return process.memoryUsage()
}

function collector(): NonNullable<typeof globalThis.gc> {
  if (globalThis.gc === undefined) throw new Error('run with --expose-gc')
  return globalThis.gc
}
