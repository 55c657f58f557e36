import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { pack } from '../../../src/compile/pack.ts'
import { openBundle } from '../../../src/gateway/bundle-reader.ts'
import { openPacked, type PackedReader } from '../../../src/gateway/packed-reader.ts'
import type { Action, Bundle, BundleReader, VirtualHost } from '../../../src/model/bundle.ts'

const timeouts = { connectMs: 3000, firstByteMs: 30_000, idleMs: 60_000, totalMs: 0 }

const action: fc.Arbitrary<Action> = fc.record(
  {
    filters: fc.array(
      fc.record({ type: fc.constant('URLRewrite' as const), hostname: fc.string() }),
      { maxLength: 2 },
    ),
    backends: fc.array(
      fc.record(
        { ref: fc.string(), cluster: fc.string(), weight: fc.nat(9) },
        { requiredKeys: ['ref', 'weight'] },
      ),
      { maxLength: 2 },
    ),
    policy: fc.constant({ deny: ['192.0.2.0/24'], allow: [] }),
    timeouts: fc.constantFrom(timeouts, { ...timeouts, totalMs: 5 }),
    invalid: fc.constant(true as const),
  },
  { requiredKeys: ['filters', 'backends', 'timeouts'] },
)

const virtualHost: fc.Arbitrary<Omit<VirtualHost, 'host'>> = fc.record(
  {
    policy: fc.constant({ deny: [], allow: ['10.0.0.0/8'] }),
    actions: fc.array(action, { maxLength: 3 }),
    sources: fc.array(
      fc.record(
        { name: fc.string(), indexed: fc.constant(true as const) },
        { requiredKeys: ['name'] },
      ),
      { maxLength: 2 },
    ),
    routes: fc.array(
      fc.record(
        {
          path: fc.string({ unit: 'grapheme' }),
          type: fc.constantFrom('Exact' as const, 'RegularExpression' as const),
          action: fc.nat(9),
          source: fc.nat(9),
          rule: fc.nat(),
          line: fc.nat(),
          column: fc.nat(),
          method: fc.string(),
          headers: fc.constant([{ type: 'Exact' as const, name: 'x', value: 'é' }]),
        },
        { requiredKeys: ['path', 'action', 'source', 'rule', 'line', 'column'] },
      ),
      { maxLength: 4 },
    ),
  },
  { requiredKeys: ['actions', 'sources', 'routes'] },
)

/** Names that trip whoever keeps names in an object, and names that no rule can have. */
const odd = [
  '__proto__',
  'constructor',
  'toString',
  'hasOwnProperty',
  '',
  '*',
  '**.a',
  'é',
  '\ud800',
]
const name = fc.oneof(fc.constantFrom(...odd), fc.domain(), fc.string({ unit: 'binary' }))

const bundle: fc.Arbitrary<Bundle> = fc
  .record({
    hosts: fc.array(fc.tuple(fc.nat(2), name, virtualHost), { maxLength: 30 }),
    clusters: fc.array(name, { maxLength: 8 }),
  })
  .map(({ hosts, clusters }): Bundle => ({
    format: 1,
    sockets: [],
    listeners: [],
    hosts: Object.fromEntries(
      // Through JSON, as from a store: what is generated has objects without prototype.
      hosts.map(([table, host, rest]) => [
        `${table}/${host}`,
        { host, ...(JSON.parse(JSON.stringify(rest)) as typeof rest) }, // the same, by construction
      ]),
    ),
    clusters: Object.fromEntries(
      clusters.map((one) => [
        one,
        { name: one, endpoints: [`http://${one}`], host: { type: 'preserve' as const } },
      ]),
    ),
  }))

const EMPTY: Bundle = { format: 1, sockets: [], listeners: [], hosts: {}, clusters: {} }

function plain(one: Bundle): BundleReader {
  const opened = openBundle(one)
  if (opened.type === 'refused') throw new Error(opened.finding.message)
  return opened.reader
}

function packed(one: Bundle, seed?: number): PackedReader {
  const opened = openPacked(pack(one, seed === undefined ? {} : { seed }))
  if (opened.type === 'refused') throw new Error(opened.finding.message)
  return opened.reader
}

