import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Manifest, Route } from '../../../src/model/manifest.ts'
import { compile } from '../../../src/compile/compile.ts'
import {
  at,
  backend,
  defaults,
  host,
  listener,
  manifest,
  match,
  route,
  rule,
  service,
  settings,
  slice,
} from './builders.ts'

const paths = ['/', '/a', '/a/b', '/c']
const names = ['a.test', '*.a.test', '1.a.test', '*', 'b.a.test']

/** Routes whose names differ, so that no tie is left to file order. */
const routes: fc.Arbitrary<Route[]> = fc
  .array(
    fc.record({
      hosts: fc.subarray(names, { minLength: 1 }),
      paths: fc.subarray(paths, { minLength: 1 }),
      age: fc.option(fc.integer({ min: 1, max: 3 }), { nil: undefined }),
      method: fc.option(fc.constant('GET'), { nil: undefined }),
      ref: fc.constantFrom('default/api:80', 'default/web:80', 'default/lost:1', 'http://b.test'),
    }),
    { maxLength: 8 },
  )
  .map((drafts) =>
    drafts.map((draft, i) =>
      route(`r${i}`, {
        createdAtMs: draft.age,
        hostnames: draft.hosts.map(host),
        rules: [
          rule(
            draft.paths.map((path) => match(path, { method: draft.method, origin: at(100 + i) })),
            { backends: [backend(draft.ref, { origin: at(200 + i) })] },
          ),
        ],
        origin: at(i, `Ingress default/r${i}`),
      }),
    ),
  )

const rules: fc.Arbitrary<Manifest> = routes.map((list) =>
  manifest({
    routes: list,
    listeners: [listener('web'), listener('tls', { protocol: 'HTTPS', port: 8443 })],
    services: [service('api'), service('web'), service('idle', { clusterIp: undefined })],
    endpointSlices: [
      slice('api', { endpoints: [{ addresses: ['10.1.0.2'], ready: true }] }),
      slice('api', { endpoints: [{ addresses: ['10.1.0.1'], ready: true }] }),
    ],
    hosts: [settings('a.test', { deny: ['192.0.2.1/32'] }), settings('*.a.test', { deny: [] })],
    tlsHosts: [
      { host: host('a.test'), secret: 'default/a', origin: at(80) },
      { host: host('b.a.test'), secret: 'default/b', origin: at(81) },
    ],
  }),
)

function shuffle<T>(list: readonly T[], keys: readonly number[]): T[] {
  return list
    .map((item, i) => ({ item, key: keys[i % keys.length] ?? 0 }))
    .sort((a, b) => a.key - b.key)
    .map(({ item }) => item)
}

describe('compile', () => {
  it('gives the same bytes whatever the order of the objects', () => {
    const keys = fc.array(fc.integer(), { minLength: 7, maxLength: 7 })
    fc.assert(
      fc.property(rules, keys, (sorted, order) => {
        const mixed = Object.fromEntries(
          Object.entries(sorted).map(([field, list]) => [field, shuffle(list, order)]),
        ) as unknown as Manifest // every field of a manifest is a list, and keeps its items
        expect(JSON.stringify(compile(mixed, defaults))).toBe(
          JSON.stringify(compile(sorted, defaults)),
        )
      }),
    )
  })

  it('gives what survives JSON', () => {
    fc.assert(
      fc.property(rules, (one) => {
        const { bundle } = compile(one, defaults)
        expect(JSON.parse(JSON.stringify(bundle))).toEqual({ ...bundle })
      }),
    )
  })

  it('changes nothing of the manifest', () => {
    fc.assert(
      fc.property(rules, (one) => {
        const before = JSON.stringify(one)
        compile(one, defaults)
        expect(JSON.stringify(one)).toBe(before)
      }),
    )
  })
})
