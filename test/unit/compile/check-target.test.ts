import { describe, expect, it } from 'vitest'
import { CAPABILITIES, LACKS, type RuntimeName } from '../../../src/compile/capabilities.ts'
import { checkTarget } from '../../../src/compile/check-target.ts'
import type { CompileOptions } from '../../../src/compile/compile.ts'
import type { Backend, Manifest, RouteRule, UpstreamHost } from '../../../src/model/manifest.ts'
import { at, backend, compiled, listener, match, route, rule } from './builders.ts'

function named(endpoint: string, host: UpstreamHost = { type: 'endpoint' }): Backend {
  return { name: 'api', endpoints: [endpoint], host, origin: at(5, 'backends.api') }
}

function toApi(parts: Partial<RouteRule> = {}): Partial<Manifest> {
  return {
    routes: [route('one', { rules: [rule(['/'], { backends: [backend('api')], ...parts })] })],
  }
}

interface Case {
  readonly name: string
  readonly manifest: Partial<Manifest>
  readonly options?: Partial<CompileOptions>
  readonly target?: RuntimeName
  /** `code value file:line`. */
  readonly expect: readonly string[]
}

const at30 = 'rules.yaml:30'

const cases: readonly Case[] = [
  {
    name: 'a public name that takes its own Host is all a Worker needs',
    manifest: { ...toApi(), backends: [named('https://api.example.com:8443')] },
    expect: [],
  },
  {
    name: 'the Host of the client cannot be kept',
    manifest: { ...toApi(), backends: [named('https://api.example.com', { type: 'preserve' })] },
    expect: [`needs-keep-host api ${at30}`],
  },
  {
    name: 'a fixed Host cannot be sent either',
    manifest: {
      ...toApi(),
      backends: [named('https://api.example.com', { type: 'fixed', value: 'x.example.com' })],
    },
    expect: [`needs-keep-host api ${at30}`],
  },
  {
    name: 'nor can that of a rewrite, be it the rule or the backend that asks for it',
    manifest: {
      ...toApi({
        filters: [{ type: 'URLRewrite', hostname: 'one.test' }],
        backends: [backend('api', { filters: [{ type: 'URLRewrite', hostname: 'two.test' }] })],
      }),
      backends: [named('https://api.example.com')],
    },
    expect: [`needs-keep-host one.test ${at30}`, `needs-keep-host two.test ${at30}`],
  },
  {
    name: 'a rewrite of the path alone needs nothing',
    manifest: {
      ...toApi({
        filters: [{ type: 'URLRewrite', path: { type: 'ReplaceFullPath', value: '/x' } }],
      }),
      backends: [named('https://api.example.com')],
    },
    expect: [],
  },
  ...['http://192.0.2.1:9001', 'http://[2001:db8::1]:9001', 'http://127.0.0.1:9001'].map(
    (url): Case => ({
      name: `${url} is an address`,
      manifest: { ...toApi(), backends: [named(url)] },
      expect: [`needs-ip-endpoint ${url} ${at30}`],
    }),
  ),
  ...[
    'http://localhost:9001',
    'http://api.default.svc.cluster.local:80',
    'http://db',
    'http://a.internal.',
  ].map((url): Case => ({
    name: `${url} is a private name`,
    manifest: { ...toApi(), backends: [named(url)] },
    expect: [`needs-private-name ${url.replace(/:80$/, '')} ${at30}`],
  })),
  {
    name: 'timeouts that only a socket can keep are told, the default and 0 are not',
    manifest: {
      ...toApi({ timeouts: { connectMs: 500, idleMs: 1000, firstByteMs: 5, totalMs: 7 } }),
      backends: [named('https://api.example.com')],
    },
    expect: [`needs-connect-timeout 500 ${at30}`, `needs-idle-timeout 1000 ${at30}`],
  },
  {
    name: 'timeouts that are switched off are none to keep',
    manifest: {
      ...toApi({ timeouts: { connectMs: 0, idleMs: 0 } }),
      backends: [named('https://api.example.com')],
    },
    expect: [],
  },
  {
    name: 'a second port of a protocol cannot be told from the first; HTTPS beside HTTP can',
    manifest: {
      listeners: [
        listener('a', { port: 80 }),
        listener('b', { port: 81 }),
        listener('c', { port: 443, protocol: 'HTTPS' }),
      ],
    },
    expect: ['needs-listener-ports http:*:81 :0'],
  },
  {
    name: 'a default backend counts with its own place',
    manifest: {
      backends: [named('https://api.example.com', { type: 'preserve' })],
      routes: [
        route('one', { rules: [], defaultBackend: { backend: backend('api'), origin: at(33) } }),
      ],
    },
    expect: ['needs-keep-host api rules.yaml:33'],
  },
  {
    name: 'what many rules lead to is told once, where the first of them stands',
    manifest: {
      backends: [named('https://api.example.com', { type: 'preserve' })],
      routes: [
        route('one', {
          rules: ['/c', '/a', '/b'].map((path, i) =>
            rule([match(path, { origin: at(90 - i) })], { backends: [backend('api')] }),
          ),
        }),
      ],
    },
    expect: ['needs-keep-host api rules.yaml:88'],
  },
  {
    name: 'Node needs no names and keeps every Host',
    target: 'node',
    manifest: { ...toApi(), backends: [named('http://127.0.0.1:1', { type: 'preserve' })] },
    expect: [],
  },
  {
    name: 'Node is told where it terminates no TLS',
    target: 'node',
    manifest: { listeners: [listener('c', { port: 443, protocol: 'HTTPS' })] },
    expect: LACKS.node.tls === undefined ? [] : ['needs-tls https:*:443 :0'],
  },
]

describe('checking rules against a target', () => {
  it.each(cases)('$name', ({ manifest, options, target = 'worker', expect: expected }) => {
    const { bundle } = compiled(manifest, options)
    const findings = checkTarget(bundle, { target, severity: 'error' })
    expect(
      findings.map(({ code, value, file, line }) => `${code} ${value} ${file}:${line}`),
    ).toEqual(expected)
  })

  it('names capability, reason and remedy, as gravely as it is asked to', () => {
    const { bundle } = compiled({ ...toApi(), backends: [named('http://192.0.2.1')] })
    const [finding] = checkTarget(bundle, { target: 'worker', severity: 'warning' })
    expect(finding).toMatchObject({ severity: 'warning', object: 'Ingress default/one' })
    expect(finding?.message).toContain('a Worker lacks ip-endpoint: the platform refuses')
    expect(finding?.remedy).toContain('service binding')
  })

  it('knows a service binding by its scheme: it keeps Host, and Node has none', () => {
    const { bundle } = compiled({ ...toApi(), backends: [named('https://api.example.com')] })
    const bound = {
      ...bundle,
      clusters: {
        'backend/api': {
          name: 'backend/api',
          endpoints: ['binding:API'],
          host: { type: 'preserve' as const },
        },
      },
    }
    expect(checkTarget(bound, { target: 'worker', severity: 'error' })).toEqual([])
    const [finding] = checkTarget(bound, { target: 'node', severity: 'error' })
    expect(finding?.code).toBe('needs-service-binding')
  })
})

describe('the table of capabilities', () => {
  it('gives every lack of every runtime a capability and a reason', () => {
    for (const lacks of Object.values(LACKS)) {
      for (const [capability, reason] of Object.entries(lacks)) {
        expect(Object.keys(CAPABILITIES)).toContain(capability)
        expect(reason).not.toBe('')
      }
    }
  })
})
