import fc from 'fast-check'
import { beforeAll, describe, expect, it } from 'vitest'
import { loadPatternCompiler, refusePatterns } from '../../../src/regex/engine.ts'
import type { PatternCompiler } from '../../../src/regex/pattern.ts'
import type { MatchRequest } from '../../../src/routing/conditions.ts'
import { createHostTable, SCAN_LIMIT } from '../../../src/routing/host-table.ts'
import { firstHolding, hostOf, requestOf, type Written } from './routes.ts'

let patterns: PatternCompiler
beforeAll(async () => {
  patterns = await loadPatternCompiler()
})

/** Routes that take nothing asked for here and lift a host over the limit of scanning. */
const ballast: readonly Written[] = Array.from({ length: SCAN_LIMIT + 1 }, (_, i) => ({
  path: `/ballast/${i}`,
}))

interface Row {
  readonly name: string
  readonly routes: readonly Written[]
  readonly request: Partial<MatchRequest>
  /** Index of the route that takes it. */
  readonly takes: number | undefined
}

const rows: readonly Row[] = [
  ...['/', '/foo', '/foo/', '/aaa/bbb', '//'].map((path) => ({
    name: `prefix / takes ${path}`,
    routes: [{ path: '/' }],
    request: { path },
    takes: 0,
  })),
  ...['/foo', '/foo/', '/foo/bar', '/foo//'].map((path) => ({
    name: `prefix /foo takes ${path}`,
    routes: [{ path: '/foo' }],
    request: { path },
    takes: 0,
  })),
  ...['/', '/fo', '/foobar', '/foo%2Fbar', '/FOO', '/bar/foo', '/fo/o'].map((path) => ({
    name: `prefix /foo leaves ${path}`,
    routes: [{ path: '/foo' }],
    request: { path },
    takes: undefined,
  })),
  {
    name: 'Exact /foo leaves /foo/',
    routes: [{ path: '/foo', type: 'Exact' }],
    request: { path: '/foo/' },
    takes: undefined,
  },
  {
    name: 'Exact /foo/ leaves /foo',
    routes: [{ path: '/foo/', type: 'Exact' }],
    request: { path: '/foo' },
    takes: undefined,
  },
  {
    name: 'the longest prefix takes',
    routes: [{ path: '/' }, { path: '/aaa' }, { path: '/aaa/bbb' }],
    request: { path: '/aaa/bbb/ccc' },
    takes: 2,
  },
  {
    name: 'Exact comes before the same prefix',
    routes: [{ path: '/foo' }, { path: '/foo', type: 'Exact' }],
    request: { path: '/foo' },
    takes: 1,
  },
  {
    name: 'a regular expression comes before a longer prefix',
    routes: [{ path: '/foo/bar' }, { path: '/f.*', type: 'RegularExpression' }],
    request: { path: '/foo/bar' },
    takes: 1,
  },
  {
    name: 'a method comes before headers',
    routes: [
      { path: '/', headers: [{ type: 'Exact', name: 'v', value: '1' }] },
      { path: '/', method: 'GET' },
    ],
    request: { fields: ['V', '1'] },
    takes: 1,
  },
  {
    name: 'a shorter prefix takes what a longer one refuses by method',
    routes: [{ path: '/' }, { path: '/a', method: 'POST' }],
    request: { path: '/a' },
    takes: 0,
  },
  {
    name: 'a prefix takes what Exact refuses by method',
    routes: [{ path: '/a' }, { path: '/a', type: 'Exact', method: 'POST' }],
    request: { path: '/a' },
    takes: 0,
  },
  {
    name: 'methods are case-sensitive',
    routes: [{ path: '/', method: 'GET' }],
    request: { method: 'get' },
    takes: undefined,
  },
  {
    name: 'a field name is found in any case, its value exactly',
    routes: [{ path: '/', headers: [{ type: 'Exact', name: 'x-team', value: 'ops' }] }],
    request: { fields: ['Accept', '*/*', 'X-Team', 'ops'] },
    takes: 0,
  },
  {
    name: 'one line of a repeated field is not its value',
    routes: [{ path: '/', headers: [{ type: 'Exact', name: 'x-team', value: 'ops' }] }],
    request: { fields: ['x-team', 'dev', 'x-team', 'ops'] },
    takes: undefined,
  },
  {
    name: 'a repeated field has the joined value',
    routes: [{ path: '/', headers: [{ type: 'Exact', name: 'x-team', value: 'dev, ops' }] }],
    request: { fields: ['x-team', 'dev', 'X-TEAM', 'ops'] },
    takes: 0,
  },
  {
    name: 'cookie lines are joined as HTTP/2 splits them',
    routes: [{ path: '/', headers: [{ type: 'Exact', name: 'cookie', value: 'a=1; b=2' }] }],
    request: { fields: ['cookie', 'a=1', 'cookie', 'b=2'] },
    takes: 0,
  },
  {
    name: 'an empty value is a value',
    routes: [{ path: '/', headers: [{ type: 'Exact', name: 'x', value: '' }] }],
    request: { fields: ['x', ''] },
    takes: 0,
  },
  {
    name: 'a field that is absent has no value, not an empty one',
    routes: [{ path: '/', headers: [{ type: 'RegularExpression', name: 'x', value: '.*' }] }],
    request: {},
    takes: undefined,
  },
  {
    name: 'a header pattern must match the whole value',
    routes: [{ path: '/', headers: [{ type: 'RegularExpression', name: 'x', value: '[0-9]+' }] }],
    request: { fields: ['x', '12a'] },
    takes: undefined,
  },
  {
    name: 'the first of a repeated query parameter counts',
    routes: [{ path: '/', queryParams: [{ type: 'Exact', name: 'a', value: '2' }] }],
    request: { query: 'a=1&a=2' },
    takes: undefined,
  },
  {
    name: 'query names and values are decoded as forms are',
    routes: [{ path: '/', queryParams: [{ type: 'Exact', name: 'a b', value: 'c d' }] }],
    request: { query: 'a%20b=c+d' },
    takes: 0,
  },
  {
    name: 'a question mark in front of the query belongs to the name',
    routes: [{ path: '/', queryParams: [{ type: 'Exact', name: 'a', value: '1' }] }],
    request: { query: '?a=1' },
    takes: undefined,
  },
  {
    name: 'a broken escape in the query stands for itself',
    routes: [{ path: '/', queryParams: [{ type: 'Exact', name: 'a', value: '%zz' }] }],
    request: { query: 'a=%zz' },
    takes: 0,
  },
  {
    name: 'names of the prototype are ordinary query parameters',
    routes: [
      { path: '/', queryParams: [{ type: 'RegularExpression', name: 'constructor', value: '.*' }] },
    ],
    request: { query: 'a=1' },
    takes: undefined,
  },
  {
    name: 'names of the prototype are ordinary paths',
    routes: [{ path: '/__proto__', type: 'Exact' }],
    request: { path: '/__proto__' },
    takes: 0,
  },
]

