import { describe, expect, it } from 'vitest'
import type { Backend, RouteRule } from '../../../src/model/manifest.ts'
import type { Action, Bundle } from '../../../src/model/bundle.ts'
import { at, backend, codes, compiled, policy, route, rule } from './builders.ts'

const timeouts = { connectMs: 3000, firstByteMs: 30_000, idleMs: 60_000, totalMs: 0 }
const url = 'http://127.0.0.1:9000'
const only = { ref: url, cluster: `url/${url}`, weight: 1 }

const api: Backend = {
  name: 'api',
  endpoints: ['http://127.0.0.1:2', 'http://127.0.0.1:1', 'http://127.0.0.1:2/'],
  host: { type: 'fixed', value: 'api.internal' },
  origin: at(5, 'backends.api'),
}

interface Case {
  readonly name: string
  readonly rule: Partial<RouteRule>
  readonly backends?: readonly Backend[]
  readonly expect: Action
  readonly findings?: readonly string[]
}

const redirect = { type: 'RequestRedirect', scheme: 'https', statusCode: 308 } as const

const cases: readonly Case[] = [
  {
    name: 'fills in the timeouts',
    rule: {},
    expect: { filters: [], backends: [only], timeouts },
  },
  {
    name: 'keeps a timeout that is named or switched off',
    rule: { timeouts: { totalMs: 500, idleMs: 0 } },
    expect: {
      filters: [],
      backends: [only],
      timeouts: { ...timeouts, totalMs: 500, idleMs: 0 },
    },
  },
  {
    name: 'keeps filters, policy and weights',
    rule: {
      filters: [{ type: 'URLRewrite', hostname: 'b.test' }],
      policy: policy({ allow: ['10.0.0.0/8'] }),
      backends: [backend(url, { weight: 9, filters: [redirect] }), backend('api', { weight: 0 })],
    },
    backends: [api],
    expect: {
      filters: [{ type: 'URLRewrite', hostname: 'b.test' }],
      backends: [
        { ...only, weight: 9, filters: [redirect] },
        { ref: 'api', cluster: 'backend/api', weight: 0 },
      ],
      policy: policy({ allow: ['10.0.0.0/8'] }),
      timeouts,
    },
  },
  {
    name: 'leaves out a policy that says nothing',
    rule: { policy: policy({}) },
    expect: { filters: [], backends: [only], timeouts },
  },
  {
    name: 'answers 500 for the share of an invalid reference',
    rule: { backends: [backend('nope'), backend(url), backend('invalid')] },
    expect: {
      filters: [],
      backends: [{ ref: 'nope', weight: 1 }, only, { ref: 'invalid', weight: 1 }],
      timeouts,
    },
    findings: ['unknown-backend rules.yaml:40'],
  },
  {
    name: 'answers 500 for a rule without backend',
    rule: { backends: [] },
    expect: { filters: [], backends: [{ ref: '', weight: 1 }], timeouts },
    findings: ['missing-backend rules.yaml:20'],
  },
  {
    name: 'needs no backend where a filter answers',
    rule: { backends: [], filters: [redirect] },
    expect: { filters: [redirect], backends: [], timeouts },
  },
  {
    name: 'keeps backends that all have weight 0, which answers 503',
    rule: { backends: [backend(url, { weight: 0 })] },
    expect: { filters: [], backends: [{ ...only, weight: 0 }], timeouts },
    findings: ['zero-weight rules.yaml:20'],
  },
  {
    name: 'keeps the policy of a rule that cannot be read, and nothing else',
    rule: {
      invalid: true,
      filters: [redirect],
      backends: [],
      policy: policy({ deny: ['192.0.2.0/24'] }),
    },
    expect: {
      filters: [],
      backends: [],
      policy: policy({ deny: ['192.0.2.0/24'] }),
      timeouts,
      invalid: true,
    },
  },
  ...['ftp://a.test', 'http://a.test/path', 'http://u:p@a.test', 'http://', 'nonsense://'].map(
    (text): Case => ({
      name: `refuses the URL ${text}`,
      rule: { backends: [backend(text)] },
      expect: { filters: [], backends: [{ ref: text, weight: 1 }], timeouts },
      findings: ['invalid-url rules.yaml:40'],
    }),
  ),
  ...['http://169.254.169.254', 'http://0xa9fea9fe', 'http://[fe80::1]:80', 'http://0'].map(
    (text): Case => ({
      name: `refuses the address of ${text}`,
      rule: { backends: [backend(text)] },
      expect: { filters: [], backends: [{ ref: text, weight: 1 }], timeouts },
      findings: ['forbidden-endpoint rules.yaml:40'],
    }),
  ),
]

