/** The scenarios of the Ingress conformance suite. */
import { request, type RequestCase, type RuleSet } from '../case.ts'
import { ingress, readCases } from './objects.ts'

interface Scenario {
  readonly id: string
  readonly ingress: string
  readonly note?: string
  readonly request: {
    readonly method: string
    readonly scheme: string
    readonly host: string | null
    readonly path: string
    readonly times?: number
  } | null
  readonly expect: {
    readonly status?: number
    readonly statusOfEvery?: number
    readonly servedBy?: string
    readonly distinctPods?: number
    readonly backendHost?: string
    readonly backendMethod?: string
    readonly backendPath?: string
  }
}

interface File {
  readonly ingresses: Readonly<Record<string, { readonly name: string; readonly spec: object }>>
  readonly cases: readonly Scenario[]
}

/** The suite scales one deployment to this many pods. */
const PODS = 10

/** One case for each scenario. */
export function ingressControllerCases(): RequestCase[] {
  const { ingresses, cases } = readCases('ingress-controller-conformance') as File // the file's own shape
  const ruleSets = new Map(
    Object.entries(ingresses).map(([key, { name, spec }]) => [key, toRules(name, spec)]),
  )
  return cases.map((scenario) => {
    const rules = ruleSets.get(scenario.ingress)
    if (rules === undefined) throw new Error(`no ingress ${scenario.ingress}`)
    return toCase(scenario, rules)
  })
}

function toRules(name: string, spec: object): RuleSet {
  const services = [...new Set(serviceNames(spec))]
  return {
    name: `suite-${name}`,
    files: [ingress(name, spec)],
    services,
    ...(name === 'load-balancing' ? { pods: { 'default/echo-service': PODS } } : {}),
  }
}

function serviceNames(value: unknown): string[] {
  if (typeof value !== 'object' || value === null) return []
  if ('service' in value) return [`default/${(value.service as { name: string }).name}`] // the API's
  return Object.values(value).flatMap(serviceNames)
}

function toCase({ id, note, request: asked, expect }: Scenario, rules: RuleSet): RequestCase {
  const { servedBy, distinctPods, statusOfEvery, status = statusOfEvery ?? 404 } = expect
  return {
    type: 'request',
    id,
    text:
      note ?? `${asked?.method ?? 'an Ingress of another class'} ${asked?.path ?? 'is skipped'}`,
    rules,
    needs: asked?.scheme === 'https' ? ['tls'] : [],
    request: request({
      // The scenario without a request asks that an Ingress of another class is left alone.
      path: asked?.path ?? '/',
      method: asked?.method ?? 'GET',
      // Without a host the suite asks the address itself.
      host: asked === null ? 'ingress-class' : (asked.host ?? '127.0.0.1'),
      headers: [['User-Agent', 'Go-http-client/1.1']],
      times: asked?.times ?? 1,
    }),
    expect: {
      status: [status],
      servedBy: servedByOf(servedBy, distinctPods),
      ...(distinctPods === undefined ? {} : { pods: distinctPods }),
      backend: { headers: { 'User-Agent': 'Go-http-client/1.1' } },
      response: servedBy === undefined ? {} : { headers: { Server: '*' } },
    },
  }
}

function servedByOf(service: string | undefined, pods: number | undefined): string | null {
  if (pods !== undefined) return 'default/echo-service'
  return service === undefined ? null : `default/${service}`
}