describe.each([
  { size: 'small', added: [] },
  { size: 'large', added: ballast },
])('match in a $size host', ({ added }) => {
  it.each(rows)('$name', ({ routes, request, takes }) => {
    const host = hostOf([...routes, ...added])
    const route = createHostTable(host, patterns).match(requestOf(request))
    expect(route?.rule).toBe(takes)
    if (route !== undefined) expect(host.routes).toContain(route)
  })
})

const path = fc
  .array(fc.constantFrom('a', 'b', 'ab', '', 'a%2F'), { maxLength: 4 })
  .map((elements) => `/${elements.join('/')}`)
const rulePath = path.map((text) => (text.length > 1 ? text.replace(/\/+$/, '') || '/' : text))
const value = fc.record({
  type: fc.constantFrom('Exact' as const, 'RegularExpression' as const),
  name: fc.constantFrom('x', 'y', 'cookie'),
  value: fc.constantFrom('1', '2', '1, 2', '[12]', '1.*'),
})
const conditions = {
  method: fc.constantFrom('GET', 'POST'),
  headers: fc.uniqueArray(value, { maxLength: 2, selector: (match) => match.name }),
  queryParams: fc.uniqueArray(value, { maxLength: 2, selector: (match) => match.name }),
}
const route: fc.Arbitrary<Written> = fc.oneof(
  fc.record({ path: rulePath, ...conditions }, { requiredKeys: ['path'] }),
  fc.record(
    { path, type: fc.constant('Exact' as const), ...conditions },
    { requiredKeys: ['path', 'type'] },
  ),
  fc.record(
    {
      path: fc.constantFrom('/a.*', '/(a|b)/?', '/[^/]+/b', '.*'),
      type: fc.constant('RegularExpression' as const),
      ...conditions,
    },
    { requiredKeys: ['path', 'type'] },
  ),
)
const request = fc.record({
  method: fc.constantFrom('GET', 'POST', 'PUT'),
  path,
  query: fc.option(
    fc
      .array(fc.tuple(fc.constantFrom('x', 'y', '%78'), fc.constantFrom('1', '2', '%31', '1,+2')))
      .map((pairs) => pairs.map((pair) => pair.join('=')).join('&')),
    { nil: undefined },
  ),
  fields: fc
    .array(fc.tuple(fc.constantFrom('x', 'X', 'y', 'Cookie', 'z'), fc.constantFrom('1', '2')), {
      maxLength: 4,
    })
    .map((pairs) => pairs.flat()),
})

describe('match', () => {
  it.each([
    { size: 'a few routes', limits: { minLength: 0, maxLength: SCAN_LIMIT } },
    { size: 'many routes', limits: { minLength: SCAN_LIMIT + 1, maxLength: 60 } },
  ])('gives what the linear reference gives, with $size', ({ limits }) => {
    fc.assert(
      fc.property(
        fc.array(route, limits),
        fc.array(request, { minLength: 1, maxLength: 8 }),
        (written, requests) => {
          const host = hostOf(written)
          const table = createHostTable(host, patterns)
          for (const one of requests) expect(table.match(one)).toBe(firstHolding(host, one))
        },
      ),
      { numRuns: 4000 },
    )
  })

  it('takes nothing from a host without routes', () => {
    expect(createHostTable(hostOf([]), refusePatterns).match(requestOf({}))).toBeUndefined()
  })
})

describe('createHostTable', () => {
  it('asks for no pattern where no route has one', () => {
    expect(createHostTable(hostOf([{ path: '/a' }]), refusePatterns).patterns).toBeUndefined()
  })

  it('compiles each pattern once, wherever it stands', () => {
    const asked: string[] = []
    const compile: PatternCompiler = (source) => {
      asked.push(source)
      return patterns(source)
    }
    const pattern = { type: 'RegularExpression', name: 'x', value: 'h+' } as const
    const written: Written[] = [
      { path: '/p+', type: 'RegularExpression' },
      { path: '/p+', type: 'RegularExpression', headers: [pattern] },
      { path: '/', queryParams: [pattern, { ...pattern, name: 'y', value: 'q+' }] },
    ]
    createHostTable(hostOf(written), compile)
    expect(asked.toSorted()).toEqual(['/p+', 'h+', 'q+'])
  })
})
