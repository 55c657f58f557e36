/**
 * Who is measured: postern, the floor and three libraries, each given the same prefixes and each
 * answering with a route.
 */
import findMyWay from 'find-my-way'
import { RegExpRouter } from 'hono/router/reg-exp-router'
import { SmartRouter } from 'hono/router/smart-router'
import { TrieRouter } from 'hono/router/trie-router'
import { addRoute, createRouter, findRoute } from 'rou3'
import type { BundleRoute } from '../../src/model/bundle.ts'
import { refusePatterns } from '../../src/regex/engine.ts'
import { HostIndex } from '../../src/routing/host-index.ts'
import { createHostTable, type HostTable } from '../../src/routing/host-table.ts'
import type { Workload } from './workload.ts'

/** Gives the route that takes a request. */
export type Matcher = (host: string, path: string) => BundleRoute | undefined

/** One way to match. */
export interface Candidate {
  readonly name: string
  readonly kind: 'postern' | 'floor' | 'library'
  /** Most routes of one host, and of all, that it can be built with in reasonable time and memory. */
  readonly holds: { readonly perHost: number; readonly all: number }
  readonly build: (workload: Pick<Workload, 'reader' | 'documents'>) => Matcher
}

/** What a library makes of one host's prefixes, the longest first. */
type HostBuilder = (routes: readonly BundleRoute[]) => (path: string) => BundleRoute | undefined

const UNLIMITED = { perHost: Infinity, all: Infinity }

/** Everybody who is measured. Limits were found by building: see each reason. */
export const CANDIDATES: readonly Candidate[] = [
  { name: 'postern', kind: 'postern', holds: UNLIMITED, build: buildPostern },
  { name: 'Map + startsWith', kind: 'floor', holds: UNLIMITED, build: buildFloor },
  { name: 'rou3', kind: 'library', holds: UNLIMITED, build: perHost(buildRou3) },
  {
    name: 'find-my-way',
    kind: 'library',
    // A million routes took 136 s to build and 3.9 GB of heap, a tenth of them 11 s and 0.4 GB.
    holds: { perHost: Infinity, all: 100_000 },
    build: perHost(buildFindMyWay),
  },
  {
    name: 'Hono RegExpRouter',
    kind: 'library',
    // Ten thousand prefixes on one host took 15 s to build, each compared with all the others; a
    // million on many hosts took 37 s and answered three times slower than rou3.
    holds: { perHost: 1000, all: 100_000 },
    build: perHost((routes) => buildHono(routes, new RegExpRouter())),
  },
  { name: 'Hono TrieRouter', kind: 'library', holds: UNLIMITED, build: perHost(buildTrie) },
  {
    name: 'Hono SmartRouter',
    kind: 'library',
    // It turns into the RegExpRouter that it holds.
    holds: { perHost: 1000, all: 100_000 },
    build: perHost((routes) =>
      buildHono(routes, new SmartRouter({ routers: [new RegExpRouter(), new TrieRouter()] })),
    ),
  },
]

const NO_FIELDS: readonly string[] = []

function buildPostern({ reader }: Pick<Workload, 'reader'>): Matcher {
  const index = new HostIndex<HostTable>({
    reader,
    table: 0,
    wildcards: { one: false, deep: false, any: false },
    create: (document) => createHostTable(document, refusePatterns),
  })
  return (host, path) =>
    index.lookup(host)?.match({ method: 'GET', path, query: undefined, fields: NO_FIELDS })
}

/**
 * The floor: what is left when nothing but prefixes is asked for and every boundary is forgotten.
 * On one host with many paths it is a walk over all of them.
 */
function buildFloor({ documents }: Pick<Workload, 'documents'>): Matcher {
  const hosts = new Map(documents.map((document) => [document.host, document.routes]))
  return (host, path) => {
    const routes = hosts.get(host)
    if (routes === undefined) return undefined
    for (const route of routes) if (path.startsWith(route.path)) return route
    return undefined
  }
}

/** A library of its own for each host, behind a Map: the fastest way that each was found to have. */
function perHost(build: HostBuilder): Candidate['build'] {
  return ({ documents }) => {
    const hosts = new Map(documents.map((document) => [document.host, build(document.routes)]))
    return (host, path) => hosts.get(host)?.(path)
  }
}

function buildRou3(routes: readonly BundleRoute[]): ReturnType<HostBuilder> {
  const router = createRouter<BundleRoute>()
  for (const route of routes) addRoute(router, 'GET', `${route.path}/**`, route)
  return (path) => findRoute(router, 'GET', path)?.data
}

function buildFindMyWay(routes: readonly BundleRoute[]): ReturnType<HostBuilder> {
  const router = findMyWay()
  for (const route of routes) {
    router.on('GET', route.path, ignore, route)
    router.on('GET', `${route.path}/*`, ignore, route)
  }
  return (path) => router.find('GET', path)?.store as BundleRoute | undefined // as stored above
}

function ignore(): void {
  // Handlers are not called here.
}

interface HonoRouter {
  add(method: string, path: string, route: BundleRoute): void
  match(
    method: string,
    path: string,
  ): readonly [readonly (readonly [BundleRoute, unknown])[], ...unknown[]]
}

function buildTrie(routes: readonly BundleRoute[]): ReturnType<HostBuilder> {
  return buildHono(routes, new TrieRouter())
}

/** Hono gives all that match in the order they were added, so the longest is added first. */
function buildHono(routes: readonly BundleRoute[], router: HonoRouter): ReturnType<HostBuilder> {
  for (const route of routes) router.add('GET', `${route.path}/*`, route)
  return (path) => router.match('GET', path)[0][0]?.[0]
}
