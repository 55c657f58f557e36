import { describe, expect, it } from 'vitest'
import type { Route, RouteMatch } from '../../../src/model/manifest.ts'
import { at, codes, compiled, host, listener, match, route, rule } from './builders.ts'

const place = (line: number) => ({ origin: at(line, 'Ingress', 'a.yaml') })
const header = (name: string, value: string) => ({ type: 'Exact', name, value }) as const
const exact = (value: string): RouteMatch => match('', { path: { type: 'Exact', value } })
const pattern = (value: string, parts: Partial<RouteMatch> = {}): RouteMatch =>
  match('', { path: { type: 'RegularExpression', value }, ...parts })

/** `source path` of the routes of `a.test`, in order. */
function served(routes: readonly Route[]): string[] {
  const virtualHost = compiled({ routes }).bundle.hosts['0/a.test']
  return (virtualHost?.routes ?? []).map(
    ({ source, path }) => `${virtualHost?.sources[source]?.name} ${path}`,
  )
}

describe('order of matches', () => {
  it('goes by path before everything else', () => {
    const paths = [
      '/',
      '/long/prefix',
      match('/long', { method: 'GET' }),
      pattern('/x.*'),
      exact('/e'),
    ]
    expect(served([route('r', { rules: [rule(paths)] })])).toEqual([
      'default/r /e',
      'default/r /x.*',
      'default/r /long/prefix',
      'default/r /long',
      'default/r /',
    ])
  })

  it('goes by age, then by name, then by file order', () => {
    const conditions = (value: string) => rule([match('/', { headers: [header('v', value)] })])
    const routes = [
      route('a', { rules: [conditions('1'), conditions('2')] }),
      route('c', { createdAtMs: 2, rules: [conditions('3')] }),
      route('d', { createdAtMs: 1, rules: [conditions('4')] }),
      route('b', { createdAtMs: 1, rules: [conditions('5')] }),
    ]
    const virtualHost = compiled({ routes }).bundle.hosts['0/a.test']
    const values = virtualHost?.routes.map(({ headers }) => headers?.[0]?.value)
    expect(values).toEqual(['5', '4', '3', '1', '2'])
  })

  it('keeps unnamed routes in the order of their numbers, past four digits', () => {
    const unnamed = (index: number) =>
      route('routes', {
        kind: 'routes.json',
        index,
        rules: [rule([match('/', { headers: [header('v', String(index))] })])],
      })
    const routes = [10_000, 9_999, 2].map(unnamed)
    const virtualHost = compiled({ routes }).bundle.hosts['0/a.test']
    expect(virtualHost?.routes.map((one) => one.rule)).toEqual([2, 9_999, 10_000])
    expect(virtualHost?.sources).toEqual([
      { name: 'default/routes', indexed: true, file: 'rules.yaml' },
    ])
  })

  it.each([
    { written: '/a/', kept: '/a' },
    { written: '/a', kept: '/a' },
    { written: '/', kept: '/' },
    { written: '/a//', kept: '/a' },
    { written: '/a/%2F/', kept: '/a/%2F' },
  ])('writes the prefix $written without trailing slash', ({ written, kept }) => {
    expect(served([route('r', { rules: [rule([written])] })])).toEqual([`default/r ${kept}`])
  })

  it('keeps the trailing slash of an exact path', () => {
    expect(served([route('r', { rules: [rule([exact('/a/')])] })])).toEqual(['default/r /a/'])
  })
})

interface DuplicateCase {
  readonly name: string
  readonly a: RouteMatch
  readonly b: RouteMatch
  readonly duplicate: boolean
}

const duplicates: readonly DuplicateCase[] = [
  { name: 'one prefix', a: match('/a'), b: match('/a'), duplicate: true },
  { name: 'a prefix with and without slash', a: match('/a'), b: match('/a/'), duplicate: true },
  { name: 'a prefix and an exact path', a: match('/a'), b: exact('/a'), duplicate: false },
  {
    name: 'different methods',
    a: match('/a', { method: 'GET' }),
    b: match('/a', { method: 'PUT' }),
    duplicate: false,
  },
  {
    name: 'headers in another order',
    a: match('/a', { headers: [header('x', '1'), header('y', '2')] }),
    b: match('/a', { headers: [header('y', '2'), header('x', '1')] }),
    duplicate: true,
  },
  {
    name: 'different header values',
    a: match('/a', { headers: [header('x', '1')] }),
    b: match('/a', { headers: [header('x', '2')] }),
    duplicate: false,
  },
  {
    name: 'a header and a query parameter',
    a: match('/a', { headers: [header('x', '1')] }),
    b: match('/a', { queryParams: [header('x', '1')] }),
    duplicate: false,
  },
  {
    name: 'a value and a pattern',
    a: match('/a', { headers: [header('x', '1')] }),
    b: match('/a', { headers: [{ type: 'RegularExpression', name: 'x', value: '1' }] }),
    duplicate: false,
  },
]

