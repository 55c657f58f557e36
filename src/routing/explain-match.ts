/**
 * Why a request meets the route it meets: the same conditions as the table's, asked one by one and
 * in words. For tools; the request path never comes here.
 */
import type { BundleRoute } from '../model/bundle.ts'
import type { ValueMatch } from '../model/manifest.ts'
import {
  combinedValue,
  headerHolds,
  pathHolds,
  QueryParameters,
  queryHolds,
  type MatchRequest,
  type PatternsBySource,
} from './conditions.ts'
import type { HostTable } from './host-table.ts'

/** A route that did not take the request. */
export interface NearMiss {
  readonly route: BundleRoute
  /** The first condition that does not hold; `precedence` when all do but another came first. */
  readonly failed: 'path' | 'method' | 'header' | 'query' | 'precedence'
  /** What would have had to be otherwise, as half a sentence. */
  readonly detail: string
}

/** What a host's table says to a request. */
export interface MatchExplanation {
  /** What `match` gives. */
  readonly route: BundleRoute | undefined
  /** The routes that came nearest, the nearest first; at most five. */
  readonly nearest: readonly NearMiss[]
}

const NEAREST = 5

/** How far a route came, the furthest first. */
const STAGES: readonly NearMiss['failed'][] = ['precedence', 'query', 'header', 'method', 'path']

/**
 * The route that takes the request and those that nearly did. Among routes that failed for the
 * same reason the one that shares more of the path is nearer, then the earlier in precedence.
 */
export function explainMatch(table: HostTable, request: MatchRequest): MatchExplanation {
  const route = table.match(request)
  const query = request.query === undefined ? undefined : new QueryParameters(request.query)
  const nearest = table.host.routes
    .filter((other) => other !== route)
    .map((other) => describe(other, request, query, table.patterns))
    .map((miss) => ({ miss, shared: sharedLength(miss.route.path, request.path) }))
    // A stable sort, so what is equal stays in precedence order.
    .toSorted((a, b) => stage(a.miss) - stage(b.miss) || b.shared - a.shared)
    .slice(0, NEAREST)
    .map(({ miss }) => miss)
  return { route, nearest }
}

function stage(miss: NearMiss): number {
  return STAGES.indexOf(miss.failed)
}

function sharedLength(a: string, b: string): number {
  let length = 0
  while (length < a.length && length < b.length && a[length] === b[length]) length++
  return length
}

function describe(
  route: BundleRoute,
  request: MatchRequest,
  query: QueryParameters | undefined,
  patterns: PatternsBySource | undefined,
): NearMiss {
  if (!pathHolds(route, request.path, patterns)) {
    return { route, failed: 'path', detail: `${pathDemand(route)}, not ${request.path}` }
  }
  if (route.method !== undefined && route.method !== request.method) {
    return { route, failed: 'method', detail: `takes ${route.method}, not ${request.method}` }
  }
  for (const match of route.headers ?? []) {
    if (headerHolds(match, request.fields, patterns)) continue
    const value = combinedValue(request.fields, match.name)
    return { route, failed: 'header', detail: valueDemand('field', match, value) }
  }
  for (const match of route.queryParams ?? []) {
    if (queryHolds(match, query, patterns)) continue
    const value = query?.first(match.name)
    return { route, failed: 'query', detail: valueDemand('parameter', match, value) }
  }
  return { route, failed: 'precedence', detail: 'would take it, but another route comes first' }
}

function pathDemand(route: BundleRoute): string {
  switch (route.type) {
    case undefined:
      return `takes paths under ${route.path}`
    case 'Exact':
      return `takes ${route.path} alone`
    case 'RegularExpression':
      return `takes paths that match ${route.path}`
    default:
      return route.type satisfies never
  }
}

function valueDemand(kind: string, match: ValueMatch, value: string | undefined): string {
  const verb = match.type === 'Exact' ? 'must be' : 'must match'
  const found = value === undefined ? 'is absent' : `is ${JSON.stringify(value)}`
  return `${kind} ${match.name} ${verb} ${JSON.stringify(match.value)} and ${found}`
}
