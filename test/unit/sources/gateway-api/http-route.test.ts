import { describe, expect, it } from 'vitest'
import type { RouteRule } from '../../../../src/model/manifest.ts'
import { onlyRoute, readRules } from '../rules.ts'
import type { ReadRules } from '../rules.ts'
import { gateway, grant, route } from './objects.ts'

const BACKEND = 'backendRefs: [{ name: web, port: 80 }]'

function readSpec(spec: string, more = ''): ReadRules {
  return readRules(gateway() + route(spec) + more)
}

function readRule(rule: string): { read: ReadRules; rule: RouteRule | undefined } {
  const read = readSpec(`rules: [{ ${rule} }]`)
  return { read, rule: read.manifest.routes[0]?.rules[0] }
}

describe('readHttpRoute', () => {
  it('reads a whole route', () => {
    const read = readSpec(`hostnames: [a.test, '*.b.test']
rules:
- name: first
  matches:
  - path: { type: Exact, value: /a }
    method: POST
    headers: [{ name: X-Team, value: ops }, { name: v, type: RegularExpression, value: '[0-9]+' }]
    queryParams: [{ name: Q, value: '1' }]
  - path: { type: RegularExpression, value: '/v[0-9]+/.*' }
  timeouts: { request: 1m30s }
  backendRefs:
  - { name: web, port: 8080, weight: 9 }
  - { name: new, port: 8080, weight: 0 }`)
    expect(read.codes).toEqual([])
    expect(onlyRoute(read)).toMatchObject({
      kind: 'HTTPRoute',
      namespace: 'infra',
      name: 'shop',
      hostnames: [
        { type: 'exact', name: 'a.test' },
        { type: 'wildcard', depth: 'many', name: 'b.test' },
      ],
      rules: [
        {
          matches: [
            {
              path: { type: 'Exact', value: '/a' },
              method: 'POST',
              headers: [
                { type: 'Exact', name: 'x-team', value: 'ops' },
                { type: 'RegularExpression', name: 'v', value: '[0-9]+' },
              ],
              queryParams: [{ type: 'Exact', name: 'Q', value: '1' }],
            },
            { path: { type: 'RegularExpression', value: '/v[0-9]+/.*' }, method: undefined },
          ],
          timeouts: { totalMs: 90_000 },
          backends: [
            { ref: 'infra/web:8080', weight: 9 },
            { ref: 'infra/new:8080', weight: 0 },
          ],
          invalid: false,
        },
      ],
    })
  })

  it.each([`rules: [{ ${BACKEND} }]`, `rules: [{ matches: [{}], ${BACKEND} }]`])(
    'matches every path of every host by default: %s',
    (spec) => {
      const read = readSpec(spec)
      expect(read.codes).toEqual([])
      expect(onlyRoute(read)).toMatchObject({
        hostnames: [{ type: 'any' }],
        rules: [{ matches: [{ path: { type: 'PathPrefix', value: '/' } }] }],
      })
    },
  )

  it('refuses a route with an empty list of rules', () => {
    const read = readSpec('rules: []')
    expect(read.codes).toEqual(['error empty-route'])
    expect(read.manifest.routes).toEqual([])
  })

  it('never widens a host that it cannot read', () => {
    const some = readSpec(`hostnames: ['a.test:80', b.test]\nrules: [{ ${BACKEND} }]`)
    expect(some.codes).toEqual(['error invalid-host'])
    expect(onlyRoute(some).hostnames).toEqual([{ type: 'exact', name: 'b.test' }])
    for (const hostnames of ["['a.test:80']", '[192.0.2.1]', 'a.test', '[1]']) {
      const none = readSpec(`hostnames: ${hostnames}\nrules: [{ ${BACKEND} }]`)
      expect(none.findings).toMatchObject([{ severity: 'error' }])
      expect(none.manifest.routes).toEqual([])
    }
  })
})

describe('matches of a rule', () => {
  it.each([
    'path: { value: /a//b }',
    'path: { value: /a/../b }',
    'path: { value: a }',
    'path: { type: RegularExpression, value: "(" }',
    'path: { type: RegularExpression, value: "(?=a)" }',
    'path: /a',
  ])('leave out %s and keep the others', (match) => {
    const { read, rule } = readRule(
      `matches: [{ ${match} }, { path: { value: /kept } }], ${BACKEND}`,
    )
    expect(read.findings).toMatchObject([{ severity: 'error' }])
    expect(rule).toMatchObject({ invalid: false, matches: [{ path: { value: '/kept' } }] })
    expect(readRule(`matches: [{ ${match} }], ${BACKEND}`).rule).toBeUndefined()
  })

  it.each([
    { match: 'method: get', code: 'unknown-value' },
    { match: 'headers: [{ name: "a b", value: x }]', code: 'invalid-header' },
    { match: 'headers: [{ name: a }]', code: 'missing-field' },
    { match: 'headers: [{ value: a }]', code: 'missing-field' },
    { match: 'headers: [{ name: a, value: 1 }]', code: 'wrong-type' },
    { match: 'headers: { a: b }', code: 'wrong-type' },
    {
      match: 'headers: [{ name: a, type: RegularExpression, value: "(" }]',
      code: 'invalid-pattern',
    },
    { match: 'queryParams: [{ name: a, type: Glob, value: b }]', code: 'unknown-value' },
    { match: 'path: { type: Glob, value: /a }', code: 'unknown-value' },
  ])('answer 500 where { $match } says less than was meant', ({ match, code }) => {
    const { read, rule } = readRule(`matches: [{ ${match} }], ${BACKEND}`)
    expect(read.codes).toEqual([`error ${code}`])
    expect(rule).toMatchObject({ invalid: true, matches: [{ path: { type: 'PathPrefix' } }] })
  })

  it('count the first of two conditions on one name', () => {
    const { read, rule } = readRule(
      `matches: [{ headers: [{ name: A, value: x }, { name: a, value: y }],
        queryParams: [{ name: q, value: x }, { name: Q, value: y }, { name: q, value: z }] }], ${BACKEND}`,
    )
    expect(read.codes).toEqual(['warning repeated-name', 'warning repeated-name'])
    expect(rule?.matches[0]).toMatchObject({
      headers: [{ name: 'a', value: 'x' }],
      queryParams: [
        { name: 'q', value: 'x' },
        { name: 'Q', value: 'y' },
      ],
    })
  })
})