describe('two matches of one host', () => {
  it.each(duplicates)('$name: duplicate $duplicate', ({ a, b, duplicate }) => {
    const result = compiled({
      routes: [
        route('young', { createdAtMs: 2, rules: [rule([{ ...a, ...place(7) }])] }),
        route('old', { createdAtMs: 1, rules: [rule([{ ...b, ...place(8) }])] }),
      ],
    })
    const kept = result.bundle.hosts['0/a.test']?.routes.map(({ line }) => line)
    expect(kept?.toSorted()).toEqual(duplicate ? [8] : [7, 8])
    expect(codes(result)).toEqual(duplicate ? ['duplicate-match a.yaml:7'] : [])
    if (duplicate) expect(result.findings[0]?.message).toContain('Ingress (a.yaml:8:3)')
  })

  it('are told once, however many hosts they share', () => {
    const hostnames = [
      { type: 'wildcard', depth: 'many', name: 'a.test' },
      { type: 'exact', name: 'b.test' },
    ] as const
    const result = compiled({ routes: [route('a', { hostnames }), route('b', { hostnames })] })
    expect(result.findings).toHaveLength(1)
  })

  it('may be the same on different hosts', () => {
    const hostnames = [{ type: 'exact', name: 'b.test' }] as const
    expect(compiled({ routes: [route('a'), route('b', { hostnames })] }).findings).toEqual([])
  })
})

describe('routes that meet on the host of a listener', () => {
  const meet = (routes: readonly Route[]) =>
    compiled({ listeners: [listener('web', { hostname: host('x.a.test') })], routes })
  const broad = route('broad', {
    createdAtMs: 1,
    hostnames: [host('*.a.test')],
    rules: [rule(['/', '/broad'])],
  })
  const narrow = route('narrow', {
    createdAtMs: 2,
    hostnames: [host('x.a.test')],
    rules: [rule(['/', '/narrow'])],
  })

  it.each([{ routes: [broad, narrow] }, { routes: [narrow, broad] }])(
    'serve what both say, and the more specific host where they say the same',
    ({ routes }) => {
      const { bundle, findings } = meet(routes)
      const virtualHost = bundle.hosts['0/x.a.test']
      const found = virtualHost?.routes.map(
        ({ path, source }) => `${path} ${virtualHost.sources[source]?.name}`,
      )
      expect(found).toEqual(['/narrow default/narrow', '/broad default/broad', '/ default/narrow'])
      expect(findings).toEqual([])
    },
  )

  it('come once where two patterns of one route bring it', () => {
    const both = route('both', { hostnames: [host('*'), host('x.a.test')] })
    const { bundle, findings } = meet([both])
    expect(findings).toEqual([])
    expect(bundle.hosts['0/x.a.test']?.routes).toHaveLength(1)
  })
})

describe('regular expressions', () => {
  const wrong = { type: 'RegularExpression', name: 'x', value: '(' } as const

  it('that are wrong in a path leave the match out', () => {
    const result = compiled({
      routes: [route('r', { rules: [rule([pattern('/(', place(5)), '/'])] })],
    })
    expect(codes(result)).toEqual(['invalid-pattern a.yaml:5'])
    expect(result.bundle.hosts['0/a.test']?.routes.map(({ path }) => path)).toEqual(['/'])
  })

  it.each(['headers', 'queryParams'] as const)(
    'that are wrong in %s keep the path and answer 500 before any open rule',
    (field) => {
      const broken = match('/', { [field]: [wrong, { ...wrong, name: 'y' }], method: 'GET' })
      const result = compiled({
        routes: [route('open', { createdAtMs: 1 }), route('shut', { rules: [rule([broken])] })],
      })
      const virtualHost = result.bundle.hosts['0/a.test']
      const [first, second] = virtualHost?.routes ?? []
      expect(first).toMatchObject({ path: '/', method: 'GET' })
      expect(first).not.toHaveProperty(field)
      expect(virtualHost?.actions[first?.action ?? -1]?.invalid).toBe(true)
      expect(virtualHost?.actions[second?.action ?? -1]?.invalid).toBeUndefined()
      expect(result.findings.map(({ code }) => code)).toEqual([
        'invalid-pattern',
        'invalid-pattern',
      ])
    },
  )

  it('are checked once for each source', () => {
    const asked: string[] = []
    const checkPattern = (source: string) => void asked.push(source)
    const matches = ['1', '2', '3'].map((value) =>
      pattern('/a.*', { headers: [header('x', value)] }),
    )
    compiled({ routes: [route('r', { rules: [rule(matches)] })] }, { checkPattern })
    expect(asked).toEqual(['/a.*'])
  })

  it.each([
    { name: 'a pattern', paths: [pattern('/a.*')], patterns: true },
    {
      name: 'a header pattern',
      paths: [match('/', { headers: [{ ...header('x', '1'), type: 'RegularExpression' }] })],
      patterns: true,
    },
    { name: 'none', paths: ['/a'], patterns: undefined },
  ])('are announced by the bundle: $name', ({ paths, patterns }) => {
    const { bundle } = compiled({ routes: [route('r', { rules: [rule(paths)] })] })
    expect(bundle.patterns).toBe(patterns)
  })
})
