import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { compareRoutes, type RoutePrecedence } from '../../../src/routing/precedence.ts'

const plain: RoutePrecedence = {
  pathType: 'PathPrefix',
  path: '/a',
  method: undefined,
  headerCount: 0,
  queryCount: 0,
  createdAtMs: undefined,
  name: 'default/m',
  order: 5,
}

interface Pair {
  readonly name: string
  readonly first: Partial<RoutePrecedence>
  readonly second: Partial<RoutePrecedence>
}

// Each row lets every later criterion speak for the loser, so it is the named one that decides.
const pairs: readonly Pair[] = [
  {
    name: 'Exact before a regular expression',
    first: { pathType: 'Exact' },
    second: { pathType: 'RegularExpression', path: '/a.*', method: 'GET', headerCount: 9 },
  },
  {
    name: 'Exact before a longer prefix',
    first: { pathType: 'Exact', path: '/' },
    second: { pathType: 'PathPrefix', path: '/a/b', method: 'GET' },
  },
  {
    name: 'a regular expression before a longer prefix',
    first: { pathType: 'RegularExpression', path: '/.' },
    second: { pathType: 'PathPrefix', path: '/a/b/c', method: 'GET', createdAtMs: 1 },
  },
  {
    name: 'the longer prefix before a method',
    first: { path: '/a/b' },
    second: { path: '/a', method: 'GET', headerCount: 3, queryCount: 3, createdAtMs: 1 },
  },
  {
    name: 'a regular expression by its method, not by its length',
    first: { pathType: 'RegularExpression', path: '/a', method: 'GET' },
    second: { pathType: 'RegularExpression', path: '/a[b]*', headerCount: 1 },
  },
  {
    name: 'a method before header conditions',
    first: { method: 'GET' },
    second: { headerCount: 2, queryCount: 2, createdAtMs: 1, name: 'a/a', order: 0 },
  },
  {
    name: 'more headers before more query parameters',
    first: { headerCount: 1 },
    second: { queryCount: 5, createdAtMs: 1, name: 'a/a', order: 0 },
  },
  {
    name: 'more query parameters before age',
    first: { queryCount: 2 },
    second: { queryCount: 1, createdAtMs: 1, name: 'a/a', order: 0 },
  },
  {
    name: 'the older before the younger',
    first: { createdAtMs: 1 },
    second: { createdAtMs: 2, name: 'a/a', order: 0 },
  },
  {
    name: 'any creation time before none, the epoch included',
    first: { createdAtMs: 0 },
    second: { createdAtMs: undefined, name: 'a/a', order: 0 },
  },
  {
    name: 'namespace/name before order, by code unit',
    first: { name: 'default/B' },
    second: { name: 'default/a', order: 0 },
  },
  { name: 'file order at the end', first: { order: 1 }, second: { order: 2 } },
]

const route: fc.Arbitrary<RoutePrecedence> = fc.record({
  pathType: fc.constantFrom('Exact', 'PathPrefix', 'RegularExpression'),
  path: fc.constantFrom('/', '/a', '/b', '/a/b', '/a.*'),
  method: fc.constantFrom(undefined, 'GET', 'POST'),
  headerCount: fc.nat(2),
  queryCount: fc.nat(2),
  createdAtMs: fc.constantFrom(undefined, 0, 1, 2),
  name: fc.constantFrom('a/a', 'a/b', 'b/a'),
  order: fc.nat(3),
})

describe('compareRoutes', () => {
  it.each(pairs)('puts $name', ({ first, second }) => {
    const a = { ...plain, ...first }
    const b = { ...plain, ...second }
    expect(compareRoutes(a, b)).toBeLessThan(0)
    expect(compareRoutes(b, a)).toBeGreaterThan(0)
  })

  it('takes no notice of which method is asked for', () => {
    const get = { ...plain, method: 'GET', order: 2 }
    const post = { ...plain, method: 'POST', order: 1 }
    expect(compareRoutes(post, get)).toBeLessThan(0)
  })

  it('is antisymmetric', () => {
    fc.assert(
      fc.property(route, route, (a, b) => {
        expect(Math.sign(compareRoutes(a, b))).toBe(0 - Math.sign(compareRoutes(b, a)))
      }),
      { numRuns: 5000 },
    )
  })

  it('is transitive, equality included', () => {
    fc.assert(
      fc.property(route, route, route, (a, b, c) => {
        const [x, y, z] = [a, b, c].toSorted(compareRoutes) as [typeof a, typeof a, typeof a]
        expect(compareRoutes(x, y)).toBeLessThanOrEqual(0)
        expect(compareRoutes(y, z)).toBeLessThanOrEqual(0)
        expect(compareRoutes(x, z)).toBeLessThanOrEqual(0)
        if (compareRoutes(x, y) === 0 && compareRoutes(y, z) === 0) {
          expect(compareRoutes(x, z)).toBe(0)
        }
      }),
      { numRuns: 5000 },
    )
  })

  it('tells any two routes of different order apart', () => {
    fc.assert(
      fc.property(route, route, (a, b) => {
        fc.pre(a.order !== b.order)
        expect(compareRoutes(a, b)).not.toBe(0)
      }),
    )
  })
})