describe('the two readers', () => {
  it('agree on every key, in every table', () => {
    fc.assert(
      fc.property(bundle, fc.integer(), (one, seed) => {
        const [a, b] = [plain(one), packed(one, seed)]
        expect(b.root).toStrictEqual(a.root)
        for (const table of [0, 1, 2, 3]) {
          const keys = [...a.hostKeys(table)]
          expect([...b.hostKeys(table)].toSorted()).toEqual(keys.toSorted())
          for (const key of keys) {
            const found = a.virtualHost(table, key)
            expect(found).toBeDefined()
            expect(b.virtualHost(table, key)).toStrictEqual(found)
          }
        }
        for (const key of Object.keys(one.clusters)) {
          expect(b.cluster(key)).toEqual(a.cluster(key))
        }
      }),
    )
  })

  it.each([{ patterns: true as const }, {}])('agree on a root with %j', (announced) => {
    const one: Bundle = { ...EMPTY, ...announced }
    expect(plain(one).root).toStrictEqual({ format: 1, sockets: [], listeners: [], ...announced })
    expect(packed(one).root).toStrictEqual(plain(one).root)
  })

  it('agree on keys that may not be there', () => {
    fc.assert(
      fc.property(bundle, fc.nat(3), name, (one, table, key) => {
        const [a, b] = [plain(one), packed(one)]
        expect(b.virtualHost(table, key)).toEqual(a.virtualHost(table, key))
        expect(b.cluster(key)).toEqual(a.cluster(key))
      }),
    )
  })

  it.each(odd)('find nothing under "%s" that is not there', (key) => {
    const empty: Bundle = { format: 1, sockets: [], listeners: [], hosts: {}, clusters: {} }
    for (const reader of [plain(empty), packed(empty)]) {
      expect(reader.virtualHost(0, key)).toBeUndefined()
      expect(reader.cluster(key)).toBeUndefined()
      expect([...reader.hostKeys(0)]).toEqual([])
    }
  })

  it.each([{ format: 2 }, { format: undefined }, { format: '1' }])(
    'refuse the format of another version: $format',
    ({ format }) => {
      // What comes from a store claims to be a Bundle; here the claim is false.
      const foreign = {
        sockets: [],
        listeners: [],
        hosts: {},
        clusters: {},
        format,
      } as unknown as Bundle
      for (const opened of [openBundle(foreign), openPacked(pack(foreign))]) {
        expect(opened).toMatchObject({
          type: 'refused',
          finding: { severity: 'error', code: 'unknown-format' },
        })
      }
    },
  )

  it('refuse the layout of another version', () => {
    const empty: Bundle = { format: 1, sockets: [], listeners: [], hosts: {}, clusters: {} }
    const foreign = { ...pack(empty), layout: 9 as 1 } // the claim is false
    expect(openPacked(foreign)).toMatchObject({ finding: { code: 'unknown-format', value: '9' } })
  })
})

describe('release', () => {
  const hosts = ['a.test', 'b.test']
  const one: Bundle = {
    format: 1,
    sockets: [],
    listeners: [],
    hosts: Object.fromEntries(
      hosts.map((host) => [`0/${host}`, { host, actions: [], sources: [], routes: [] }]),
    ),
    clusters: {},
  }

  it('gives a buffer back once all its documents are released', () => {
    const reader = packed(one)
    const before = reader.documentBytes()
    reader.release(0, 'a.test')
    reader.release(0, 'a.test')
    expect(reader.documentBytes()).toBe(before)
    expect(reader.virtualHost(0, 'b.test')?.host).toBe('b.test')
    reader.release(0, 'b.test')
    expect(reader.documentBytes()).toBe(0)
  })

  it('does not make a host unknown', () => {
    const reader = packed(one)
    for (const host of hosts) reader.release(0, host)
    expect([...reader.hostKeys(0)]).toEqual(hosts)
    expect(() => reader.virtualHost(0, 'a.test')).toThrow('"a.test" was released')
    expect(reader.virtualHost(0, 'c.test')).toBeUndefined()
  })

  it('of a host that is not there changes nothing', () => {
    const reader = packed(one)
    reader.release(0, 'c.test')
    reader.release(1, 'a.test')
    expect(reader.virtualHost(0, 'a.test')?.host).toBe('a.test')
  })
})

it('a host of a packed bundle shares what is equal with other hosts', () => {
  const shared = {
    filters: [],
    backends: [{ ref: 'api', cluster: 'backend/api', weight: 1 }],
    timeouts,
  }
  const make = (host: string): VirtualHost => ({ host, actions: [shared], sources: [], routes: [] })
  const reader = packed({
    format: 1,
    sockets: [],
    listeners: [],
    hosts: { '0/a.test': make('a.test'), '0/b.test': make('b.test') },
    clusters: {},
  })
  const [a, b] = ['a.test', 'b.test'].map((host) => reader.virtualHost(0, host)?.actions[0])
  expect(a).toEqual(shared)
  expect(a).toBe(b)
})