describe('backends of a rule', () => {
  it('leave a rule without backends to answer 500', () => {
    const { read, rule } = readRule('matches: [{ path: { value: /a } }], backendRefs: []')
    expect(read.codes).toEqual([])
    expect(rule).toMatchObject({ backends: [], invalid: false })
  })

  it.each([
    { backend: 'kind: TraefikService, name: rest, port: 80', code: 'backend-kind' },
    { backend: 'group: x.test, kind: Service, name: a, port: 80', code: 'backend-kind' },
    {
      backend: 'group: traefik.io, kind: TraefikService, name: rest@internal',
      code: 'backend-kind',
    },
    { backend: 'name: web', code: 'missing-field' },
    { backend: 'port: 80', code: 'missing-field' },
    { backend: 'name: web, port: 80, weight: -1', code: 'out-of-range' },
    { backend: 'name: web, namespace: data, port: 80', code: 'ref-not-permitted' },
    { backend: 'name: web, port: 80, filters: [{ type: CORS }]', code: 'filter-not-supported' },
  ])(
    'keep their share with an invalid target: { $backend } (KU-01, KU-08)',
    ({ backend, code }) => {
      const { read, rule } = readRule(`backendRefs: [{ ${backend} }, { name: good, port: 80 }]`)
      expect(read.codes).toContain(`error ${code}`)
      expect(rule).toMatchObject({
        invalid: false,
        backends: [
          { weight: 1, target: { type: 'invalid' } },
          { target: { type: 'service', namespace: 'infra', name: 'good', port: 80 } },
        ],
      })
    },
  )

  const SOURCE = '{ group: gateway.networking.k8s.io, kind: HTTPRoute, namespace: infra }'
  it.each([
    {
      name: 'the Service',
      from: SOURCE,
      to: "{ group: '', kind: Service, name: web }",
      granted: true,
    },
    { name: 'every Service', from: SOURCE, to: "{ group: '', kind: Service }", granted: true },
    {
      name: 'another Service',
      from: SOURCE,
      to: "{ group: '', kind: Service, name: other }",
      granted: false,
    },
    {
      name: 'a Secret',
      from: SOURCE,
      to: "{ group: '', kind: Secret, name: web }",
      granted: false,
    },
    {
      name: 'another namespace',
      from: SOURCE.replace('infra', 'other'),
      to: "{ group: '', kind: Service }",
      granted: false,
    },
    {
      name: 'another kind of route',
      from: SOURCE.replace('HTTPRoute', 'GRPCRoute'),
      to: "{ group: '', kind: Service }",
      granted: false,
    },
    {
      name: 'an empty name',
      from: SOURCE,
      to: "{ group: '', kind: Service, name: '' }",
      granted: true,
    },
  ])('reach another namespace where it grants $name: $granted', ({ from, to, granted }) => {
    const read = readSpec(
      'rules: [{ backendRefs: [{ name: web, namespace: data, port: 80 }] }]',
      grant(from, to),
    )
    expect(onlyRoute(read).rules[0]?.backends[0]?.target.type).toBe(granted ? 'service' : 'invalid')
    expect(read.codes).toEqual(granted ? [] : ['error ref-not-permitted'])
  })

  it('are not reached by a grant whose target name cannot be read', () => {
    const read = readSpec(
      'rules: [{ backendRefs: [{ name: web, namespace: data, port: 80 }] }]',
      grant(SOURCE, "{ group: '', kind: Service, name: A/B }"),
    )
    expect(read.codes).toEqual(['error ref-not-permitted', 'error invalid-name'])
  })
})

describe('timeouts of a rule', () => {
  it.each([
    { text: '30s', ms: 30_000 },
    { text: '500ms', ms: 500 },
    { text: '1h30m', ms: 5_400_000 },
    { text: '0s', ms: 0 },
  ])('read $text', ({ text, ms }) => {
    expect(readRule(`timeouts: { request: ${text} }, ${BACKEND}`).rule?.timeouts).toEqual({
      totalMs: ms,
    })
  })

  it.each(['30', '1.5s', '-1s', '1d', "''", '1h1m1s1ms1s', '100000s'])('refuse %s', (text) => {
    const { read, rule } = readRule(
      `timeouts: { request: "${text.replaceAll("'", '')}" }, ${BACKEND}`,
    )
    expect(read.codes).toEqual(['error invalid-duration'])
    expect(rule).toMatchObject({ timeouts: {}, invalid: false })
  })

  it('tell that a limit for one attempt has no effect', () => {
    expect(readRule(`timeouts: { backendRequest: 1s }, ${BACKEND}`).read.codes).toEqual([
      'info field-not-read',
    ])
  })
})
