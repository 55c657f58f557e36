/**
 * The conditions of one route, each as one question. Owns what a header field, a query parameter
 * and a path element are to a rule; it knows no table and no order.
 */
import type { Fields } from '../head.ts'
import type { BundleRoute } from '../model/bundle.ts'
import type { ValueMatch } from '../model/manifest.ts'
import type { Pattern } from '../regex/pattern.ts'

/** What a request shows to the rules of a host. */
export interface MatchRequest {
  /** As received; methods are case-sensitive. */
  readonly method: string
  /** Canonical path; begins with a slash. */
  readonly path: string
  /** Raw query without its question mark; `undefined` when the target has none. */
  readonly query: string | undefined
  readonly fields: Fields
}

/** The compiled patterns of a host by their source. */
export type PatternsBySource = ReadonlyMap<string, Pattern>

const SLASH = 47

/**
 * Whether the prefix `prefix` takes `path`: equal, or followed by a slash. The boundary is looked
 * at first, because it is one comparison and settles most routes of a host.
 */
export function prefixHolds(prefix: string, path: string): boolean {
  const { length } = prefix
  if (length === 1) return path.charCodeAt(0) === SLASH && prefix === '/'
  if (path.length > length) return path.charCodeAt(length) === SLASH && path.startsWith(prefix)
  return path === prefix
}

/** Whether the route's path condition holds. */
export function pathHolds(
  route: BundleRoute,
  path: string,
  patterns: PatternsBySource | undefined,
): boolean {
  if (route.type === undefined) return prefixHolds(route.path, path)
  if (route.type === 'Exact') return route.path === path
  return patternHolds(route.path, path, patterns)
}

/** Whether everything but the path holds. `query` is read only if the route asks for it. */
export function othersHold(
  route: BundleRoute,
  request: MatchRequest,
  query: QueryParameters | undefined,
  patterns: PatternsBySource | undefined,
): boolean {
  if (route.method !== undefined && route.method !== request.method) return false
  if (route.headers !== undefined) {
    for (const match of route.headers) {
      if (!headerHolds(match, request.fields, patterns)) return false
    }
  }
  if (route.queryParams !== undefined) {
    for (const match of route.queryParams) {
      if (!queryHolds(match, query, patterns)) return false
    }
  }
  return true
}

/** Whether the field that `match` names is there and has the value. */
export function headerHolds(
  match: ValueMatch,
  fields: Fields,
  patterns: PatternsBySource | undefined,
): boolean {
  return valueHolds(match, combinedValue(fields, match.name), patterns)
}

/** Whether the first parameter that `match` names has the value. */
export function queryHolds(
  match: ValueMatch,
  query: QueryParameters | undefined,
  patterns: PatternsBySource | undefined,
): boolean {
  return valueHolds(match, query?.first(match.name), patterns)
}

function valueHolds(
  match: ValueMatch,
  value: string | undefined,
  patterns: PatternsBySource | undefined,
): boolean {
  if (value === undefined) return false
  if (match.type === 'Exact') return value === match.value
  return patternHolds(match.value, value, patterns)
}

/** A pattern that the table has not compiled matches nothing: it may open no route. */
function patternHolds(
  source: string,
  text: string,
  patterns: PatternsBySource | undefined,
): boolean {
  return patterns?.get(source)?.test(text) ?? false
}

/**
 * The value of all fields named `name` (lower-case), as one: lines joined by a comma and a space
 * (RFC 9110 §5.3), those of `cookie` by a semicolon (RFC 9113 §8.2.3); `undefined` without any.
 *
 * The joined value, not any one line, is compared with a rule: Workers join before postern sees the
 * field, so nothing else gives one answer everywhere; and a client that repeats a field could
 * otherwise meet a rule with one line and show the backend the other.
 */
export function combinedValue(fields: Fields, name: string): string | undefined {
  let value: string | undefined
  for (let i = 0; i < fields.length; i += 2) {
    const candidate = fields[i] as string // the list holds pairs, so both indexes exist
    if (candidate.length !== name.length) continue
    if (candidate !== name && candidate.toLowerCase() !== name) continue
    const line = fields[i + 1] as string // likewise
    value = value === undefined ? line : value + (name === 'cookie' ? '; ' : ', ') + line
  }
  return value
}

/** The query of one request, decoded when the first rule asks for it and then kept. */
export class QueryParameters {
  readonly #raw: string
  #first: Map<string, string> | undefined

  /** `raw` is the query without its question mark. */
  constructor(raw: string) {
    this.#raw = raw
  }

  /**
   * Decoded value of the first parameter named `name`, or `undefined`. Decoding is the URL
   * standard's for forms: `+` is a space, an invalid escape stands for itself.
   */
  first(name: string): string | undefined {
    this.#first ??= readFirst(this.#raw)
    return this.#first.get(name)
  }
}

function readFirst(raw: string): Map<string, string> {
  const first = new Map<string, string>()
  // An empty pair in front is skipped; a question mark in front would be taken for the delimiter.
  for (const [name, value] of new URLSearchParams(`&${raw}`)) {
    if (!first.has(name)) first.set(name, value)
  }
  return first
}
