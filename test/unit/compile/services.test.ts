import { describe, expect, it } from 'vitest'
import type { ServiceOverride } from '../../../src/compile/services.ts'
import type { EndpointSlice, Service } from '../../../src/model/manifest.ts'
import { backend, codes, compiled, route, rule, service, slice } from './builders.ts'

interface Case {
  readonly name: string
  readonly ref: string
  readonly overrides?: readonly ServiceOverride[]
  readonly services?: readonly Service[]
  readonly slices?: readonly EndpointSlice[]
  /** Cluster name and endpoints; `undefined` where the reference is invalid. */
  readonly expect: readonly [string, readonly string[]] | undefined
  readonly findings?: readonly string[]
}

const port = {
  name: 'web',
  port: 80,
  targetPort: 8080,
  protocol: 'TCP',
  appProtocol: undefined,
} as const
const override = (url: string, named?: number | string): ServiceOverride => ({
  namespace: 'default',
  name: 'api',
  port: named,
  url,
})

const cases: readonly Case[] = [
  {
    name: 'takes the DNS name where no Service is among the rules',
    ref: 'shop/api:80',
    expect: ['service/shop/api:80', ['http://api.shop.svc.cluster.local:80']],
  },
  {
    name: 'needs the Service for a named port',
    ref: 'default/api:web',
    expect: undefined,
    findings: ['named-port-without-service rules.yaml:40'],
  },
  {
    name: 'takes an override before everything else',
    ref: 'default/api:80',
    overrides: [override('http://127.0.0.1:9001')],
    services: [service('api')],
    slices: [slice('api')],
    expect: ['service/default/api:80', ['http://127.0.0.1:9001']],
  },
  {
    name: 'prefers an override that names the port',
    ref: 'default/api:80',
    overrides: [override('http://127.0.0.1:1'), override('http://127.0.0.1:2', 80)],
    expect: ['service/default/api:80', ['http://127.0.0.1:2']],
    findings: ['unused-service-override :0'],
  },
  {
    name: 'knows an override by number where the reference has the name',
    ref: 'default/api:web',
    overrides: [override('http://127.0.0.1:2', 80)],
    services: [service('api')],
    expect: ['service/default/api:80', ['http://127.0.0.1:2']],
  },
  {
    name: 'takes a named port from an override without any Service',
    ref: 'default/api:web',
    overrides: [override('http://127.0.0.1:2', 'web')],
    expect: ['service/default/api:web', ['http://127.0.0.1:2']],
  },
  {
    name: 'takes several overrides as several endpoints',
    ref: 'default/api:80',
    overrides: [override('http://127.0.0.1:1'), override('http://127.0.0.1:2/')],
    expect: ['service/default/api:80', ['http://127.0.0.1:1', 'http://127.0.0.1:2']],
  },
  {
    name: 'refuses an override that is no origin',
    ref: 'default/api:80',
    overrides: [override('http://127.0.0.1:1/path')],
    expect: ['service/default/api:80', []],
    findings: ['invalid-url :0'],
  },
  {
    name: 'tells an override that nothing asks for',
    ref: 'http://127.0.0.1:1',
    overrides: [override('http://127.0.0.1:1')],
    expect: ['url/http://127.0.0.1:1', ['http://127.0.0.1:1']],
    findings: ['unused-service-override :0'],
  },
  {
    name: 'takes the ready endpoints of all slices, sorted',
    ref: 'default/api:web',
    services: [service('api')],
    slices: [
      slice('api', {
        endpoints: [
          { addresses: ['10.1.0.9'], ready: true },
          { addresses: ['10.1.0.8'], ready: false },
        ],
      }),
      slice('api', {
        addressType: 'IPv6',
        endpoints: [{ addresses: ['2001:db8::1'], ready: true }],
      }),
      slice('api', { endpoints: [{ addresses: ['10.1.0.1', '10.9.9.9'], ready: true }] }),
      slice('other', { endpoints: [{ addresses: ['10.7.7.7'], ready: true }] }),
    ],
    expect: [
      'service/default/api:80',
      ['http://10.1.0.1:8080', 'http://10.1.0.9:8080', 'http://[2001:db8::1]:8080'],
    ],
  },
  {
    name: 'matches the ports of a slice by name',
    ref: 'default/api:80',
    services: [service('api')],
    slices: [
      slice('api', {
        ports: [
          { name: 'metrics', port: 9090 },
          { name: 'web', port: 8081 },
        ],
      }),
    ],
    expect: ['service/default/api:80', ['http://10.1.0.1:8081']],
  },
  {
    name: 'answers 503 where no endpoint is ready',
    ref: 'default/api:80',
    services: [service('api')],
    slices: [slice('api', { endpoints: [{ addresses: ['10.1.0.1'], ready: false }] })],
    expect: ['service/default/api:80', []],
    findings: ['no-endpoint rules.yaml:50'],
  },
  {
    name: 'takes the address of the service where it has no slices',
    ref: 'default/api:80',
    services: [service('api', { clusterIp: '10.0.0.7' })],
    expect: ['service/default/api:80', ['http://10.0.0.7']],
  },
  {
    name: 'answers 503 for a headless service without slices',
    ref: 'default/api:80',
    services: [service('api', { type: 'headless', clusterIp: undefined })],
    expect: ['service/default/api:80', []],
    findings: ['no-endpoint rules.yaml:50'],
  },
  {
    name: 'takes the slices of a headless service',
    ref: 'default/api:80',
    services: [service('api', { type: 'headless', clusterIp: undefined })],
    slices: [slice('api')],
    expect: ['service/default/api:80', ['http://10.1.0.1:8080']],
  },
  {
    name: 'refuses a service that is missing beside others',
    ref: 'default/api:80',
    services: [service('other')],
    expect: undefined,
    findings: ['service-not-found rules.yaml:40'],
  },
  {
    name: 'keeps namespaces apart',
    ref: 'shop/api:80',
    services: [service('api')],
    expect: undefined,
    findings: ['service-not-found rules.yaml:40'],
  },
  {
    name: 'refuses a port that the service does not have',
    ref: 'default/api:81',
    services: [service('api')],
    expect: undefined,
    findings: ['service-port-not-found rules.yaml:40'],
  },
  {
    name: 'refuses ExternalName',
    ref: 'default/api:80',
    services: [service('api', { type: 'externalName', clusterIp: undefined })],
    expect: undefined,
    findings: ['external-name-service rules.yaml:40'],
  },
  {
    name: 'refuses a port that is not TCP',
    ref: 'default/api:80',
    services: [service('api', { ports: [{ ...port, protocol: 'UDP' }] })],
    expect: undefined,
    findings: ['service-port-protocol rules.yaml:40'],
  },
  {
    name: 'prefers TCP where one number has two protocols',
    ref: 'default/api:80',
    services: [service('api', { ports: [{ ...port, name: 'udp', protocol: 'UDP' }, port] })],
    slices: [slice('api')],
    expect: ['service/default/api:80', ['http://10.1.0.1:8080']],
  },
  {
    name: 'speaks TLS where appProtocol says so',
    ref: 'default/api:80',
    services: [service('api', { ports: [{ ...port, appProtocol: 'HTTPS' }] })],
    slices: [slice('api')],
    expect: ['service/default/api:80', ['https://10.1.0.1:8080']],
  },
  {
    name: 'says which appProtocol it does not speak',
    ref: 'default/api:80',
    services: [service('api', { ports: [{ ...port, appProtocol: 'kubernetes.io/h2c' }] })],
    slices: [slice('api')],
    expect: ['service/default/api:80', ['http://10.1.0.1:8080']],
    findings: ['unsupported-app-protocol rules.yaml:50'],
  },
  ...['127.0.0.1', '169.254.169.254', '::ffff:127.0.0.1', 'fe80::1', '0.0.0.0'].map(
    (address): Case => ({
      name: `leaves out ${address} in a slice`,
      ref: 'default/api:80',
      services: [service('api')],
      slices: [
        slice('api', {
          endpoints: [
            { addresses: [address], ready: true },
            { addresses: ['10.1.0.1'], ready: true },
          ],
        }),
      ],
      expect: ['service/default/api:80', ['http://10.1.0.1:8080']],
      findings: ['forbidden-endpoint rules.yaml:60'],
    }),
  ),
  {
    name: 'leaves out names in a slice',
    ref: 'default/api:80',
    services: [service('api')],
    slices: [slice('api', { addressType: 'FQDN' })],
    expect: ['service/default/api:80', []],
    findings: ['no-endpoint rules.yaml:50', 'unsupported-endpoint-slice rules.yaml:60'],
  },
  {
    name: 'uses the first of two Services of one name',
    ref: 'default/api:80',
    services: [
      service('api', { clusterIp: '10.0.0.1' }),
      service('api', { clusterIp: '10.0.0.2' }),
    ],
    expect: ['service/default/api:80', ['http://10.0.0.1']],
    findings: ['duplicate-service rules.yaml:50'],
  },
]

