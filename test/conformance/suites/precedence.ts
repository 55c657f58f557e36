/** Gateway API's precedence lists: several routes match, one has to win. */
import { request, type RequestCase } from '../case.ts'
import { gateway, httpRoute, readCases, type RouteMetadata } from './objects.ts'

interface Match {
  readonly pathExact?: string
  readonly pathPrefix?: string
  readonly method?: string
  readonly headers?: Readonly<Record<string, string>>
  readonly query?: Readonly<Record<string, string>>
}

interface Rule {
  readonly backend: string
  readonly match: Match
}

interface Check {
  readonly id: string
  /** Rules of one route. */
  readonly rules?: readonly Rule[]
  /** Or routes of one rule each. */
  readonly routes?: readonly (Rule & Partial<RouteMetadata> & { hostnames?: readonly string[] })[]
  readonly request: {
    readonly path: string
    readonly host?: string
    readonly method?: string
    readonly headers?: Readonly<Record<string, string>>
  }
  readonly winner?: string
  readonly backendHost?: string
  readonly status?: number
}

/** One case for each check. */
export function precedenceCases(): RequestCase[] {
  const { checks } = readCases('gateway-api-precedence') as { readonly checks: readonly Check[] } // the file's own shape
  return checks.map(toCase)
}

function toCase(check: Check): RequestCase {
  const { id, winner, request: asked, status } = check
  return {
    type: 'request',
    id: `precedence-${id}`,
    text: winner === undefined ? `${id}: none wins` : `${id}: ${winner} wins`,
    rules: {
      name: `precedence-${id}`,
      files: [
        gateway('default', 'gateway', [{ name: 'http', port: 80, protocol: 'HTTP' }]),
        ...routeFiles(check),
      ],
      services: [...new Set(backends(check))],
    },
    needs: [],
    request: request({
      path: asked.path,
      host: asked.host ?? 'any.test',
      method: asked.method ?? 'GET',
      headers: Object.entries(asked.headers ?? {}),
    }),
    expect: {
      status: [status ?? 200],
      servedBy: backends(check).find((name) => name.endsWith(`/${winner}`)) ?? null,
      ...(check.backendHost === undefined ? {} : { backend: { host: check.backendHost } }),
    },
  }
}

function backends({ rules = [], routes = [] }: Check): string[] {
  return [
    ...rules.map(({ backend }) => `default/${backend}`),
    ...routes.map(({ namespace = 'default', backend }) => `${namespace}/${backend}`),
  ]
}

function routeFiles({ rules, routes = [] }: Check) {
  if (rules !== undefined) {
    return [httpRoute({ namespace: 'default', name: 'rules' }, routeSpec(rules.map(toRule)))]
  }
  return routes.map((route) => {
    const { namespace = 'default', name = '', creationTimestamp, hostnames } = route
    return httpRoute(
      { namespace, name, ...(creationTimestamp === undefined ? {} : { creationTimestamp }) },
      routeSpec([toRule(route)], hostnames),
    )
  })
}

function routeSpec(rules: readonly object[], hostnames?: readonly string[]): object {
  const parentRefs = [{ name: 'gateway', namespace: 'default' }]
  return { parentRefs, rules, ...(hostnames === undefined ? {} : { hostnames }) }
}

function toRule({ backend, match }: Rule): object {
  const path =
    match.pathExact === undefined
      ? { type: 'PathPrefix', value: match.pathPrefix }
      : { type: 'Exact', value: match.pathExact }
  return {
    matches: [
      {
        path,
        ...(match.method === undefined ? {} : { method: match.method }),
        headers: namedValues(match.headers),
        queryParams: namedValues(match.query),
      },
    ],
    backendRefs: [{ name: backend, port: 80 }],
  }
}

function namedValues(record: Readonly<Record<string, string>> = {}): object[] {
  return Object.entries(record).map(([name, value]) => ({ name, value }))
}
