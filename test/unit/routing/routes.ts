/** What the tests of matching share: short ways to write routes, and the meaning of a match. */
import type { BundleRoute, VirtualHost } from '../../../src/model/bundle.ts'
import type { ValueMatch } from '../../../src/model/manifest.ts'
import type { MatchRequest } from '../../../src/routing/conditions.ts'
import { compareRoutes } from '../../../src/routing/precedence.ts'

/** A route as a test writes it; `rule` tells routes apart. */
export type Written = Pick<BundleRoute, 'path'> & Partial<BundleRoute>

export function routesOf(written: readonly Written[]): BundleRoute[] {
  return written.map((route, rule) => ({
    action: 0,
    source: 0,
    rule,
    line: 0,
    column: 0,
    ...route,
  }))
}

/** A document with `written` in precedence order, whatever order they were written in. */
export function hostOf(written: readonly Written[], host = 'a.test'): VirtualHost {
  const routes = routesOf(written).toSorted((a, b) => compareRoutes(precedence(a), precedence(b)))
  return { host, actions: [], sources: [], routes }
}

function precedence(route: BundleRoute): Parameters<typeof compareRoutes>[0] {
  return {
    pathType: route.type ?? 'PathPrefix',
    path: route.path,
    method: route.method,
    headerCount: route.headers?.length ?? 0,
    queryCount: route.queryParams?.length ?? 0,
    createdAtMs: undefined,
    name: 'default/routes',
    order: route.rule,
  }
}

export function requestOf(request: Partial<MatchRequest>): MatchRequest {
  return { method: 'GET', path: '/', query: undefined, fields: [], ...request }
}

/**
 * The reference: the first route in precedence order whose conditions all hold, written from the
 * rules' meaning and sharing nothing with the tables.
 */
export function firstHolding(host: VirtualHost, request: MatchRequest): BundleRoute | undefined {
  const parameters = [
    ...new URLSearchParams(request.query === undefined ? '' : `&${request.query}`),
  ]
  const fieldText = (name: string): string | undefined => {
    const lines = request.fields.filter(
      (_, i) => i % 2 === 1 && request.fields[i - 1]?.toLowerCase() === name,
    )
    return lines.length === 0 ? undefined : lines.join(name === 'cookie' ? '; ' : ', ')
  }
  const holds = (match: ValueMatch, value: string | undefined): boolean =>
    value !== undefined &&
    (match.type === 'Exact' ? value === match.value : full(match.value, value))
  return host.routes.find(
    (route) =>
      pathTakes(route, request.path) &&
      (route.method ?? request.method) === request.method &&
      (route.headers ?? []).every((match) => holds(match, fieldText(match.name))) &&
      (route.queryParams ?? []).every((match) =>
        holds(match, parameters.find(([name]) => name === match.name)?.[1]),
      ),
  )
}

function pathTakes(route: BundleRoute, path: string): boolean {
  if (route.type === 'Exact') return route.path === path
  if (route.type === 'RegularExpression') return full(route.path, path)
  const wanted = route.path === '/' ? [''] : route.path.split('/')
  const given = path.split('/')
  return wanted.every((element, i) => element === given[i])
}

function full(pattern: string, text: string): boolean {
  return new RegExp(`^(?:${pattern})$`).test(text)
}