describe('service references', () => {
  it.each(cases)('$name', ({ ref, overrides, services, slices, expect: wanted, findings = [] }) => {
    const result = compiled(
      {
        routes: [route('web', { rules: [rule(['/'], { backends: [backend(ref)] })] })],
        services: services ?? [],
        endpointSlices: slices ?? [],
      },
      { services: overrides ?? [] },
    )
    const cluster = result.bundle.hosts['0/a.test']?.actions[0]?.backends[0]?.cluster
    expect(cluster).toBe(wanted?.[0])
    const found = Object.values(result.bundle.clusters).map((one) => [one.name, one.endpoints])
    expect(found).toEqual(wanted === undefined ? [] : [wanted])
    expect(codes(result)).toEqual(findings)
  })

  it('makes one cluster of a port by number and by name', () => {
    const backends = [backend('default/api:80'), backend('default/api:web')]
    const { bundle, findings } = compiled({
      routes: [route('web', { rules: [rule(['/'], { backends })] })],
      services: [service('api', { clusterIp: undefined })],
    })
    expect(Object.keys(bundle.clusters)).toEqual(['service/default/api:80'])
    expect(findings.map(({ code }) => code)).toEqual(['no-endpoint'])
  })

  it('tells every reference to a missing service, each at its place', () => {
    const backends = [40, 41].map((line) =>
      backend('default/api:80', {
        origin: { object: 'Ingress default/web', file: 'a.yaml', line, column: 7 },
      }),
    )
    const { findings } = compiled({
      routes: [route('web', { rules: [rule(['/'], { backends })] })],
      services: [service('other')],
    })
    expect(findings.map(({ line, column }) => [line, column])).toEqual([
      [40, 7],
      [41, 7],
    ])
  })
})
