/**
 * Rule sets of the matching benchmark, the same in every run: a seeded generator makes them, so two
 * machines measure the same thing.
 */
import { DEFAULT_TIMEOUTS } from '../../src/model/timeouts.ts'
import {
  BUNDLE_FORMAT,
  hostDocumentKey,
  type Action,
  type Bundle,
  type BundleReader,
  type BundleRoute,
  type VirtualHost,
} from '../../src/model/bundle.ts'
import { pack } from '../../src/compile/pack.ts'
import { openPacked } from '../../src/gateway/packed-reader.ts'
import type { PackedBundle } from '../../src/model/packed.ts'

/** How large a rule set is. */
export interface RulesSize {
  readonly hosts: number
  readonly routesPerHost: number
  /** Different backends of one host; its routes share them in turn. */
  readonly backendsPerHost: number
}

/** Gives an integer below `limit`. */
export type Random = (limit: number) => number

const WORDS =
  'api v1 v2 users orders items cart search static assets images admin reports billing invoices ' +
  'login session events hooks files export import status health metrics docs blog news shop team'
export const PATH_WORDS: readonly string[] = WORDS.split(' ')

/** Backends of all hosts together. */
const BACKENDS = 5000

/** A generator of integers (xorshift32). */
export function createRandom(seed: number): Random {
  let state = seed
  return (limit) => {
    state ^= state << 13
    state ^= state >>> 17
    state ^= state << 5
    return (state >>> 0) % limit
  }
}

/** Name of the host with the number `i`. */
export function hostName(i: number): string {
  return `tenant-${i}.apps.example.com`
}

/** Different prefixes for one host, the longest first, as `compile` would order them. */
export function createPrefixes(count: number, random: Random): string[] {
  const prefixes = new Set<string>()
  while (prefixes.size < count) {
    let path = ''
    for (let depth = 1 + random(3); depth > 0; depth--)
      path += `/${PATH_WORDS[random(PATH_WORDS.length)]}`
    prefixes.add(count > 1000 ? `${path}/${random(100_000)}` : path)
  }
  return [...prefixes].toSorted((a, b) => b.length - a.length || (a < b ? -1 : 1))
}

/** A packed rule set: what a thread that serves requests is handed. */
export function createPacked(size: RulesSize): PackedBundle {
  const random = createRandom(20_240_601)
  const hosts: Record<string, VirtualHost> = {}
  for (let i = 0; i < size.hosts; i++) {
    hosts[hostDocumentKey(0, hostName(i))] = createHost(hostName(i), size, random)
  }
  const names = Array.from({ length: BACKENDS }, (_, i) => backendName(i))
  const clusters: Bundle['clusters'] = Object.fromEntries(
    names.map((name) => [
      name,
      { name, endpoints: ['http://192.0.2.1:8080'], host: { type: 'preserve' as const } },
    ]),
  )
  return pack({ format: BUNDLE_FORMAT, sockets: [], listeners: [], hosts, clusters })
}

/** The reader that serves `packed`. */
export function openRules(packed: PackedBundle): BundleReader & {
  release(table: number, host: string): void
} {
  const opened = openPacked(packed)
  if (opened.type === 'refused') throw new Error(opened.finding.message)
  return opened.reader
}

function createHost(host: string, size: RulesSize, random: Random): VirtualHost {
  const actions = Array.from({ length: size.backendsPerHost }, () => createAction(random))
  const prefixes = createPrefixes(size.routesPerHost, random)
  const routes = prefixes.map((path, rule): BundleRoute => ({
    path,
    action: rule % actions.length,
    source: 0,
    rule,
    line: 10 * rule,
    column: 5,
  }))
  const sources = [{ name: 'default/routes', indexed: true as const, file: 'routes.json' }]
  return { host, actions, sources, routes }
}

function createAction(random: Random): Action {
  const name = backendName(random(BACKENDS))
  const backends = [{ ref: name, cluster: name, weight: 1 }]
  return { filters: [], backends, timeouts: DEFAULT_TIMEOUTS }
}

function backendName(i: number): string {
  return `team-${i % 50}/service-${i}:8080`
}
