/** The document of one host: its matches in order, with actions and sources referred to by index. */
import type { Action, BundleRoute, SourceEntry, VirtualHost } from '../model/bundle.ts'
import type { NetworkPolicy } from '../model/manifest.ts'
import { policyOf } from './actions.ts'
import { orderMatches, type Candidate, type MatchOptions, type SpecificRoutes } from './matches.ts'

/** What a virtual host is made of, beside its routes. */
export interface VirtualHostOptions extends MatchOptions {
  readonly policy: NetworkPolicy | undefined
}

/** The virtual host of `options.host` with the matches of `routes`. */
export function createVirtualHost(
  routes: SpecificRoutes,
  options: VirtualHostOptions,
): VirtualHost {
  const actions = new Numbering<Action>()
  const sources = new Numbering<SourceEntry>()
  const ordered = orderMatches(routes, options).map((candidate) =>
    createBundleRoute(
      candidate,
      actions.number(candidate.rule.action),
      sources.number(candidate.route.source.entry),
    ),
  )
  return {
    host: options.host,
    ...policyOf(options.policy),
    actions: actions.items,
    sources: sources.items,
    routes: ordered,
  }
}

/**
 * The virtual host of a host that no route names, but whose settings must hold: it has the routes
 * of the host that would serve it otherwise.
 */
export function inheritVirtualHost(
  host: string,
  policy: NetworkPolicy,
  parent: VirtualHost | undefined,
): VirtualHost {
  return {
    host,
    ...policyOf(policy),
    actions: parent?.actions ?? [],
    sources: parent?.sources ?? [],
    routes: parent?.routes ?? [],
  }
}

/** Gives each object its number, in the order in which they are first asked for. */
class Numbering<T> {
  readonly items: T[] = []
  readonly #numbers: Map<T, number> = new Map()

  number(item: T): number {
    const known = this.#numbers.get(item)
    if (known !== undefined) return known
    const number = this.items.push(item) - 1
    this.#numbers.set(item, number)
    return number
  }
}

function createBundleRoute(candidate: Candidate, action: number, source: number): BundleRoute {
  const { pathType, path, rule, match } = candidate
  const { line, column } = match.origin
  const plain = { path, action, source, rule: rule.number, line, column }
  const conditions = conditionsOf(candidate)
  if (pathType === 'PathPrefix' && conditions === undefined) return plain
  return { ...plain, ...(pathType === 'PathPrefix' ? {} : { type: pathType }), ...conditions }
}

type Conditions = Pick<BundleRoute, 'method' | 'headers' | 'queryParams'>

/** The conditions beside the path; `undefined` when there is none. */
function conditionsOf({ match, rule }: Candidate): Conditions | undefined {
  const { method, headers, queryParams } = match
  const hasHeaders = rule.readable && headers.length > 0
  const hasQuery = rule.readable && queryParams.length > 0
  if (method === undefined && !hasHeaders && !hasQuery) return undefined
  return {
    ...(method === undefined ? {} : { method }),
    ...(hasHeaders ? { headers } : {}),
    ...(hasQuery ? { queryParams } : {}),
  }
}
