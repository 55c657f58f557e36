/**
 * Which of two routes of one host takes a request that both match. Owns the order and nothing else:
 * it knows neither tables nor requests, and `compile` sorts with it once.
 */

/** What decides between two routes; one match of one rule gives one of these. */
export interface RoutePrecedence {
  readonly pathType: 'Exact' | 'PathPrefix' | 'RegularExpression'
  /** Canonical path or pattern; a prefix without trailing slash, except `/` itself. */
  readonly path: string
  /** `undefined` when the route takes every method. */
  readonly method: string | undefined
  readonly headerCount: number
  readonly queryCount: number
  /** Milliseconds since the epoch; `undefined` when the source tells no time. */
  readonly createdAtMs: number | undefined
  /** `namespace/name` of the object. */
  readonly name: string
  /** Position in file order; unique among the routes that are compared. */
  readonly order: number
}

/**
 * Negative when `a` is asked before `b`, positive when after; zero only where both are the same in
 * everything that counts, `order` included. A total order.
 *
 * Source: Gateway API v1, HTTPRouteRule `matches`. That list leaves regular expressions to the
 * implementation: here they come before every prefix, because whoever writes one wants it tried,
 * and among themselves they have no length worth comparing, so the next criteria decide.
 */
export function compareRoutes(a: RoutePrecedence, b: RoutePrecedence): number {
  return (
    pathRank(a) - pathRank(b) ||
    prefixLength(b) - prefixLength(a) ||
    methodRank(a) - methodRank(b) ||
    b.headerCount - a.headerCount ||
    b.queryCount - a.queryCount ||
    compareAge(a.createdAtMs, b.createdAtMs) ||
    compareText(a.name, b.name) ||
    a.order - b.order
  )
}

function pathRank(route: RoutePrecedence): number {
  if (route.pathType === 'Exact') return 0
  return route.pathType === 'RegularExpression' ? 1 : 2
}

/** Length in characters; canonical paths are ASCII. Only prefixes compete by length. */
function prefixLength(route: RoutePrecedence): number {
  return route.pathType === 'PathPrefix' ? route.path.length : 0
}

function methodRank(route: RoutePrecedence): number {
  return route.method === undefined ? 1 : 0
}

/** The older first; an object without creation time comes after all that have one. */
function compareAge(a: number | undefined, b: number | undefined): number {
  if (a === b) return 0
  if (a === undefined) return 1
  if (b === undefined) return -1
  return a - b
}

/** By code unit: the same on every machine, which a collation is not. */
function compareText(a: string, b: string): number {
  if (a === b) return 0
  return a < b ? -1 : 1
}