function actionsOf(bundle: Bundle): readonly Action[] {
  return bundle.hosts['0/a.test']?.actions ?? []
}

describe('actions', () => {
  it.each(cases)('$name', ({ rule: parts, backends = [], expect: wanted, findings = [] }) => {
    const result = compiled({ routes: [route('r', { rules: [rule(['/'], parts)] })], backends })
    expect(actionsOf(result.bundle)).toEqual([wanted])
    expect(codes(result)).toEqual(findings)
  })

  it('are one for rules that do the same', () => {
    const rules = [
      rule(['/a']),
      rule(['/b'], { timeouts: { connectMs: 3000 } }),
      rule(['/c'], { timeouts: { connectMs: 3001 } }),
      rule(['/d'], { timeouts: { connectMs: 3001 } }),
    ]
    const { bundle } = compiled({ routes: [route('r', { rules })] })
    expect(actionsOf(bundle)).toHaveLength(2)
    expect(bundle.hosts['0/a.test']?.routes.map(({ action }) => action)).toEqual([0, 0, 1, 1])
  })
})

describe('clusters', () => {
  it('keep the endpoints of a backend in the order written, each once', () => {
    const { bundle } = compiled({
      routes: [route('r', { rules: [rule(['/'], { backends: [backend('api')] })] })],
      backends: [api],
    })
    expect(bundle.clusters).toEqual({
      'backend/api': {
        name: 'backend/api',
        endpoints: ['http://127.0.0.1:2', 'http://127.0.0.1:1'],
        host: api.host,
      },
    })
  })

  it('leave out an endpoint that may not be named, and tell it at the backend', () => {
    const result = compiled({
      routes: [route('r', { rules: [rule(['/'], { backends: [backend('api')] })] })],
      backends: [{ ...api, endpoints: ['http://169.254.0.1', 'http://127.0.0.1:1'] }],
    })
    expect(result.bundle.clusters['backend/api']?.endpoints).toEqual(['http://127.0.0.1:1'])
    expect(codes(result)).toEqual(['forbidden-endpoint rules.yaml:5'])
  })

  it('use the first of two backends of one name', () => {
    const second = { ...api, endpoints: ['http://127.0.0.1:3'], origin: at(6, 'backends.api') }
    const result = compiled({
      routes: [route('r', { rules: [rule(['/'], { backends: [backend('api')] })] })],
      backends: [api, second],
    })
    expect(result.bundle.clusters['backend/api']?.endpoints).toHaveLength(2)
    expect(codes(result)).toEqual(['duplicate-backend rules.yaml:6'])
  })

  it.each(['__proto__', 'constructor', 'toString'])('know no backend "%s" by accident', (name) => {
    const rules = [rule(['/'], { backends: [backend(name)] })]
    const result = compiled({ routes: [route('r', { rules })] })
    expect(codes(result)).toEqual(['unknown-backend rules.yaml:40'])
  })

  it('are one for URLs that name the same origin', () => {
    const backends = [backend('http://A.test:80'), backend('http://a.test')]
    const { bundle } = compiled({ routes: [route('r', { rules: [rule(['/'], { backends })] })] })
    expect(Object.keys(bundle.clusters)).toEqual(['url/http://a.test'])
  })
})
