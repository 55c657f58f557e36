/**
 * The rules of one host, ready to be asked. Owns the way from a request to a route; it knows
 * neither hosts nor what a route does.
 */
import type { BundleRoute, VirtualHost } from '../model/bundle.ts'
import type { Pattern, PatternCompiler } from '../regex/pattern.ts'
import {
  othersHold,
  pathHolds,
  QueryParameters,
  type MatchRequest,
  type PatternsBySource,
} from './conditions.ts'
import { indexPaths, longestPrefix, NONE, type PathIndex } from './path-index.ts'

/**
 * Up to this many routes the document's own list is walked. Measured, an index overtakes the walk
 * between 32 and 48 routes; and the walk costs no memory, which counts where a hundred thousand
 * hosts have ten routes each.
 */
export const SCAN_LIMIT = 32

/** The rules of one host. Immutable. */
export interface HostTable {
  /** The document that the table was made of; its routes are the very objects that `match` gives. */
  readonly host: VirtualHost
  /** Compiled patterns by source; `undefined` when no route has one. */
  readonly patterns: PatternsBySource | undefined
  /** The route that takes the request: the first in precedence order whose conditions all hold. */
  match(request: MatchRequest): BundleRoute | undefined
}

/**
 * The table of `host`. Asks `patterns` only where a route holds a regular expression, and throws
 * what that throws.
 */
export function createHostTable(host: VirtualHost, patterns: PatternCompiler): HostTable {
  return new RouteTable(host, compilePatterns(host.routes, patterns))
}

class RouteTable implements HostTable {
  readonly host: VirtualHost
  readonly patterns: PatternsBySource | undefined
  // The document's list once more, and first of what a match touches: among very many hosts, each
  // object on the way to the routes is a cache miss.
  readonly #routes: readonly BundleRoute[]
  readonly #asksQuery: boolean
  readonly #index: PathIndex | undefined

  constructor(host: VirtualHost, patterns: PatternsBySource | undefined) {
    this.host = host
    this.patterns = patterns
    this.#routes = host.routes
    this.#asksQuery = host.routes.some((route) => route.queryParams !== undefined)
    this.#index = host.routes.length > SCAN_LIMIT ? indexPaths(host.routes) : undefined
  }

  match(request: MatchRequest): BundleRoute | undefined {
    const query =
      this.#asksQuery && request.query !== undefined
        ? new QueryParameters(request.query)
        : undefined
    if (this.#index !== undefined) return this.#find(this.#index, request, query)
    for (const route of this.#routes) {
      if (!pathHolds(route, request.path, this.patterns)) continue
      if (othersHold(route, request, query, this.patterns)) return route
    }
    return undefined
  }

  #find(
    index: PathIndex,
    request: MatchRequest,
    query: QueryParameters | undefined,
  ): BundleRoute | undefined {
    const { path } = request
    const exact = this.#walk(index, index.exact.get(path) ?? NONE, request, query)
    if (exact !== undefined) return exact
    for (const position of index.patterns) {
      const route = this.#routes[position] as BundleRoute // the index holds positions of this list
      if (!pathHolds(route, path, this.patterns)) continue
      if (othersHold(route, request, query, this.patterns)) return route
    }
    for (let below = path.length + 1; ;) {
      const first = longestPrefix(index, path, below)
      if (first === NONE) break
      const route = this.#walk(index, first, request, query)
      if (route !== undefined) return route
      below = (this.#routes[first] as BundleRoute).path.length // likewise
    }
    return path.startsWith('/') ? this.#walk(index, index.root, request, query) : undefined
  }

  /** The first route of a chain whose other conditions hold. */
  #walk(
    index: PathIndex,
    first: number,
    request: MatchRequest,
    query: QueryParameters | undefined,
  ): BundleRoute | undefined {
    for (let i = first; i !== NONE; i = index.next[i] as number) {
      const route = this.#routes[i] as BundleRoute // chains hold positions of this list
      if (othersHold(route, request, query, this.patterns)) return route
    }
    return undefined
  }
}

function compilePatterns(
  routes: readonly BundleRoute[],
  compile: PatternCompiler,
): PatternsBySource | undefined {
  let compiled: Map<string, Pattern> | undefined
  for (const source of patternSources(routes)) {
    compiled ??= new Map()
    if (!compiled.has(source)) compiled.set(source, compile(source))
  }
  return compiled
}

function* patternSources(routes: readonly BundleRoute[]): Generator<string> {
  for (const route of routes) {
    if (route.type === 'RegularExpression') yield route.path
    for (const match of route.headers ?? []) {
      if (match.type === 'RegularExpression') yield match.value
    }
    for (const match of route.queryParams ?? []) {
      if (match.type === 'RegularExpression') yield match.value
    }
  }
}
