/** Gateway API's conformance suite: its routes, its requests, what it looks at. */
import { request, type MessageSpec, type RequestCase, type RuleSet } from '../case.ts'
import {
  gateway,
  httpRoute,
  readCases,
  type GatewayListener,
  type RouteMetadata,
} from './objects.ts'

type Headers = Readonly<Record<string, string>>

interface Test {
  readonly test: string
  readonly gateways: Readonly<Record<string, readonly GatewayListener[]>>
  readonly routes: readonly (RouteMetadata & { spec: object; manifest?: string })[]
  readonly cases: readonly TestCase[]
}

interface TestCase {
  readonly request: { path: string; host?: string; method?: string; headers?: Headers }
  readonly gateway?: string
  readonly backendSetsResponseHeaders?: Headers
  readonly expect: {
    readonly status: number | readonly number[]
    readonly backend?: string
    readonly backendNamespace?: string
    readonly backendRequest?: {
      method?: string
      path?: string
      host?: string
      headers?: Headers
      absentHeaders?: readonly string[]
    }
    readonly redirect?: { scheme?: string; host?: string; port?: string; path?: string }
    readonly responseHeaders?: Headers
    readonly absentResponseHeaders?: readonly string[]
  }
}

/** Namespace of the suite's Gateways. */
const INFRA = 'gateway-conformance-infra'

/** One case for each request of each test and, where a test has several manifests, of each. */
export function httpRouteCases(): RequestCase[] {
  const { tests } = readCases('gateway-api-httproute') as { readonly tests: readonly Test[] } // the file's own shape
  return tests.flatMap((test) =>
    ruleSets(test).flatMap((rules) =>
      test.cases.map((one, index) => toCase(rules, one, `${rules.name}-${index + 1}`)),
    ),
  )
}

/** Routes of different manifests bear one name: they are different rule sets. */
function ruleSets({ test, gateways, routes }: Test): RuleSet[] {
  const manifests = [...new Set(routes.map(({ manifest }) => manifest))]
  const services = routes.flatMap(({ namespace, spec }) => backendNames(spec, namespace))
  return manifests.map((manifest) => ({
    name: manifest === undefined ? test : `${test}-${manifest.replace('.yaml', '')}`,
    files: [
      // Each Gateway has an address of its own in the suite; here it has a port of its own.
      ...Object.entries(gateways).map(([name, listeners], index) =>
        gateway(
          INFRA,
          name,
          listeners.map((one) => ({ ...one, port: one.port + index })),
        ),
      ),
      ...routes
        .filter((route) => route.manifest === manifest)
        .map(({ namespace, name, spec }) => httpRoute({ namespace, name }, spec)),
    ],
    services: [...new Set(services)],
  }))
}

function backendNames(value: unknown, namespace: string): string[] {
  if (typeof value !== 'object' || value === null) return []
  const own = 'backendRefs' in value ? (value.backendRefs as { name: string }[]) : [] // the API's
  return [
    ...own.map(({ name }) => `${namespace}/${name}`),
    ...Object.values(value).flatMap((inner) => backendNames(inner, namespace)),
  ]
}

function toCase(rules: RuleSet, one: TestCase, id: string): RequestCase {
  const { request: asked, expect, backendSetsResponseHeaders = {} } = one
  const { status, backend, backendNamespace, redirect } = expect
  const { responseHeaders: headers = {}, absentResponseHeaders: absentHeaders = [] } = expect
  return {
    type: 'request',
    id,
    text: `${asked.method ?? 'GET'} ${asked.host ?? ''}${asked.path} gives ${[status].flat().join(' or ')}`,
    rules,
    needs: [],
    request: request({
      path: asked.path,
      host: asked.host ?? 'conformance.test',
      method: asked.method ?? 'GET',
      headers: Object.entries(asked.headers ?? {}),
      backendSets: Object.entries(backendSetsResponseHeaders),
      ...(one.gateway === undefined ? {} : { gateway: `${INFRA}/${one.gateway}` }),
    }),
    expect: {
      status: [status].flat(),
      servedBy: backend === undefined ? null : `${backendNamespace}/${backend}`,
      backend: (expect.backendRequest satisfies MessageSpec | undefined) ?? {},
      response: { headers, absentHeaders },
      ...(redirect === undefined ? {} : { redirect }),
    },
  }
}
