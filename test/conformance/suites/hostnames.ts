/** Wildcard hosts: the same hosts asked of an Ingress and of an HTTPRoute. */
import { request, type RequestCase, type RuleSet } from '../case.ts'
import { gateway, httpRoute, ingress, readCases, serviceBackend } from './objects.ts'

interface File {
  readonly ingress: readonly { host: string; hostHeader: string; matches: boolean }[]
  readonly gatewayApi: readonly { hostname: string; hostHeader: string; matches: boolean }[]
}

const SERVICE = 'web'

/** One case for each row. */
export function hostnameCases(): RequestCase[] {
  const file = readCases('hostname-wildcards') as File // the file's own shape
  return [
    ...file.ingress.map((row) => toCase({ ...row, rules: ingressRules(row.host) })),
    ...file.gatewayApi.map((row) =>
      toCase({ ...row, host: row.hostname, rules: routeRules(row.hostname) }),
    ),
  ]
}

function toCase(row: {
  readonly host: string
  readonly hostHeader: string
  readonly matches: boolean
  readonly rules: RuleSet
}): RequestCase {
  const { host, hostHeader, matches, rules } = row
  return {
    type: 'request',
    id: `${rules.name}-${hostHeader}`,
    text: `${host} ${matches ? 'takes' : 'does not take'} ${hostHeader}`,
    rules,
    needs: [],
    request: request({ path: '/', host: hostHeader }),
    expect: matches
      ? { status: [200], servedBy: `default/${SERVICE}` }
      : { status: [404], servedBy: null },
  }
}

function ingressRules(host: string): RuleSet {
  const paths = [{ path: '/', pathType: 'Prefix', backend: serviceBackend(SERVICE) }]
  return {
    name: `ingress-host-${host}`,
    files: [ingress('hosts', { rules: [{ host, http: { paths } }] })],
    services: [`default/${SERVICE}`],
  }
}

function routeRules(host: string): RuleSet {
  const spec = {
    parentRefs: [{ name: 'gateway' }],
    hostnames: [host],
    rules: [{ backendRefs: [{ name: SERVICE, port: 80 }] }],
  }
  return {
    name: `route-host-${host}`,
    files: [
      gateway('default', 'gateway', [{ name: 'http', port: 80, protocol: 'HTTP' }]),
      httpRoute({ namespace: 'default', name: 'hosts' }, spec),
    ],
    services: [`default/${SERVICE}`],
  }
}
