/**
 * The routes of one host in the order in which they are asked. Owns precedence between matches and
 * what happens to two that are the same.
 */
import type { Finding } from '../errors.ts'
import type { PathMatch, RouteMatch, ValueMatch } from '../model/manifest.ts'
import { compareRoutes, type RoutePrecedence } from '../routing/precedence.ts'
import { compareText, createFinding, describeOrigin } from './finding.ts'
import type { CompiledRoute, CompiledRule } from './routes.ts'

/**
 * The routes of one host, each with the specificity of the pattern that it names the host by. On a
 * listener for `x.a.test`, a route for that name and one for `*.a.test` stand side by side.
 */
export type SpecificRoutes = ReadonlyMap<CompiledRoute, number>

/** One match of one rule, with what decides between it and others. */
export interface Candidate extends RoutePrecedence {
  /** Of the pattern that brought the route to the host. */
  readonly specificity: number
  readonly route: CompiledRoute
  readonly rule: CompiledRule
  readonly match: RouteMatch
}

/** What is needed to order the routes of one host. */
export interface MatchOptions {
  /** Host key, for messages. */
  readonly host: string
  /** Whether the listeners of the table merge slashes, so that rule paths must be merged too. */
  readonly mergeSlashes: boolean
  readonly findings: Finding[]
  /** Matches that have been told to be duplicates, on any host. */
  readonly told: Set<RouteMatch>
}

/**
 * The matches of `routes`, which serve one host, in precedence order. Of several with the same
 * conditions the first alone is kept, and the others are told: requests are never shared out
 * between two rules because of a mistake. Nothing is told where a more specific host was meant to
 * replace what holds for a broader one.
 */
export function orderMatches(routes: SpecificRoutes, options: MatchOptions): readonly Candidate[] {
  const candidates = collectCandidates(routes, options.mergeSlashes)
  if (candidates.length < 2) return candidates
  candidates.sort(compareCandidates)
  const firsts = new Map<string, Candidate>()
  return candidates.filter((candidate) => {
    // What could not be read is the same as nothing.
    if (!candidate.rule.readable) return true
    const key = matchKey(candidate)
    const first = firsts.get(key)
    if (first === undefined) {
      firsts.set(key, candidate)
      return true
    }
    if (first.specificity === candidate.specificity && !options.told.has(candidate.match)) {
      options.told.add(candidate.match)
      options.findings.push(duplicateMatch(candidate, first, options.host))
    }
    return false
  })
}

/** Precedence, with the specificity of the host before age: it decides where conditions do not. */
function compareCandidates(a: Candidate, b: Candidate): number {
  if (a.specificity === b.specificity) return compareRoutes(a, b)
  return compareRoutes(conditionsOf(a), conditionsOf(b)) || b.specificity - a.specificity
}

/** A candidate as if it were as old as any other and had no name. */
function conditionsOf(candidate: Candidate): RoutePrecedence {
  const { pathType, path, method, headerCount, queryCount } = candidate
  const nobody = { createdAtMs: undefined, name: '', order: 0 }
  return { pathType, path, method, headerCount, queryCount, ...nobody }
}

function collectCandidates(routes: SpecificRoutes, mergeSlashes: boolean): Candidate[] {
  const candidates: Candidate[] = []
  for (const route of inOrder([...routes.keys()])) {
    const specificity = routes.get(route) ?? 0
    for (const rule of route.rules) {
      for (const match of rule.matches) {
        candidates.push({
          pathType: match.path.type,
          path: tablePath(match.path, mergeSlashes),
          method: match.method,
          headerCount: match.headers.length,
          queryCount: match.queryParams.length,
          createdAtMs: route.createdAtMs,
          name: route.source.name,
          order: candidates.length,
          specificity,
          route,
          rule,
          match,
        })
      }
    }
  }
  return candidates
}

/** The routes by file order, in which they nearly always are. */
function inOrder(routes: readonly CompiledRoute[]): readonly CompiledRoute[] {
  const isOrdered = routes.every((route, i) => i === 0 || (routes[i - 1]?.order ?? 0) < route.order)
  return isOrdered ? routes : routes.toSorted((a, b) => a.order - b.order)
}

/** A path as tables hold it: prefixes without trailing slash. Patterns are nobody's to change. */
function tablePath({ type, value }: PathMatch, mergeSlashes: boolean): string {
  if (type === 'RegularExpression') return value
  const path = mergeSlashes && value.includes('//') ? value.replaceAll(/\/{2,}/g, '/') : value
  if (type === 'Exact' || !path.endsWith('/')) return path
  let end = path.length
  while (end > 1 && path.endsWith('/', end)) end--
  return path.slice(0, end)
}

/**
 * Injective text of a match's conditions. A prefix alone, the usual case, is its own path; the
 * others begin with a bracket, as no path does.
 */
function matchKey({ pathType, path, match }: Candidate): string {
  const { method, headers, queryParams } = match
  if (
    pathType === 'PathPrefix' &&
    method === undefined &&
    headers.length === 0 &&
    queryParams.length === 0
  ) {
    return path
  }
  return JSON.stringify([pathType, path, method, byName(headers), byName(queryParams)])
}

function byName(matches: readonly ValueMatch[]): readonly (readonly string[])[] {
  return matches
    .map(({ name, type, value }) => [name, type, value] as const)
    .sort(([a], [b]) => compareText(a, b))
}

function duplicateMatch(candidate: Candidate, first: Candidate, host: string): Finding {
  const { match, path } = candidate
  return createFinding(match.origin, {
    severity: 'warning',
    code: 'duplicate-match',
    message:
      `${match.path.type} "${path}" of host "${host}" with the same conditions is taken by ` +
      `${describeOrigin(first.match.origin)}; this one gets no request`,
    value: path,
    remedy: 'remove one of the two, or make their conditions differ',
  })
}
