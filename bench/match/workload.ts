/** Requests of the matching benchmark and the rule sets that they are sent to. */
import type { BundleReader, BundleRoute, VirtualHost } from '../../src/model/bundle.ts'
import {
  createPacked,
  createRandom,
  hostName,
  openRules,
  PATH_WORDS,
  type Random,
  type RulesSize,
} from './rules.ts'

/** One rule set with the requests that are made of it. */
export interface Workload {
  readonly name: string
  /** For postern, which links from it. */
  readonly reader: BundleReader
  /** For the others, which are built of it. */
  readonly documents: readonly VirtualHost[]
  readonly requests: Requests
}

/**
 * Hosts and paths of the requests as bytes, the way a socket gives them: strings are made of them
 * anew each time, so no candidate finds a hash that an earlier round computed.
 */
export interface Requests {
  readonly bytes: LatinBytes
  /** Host from `[3i]` to `[3i+1]`, path from there to `[3i+2]`. */
  readonly offsets: Int32Array
  readonly count: number
}

/** A Buffer by the one method that is used here; Node has it, Node's types leave it out. */
export interface LatinBytes {
  latin1Slice(start?: number, end?: number): string
}

/** The sizes that are measured. */
export const SCENARIOS = {
  '100 routes': { hosts: 10, routesPerHost: 10, backendsPerHost: 2 },
  '10,000 routes': { hosts: 1000, routesPerHost: 10, backendsPerHost: 2 },
  '1,000,000 routes': { hosts: 100_000, routesPerHost: 10, backendsPerHost: 2 },
  '1 host, 10,000 paths': { hosts: 1, routesPerHost: 10_000, backendsPerHost: 2 },
} as const satisfies Readonly<Record<string, RulesSize>>

export type ScenarioName = keyof typeof SCENARIOS

const REQUESTS = 1 << 17

/** The workload of a size. A tenth of the requests meet nothing: half an unknown host, half a path. */
export function createWorkload(name: ScenarioName): Workload {
  const size = SCENARIOS[name]
  const reader = openRules(createPacked(size))
  const documents = Array.from({ length: size.hosts }, (_, i) => {
    const document = reader.virtualHost(0, hostName(i))
    if (document === undefined) throw new Error(`${hostName(i)} was not packed`)
    return document
  })
  const requests = createRequests(documents, createRandom(42))
  return { name, reader, documents, requests }
}

/** Requests to the hosts and paths of `documents`. */
export function createRequests(documents: readonly VirtualHost[], random: Random): Requests {
  const offsets = new Int32Array(3 * REQUESTS)
  const parts: string[] = []
  let position = 0
  for (let i = 0; i < REQUESTS; i++) {
    const document = documents[random(documents.length)] as VirtualHost // never empty
    const { path } = document.routes[random(document.routes.length)] as BundleRoute // likewise
    const lot = random(20)
    const host = lot === 0 ? `nobody-${random(1_000_000)}.example.org` : document.host
    const target = lot === 1 ? `/unknown-${random(10_000)}${path}` : path + createTail(random)
    offsets[3 * i] = position
    offsets[3 * i + 1] = position + host.length
    position += host.length + target.length
    offsets[3 * i + 2] = position
    parts.push(host, target)
  }
  // The cast holds on every Node that runs this file; see LatinBytes.
  const bytes = Buffer.from(parts.join(''), 'latin1') as unknown as LatinBytes
  return { bytes, offsets, count: REQUESTS }
}

/** What follows a prefix. No path word begins like this, so a missing boundary check shows nothing. */
function createTail(random: Random): string {
  const elements = random(4)
  if (elements === 0) return ''
  const last = `/r-${random(10_000)}`
  return elements === 1 ? last : `/r-${PATH_WORDS[random(PATH_WORDS.length)]}${last}`
}
