import fc from 'fast-check'
import { describe, expect, it } from 'vitest'

import { isRoutesFile } from '../../../../src/sources/routes-file/routes-file.ts'
import { readRoutes, readText, readValue } from './reading.ts'

/** A copy without places. */
function withoutOrigins(value: unknown): unknown {
  return JSON.parse(
    JSON.stringify(value, (key, inner: unknown) => (key === 'origin' ? null : inner)),
  )
}

describe('isRoutesFile', () => {
  it.each([
    { value: { version: 1 }, expected: true },
    { value: {}, expected: true },
    { value: { kind: 'Ingress' }, expected: false },
    { value: { apiVersion: 'v1' }, expected: false },
    { value: Object.create(null), expected: true },
    { value: [], expected: false },
    { value: null, expected: false },
    { value: 'text', expected: false },
  ])('of $value is $expected', ({ value, expected }) => {
    expect(isRoutesFile(value)).toBe(expected)
  })
})

describe('readRoutesFile', () => {
  const forms = [
    {
      name: 'host, path and backend',
      short: { host: 'A.test', path: '/api/', backend: 'api' },
      long: {
        hosts: ['a.test'],
        matches: [{ path: { type: 'PathPrefix', value: '/api' } }],
        backends: [{ name: 'api', weight: 1 }],
      },
    },
    {
      name: 'a path type',
      short: { path: '/api/', pathType: 'Exact', backend: 'api' },
      long: { matches: [{ path: { type: 'Exact', value: '/api/' } }], backends: [{ name: 'api' }] },
    },
    {
      name: 'a regular expression',
      short: { path: '/v[0-9]+', pathType: 'RegularExpression', backend: 'api' },
      long: {
        matches: [{ path: { type: 'RegularExpression', value: '/v[0-9]+' } }],
        backends: [{ name: 'api' }],
      },
    },
    {
      name: 'a URL',
      short: { backend: 'http://Example.test:80/' },
      long: { matches: [{}], backends: [{ url: 'http://Example.test:80/' }] },
    },
    {
      name: 'a service',
      short: { path: '/', backend: 'default/details:http' },
      long: {
        matches: [{ path: { value: '/' } }],
        backends: [{ service: 'default/details:http' }],
      },
    },
  ]
  it.each(forms)('reads the short form of $name as the long one', ({ short, long }) => {
    expect(withoutOrigins(readRoutes(short))).toEqual(withoutOrigins(readRoutes(long)))
  })

  it('gives an unnamed route its position and a named one its name', () => {
    const routes = readRoutes(
      { backend: 'api' },
      { name: 'admin', backend: 'api' },
      { backend: 'api' },
    )
    expect(routes.map(({ namespace, name, index }) => [namespace, name, index])).toEqual([
      ['default', 'routes', 0],
      ['default', 'admin', undefined],
      ['default', 'routes', 2],
    ])
  })

  const targets = [
    { ref: 'api', target: { type: 'backend', name: 'api' } },
    { ref: 'https://[::1]:443/', target: { type: 'url', url: 'https://[::1]' } },
    { ref: 'http://0x7f.1:9000', target: { type: 'url', url: 'http://127.0.0.1:9000' } },
    { ref: 'binding:API_2', target: { type: 'url', url: 'binding:API_2' } },
    { ref: 'a/b:80', target: { type: 'service', namespace: 'a', name: 'b', port: 80 } },
    { ref: 'a/b:http', target: { type: 'service', namespace: 'a', name: 'b', port: 'http' } },
  ]
  it.each(targets)('resolves the reference $ref', ({ ref, target }) => {
    expect(readRoutes({ backend: ref })[0]?.rules[0]?.backends).toMatchObject([
      { ref, target, weight: 1, filters: [] },
    ])
  })

  const hosts = [
    { host: undefined, pattern: { type: 'any' } },
    { host: '*', pattern: { type: 'any' } },
    { host: 'WWW.Example.com', pattern: { type: 'exact', name: 'www.example.com' } },
    { host: '*.Example.com', pattern: { type: 'wildcard', depth: 'many', name: 'example.com' } },
    { host: '127.0.0.1', pattern: { type: 'exact', name: '127.0.0.1' } },
    { host: '[2001:DB8::1]', pattern: { type: 'exact', name: '[2001:db8::1]' } },
  ]
  it.each(hosts)('reads the host $host', ({ host, pattern }) => {
    const route = { backend: 'api', ...(host === undefined ? {} : { host }) }
    expect(readRoutes(route)[0]?.hostnames).toEqual([pattern])
  })

  const filters = [
    {
      filter: { type: 'URLRewrite', hostname: 'B.test', path: { replacePrefixMatch: '/' } },
      read: {
        type: 'URLRewrite',
        hostname: 'b.test',
        path: { type: 'ReplacePrefixMatch', value: '/' },
      },
    },
    {
      filter: { type: 'URLRewrite', path: { replacePrefixMatch: '' } },
      read: { type: 'URLRewrite', path: { type: 'ReplacePrefixMatch', value: '' } },
    },
    {
      filter: { type: 'RequestHeaderModifier', set: [{ name: 'X-A', value: '' }], remove: ['X-B'] },
      read: {
        type: 'RequestHeaderModifier',
        set: [{ name: 'X-A', value: '' }],
        add: [],
        remove: ['x-b'],
      },
    },
    {
      filter: { type: 'ResponseHeaderModifier', add: [{ name: 'X-A', value: 'a, b' }] },
      read: {
        type: 'ResponseHeaderModifier',
        set: [],
        add: [{ name: 'X-A', value: 'a, b' }],
        remove: [],
      },
    },
  ]
  it.each(filters)('reads the filter $filter', ({ filter, read }) => {
    expect(readRoutes({ backend: 'api', filters: [filter] })[0]?.rules[0]?.filters).toEqual([read])
  })

  it('reads a redirect, which needs no backend, as 302 unless it says otherwise', () => {
    const filter = { type: 'RequestRedirect', scheme: 'https', path: { replaceFullPath: '/x' } }
    const [route] = readRoutes({ filters: [filter] })
    expect(route?.rules[0]).toMatchObject({
      backends: [],
      filters: [{ ...filter, path: { type: 'ReplaceFullPath', value: '/x' }, statusCode: 302 }],
    })
  })

  it('reads conditions, names of headers in lower case and of parameters as they are', () => {
    const match = {
      path: { value: '/a' },
      method: 'GET',
      headers: [{ name: 'X-Team', value: 'ops' }],
      queryParams: [{ name: 'Page', value: '[0-9]+', type: 'RegularExpression' }],
    }
    const [route] = readRoutes({ matches: [match, {}], backend: 'api' })
    expect(route?.rules[0]?.matches).toMatchObject([
      {
        path: { type: 'PathPrefix', value: '/a' },
        method: 'GET',
        headers: [{ type: 'Exact', name: 'x-team', value: 'ops' }],
        queryParams: [{ type: 'RegularExpression', name: 'Page', value: '[0-9]+' }],
      },
      { path: { type: 'PathPrefix', value: '/' }, method: undefined, headers: [], queryParams: [] },
    ])
  })

  it.each([
    { text: '30s', ms: 30_000 },
    { text: '500ms', ms: 500 },
    { text: '1m', ms: 60_000 },
    { text: '1h30m', ms: 5_400_000 },
    { text: '0s', ms: 0 },
    { text: 0, ms: 0 },
  ])('reads the duration $text as $ms ms', ({ text, ms }) => {
    const timeouts = { connect: text, firstByte: text, idle: text, total: text }
    expect(readRoutes({ backend: 'api', timeouts })[0]?.rules[0]?.timeouts).toEqual({
      connectMs: ms,
      firstByteMs: ms,
      idleMs: ms,
      totalMs: ms,
    })
  })

  it('reads listeners; one without clientAddress takes the one of the file', () => {
    const { manifest } = readValue({
      version: 1,
      clientAddress: { trust: ['10.0.0.1', 'loopback'] },
      listeners: [
        { name: 'web', port: 80, policy: { deny: ['2001:DB8::/32'] } },
        {
          name: 'inner',
          port: 81,
          address: '::1',
          mergeSlashes: true,
          pathAmbiguity: 'refuse',
          clientAddress: { hops: 2, source: 'X-Real-IP' },
        },
      ],
      routes: [{ backend: 'http://a' }],
    })
    expect(manifest.listeners).toMatchObject([
      {
        name: 'web',
        gateway: undefined,
        address: undefined,
        port: 80,
        protocol: 'HTTP',
        hostname: { type: 'any' },
        clientAddress: {
          trust: ['10.0.0.1/32', '127.0.0.0/8', '::1/128'],
          hops: undefined,
          source: 'x-forwarded-for',
        },
        policy: { deny: ['2001:db8::/32'], allow: [] },
        pathAmbiguity: 'policy',
        mergeSlashes: false,
      },
      {
        address: '::1',
        clientAddress: { trust: [], hops: 2, source: 'x-real-ip' },
        pathAmbiguity: 'refuse',
        mergeSlashes: true,
      },
    ])
  })

  it('keeps clientAddress of a file without listeners by naming one', () => {
    const { manifest } = readValue({
      version: 1,
      clientAddress: { hops: 1 },
      routes: [{ backend: 'http://a' }],
    })
    expect(manifest.listeners).toMatchObject([
      { name: 'http', port: 8080, clientAddress: { hops: 1 } },
    ])
  })

  it.each([
    { host: undefined, read: { type: 'preserve' } },
    { host: 'preserve', read: { type: 'preserve' } },
    { host: 'endpoint', read: { type: 'endpoint' } },
    { host: 'A.test:8443', read: { type: 'fixed', value: 'a.test:8443' } },
  ])('reads the host of a backend $host', ({ host, read }) => {
    const api = {
      endpoints: ['http://a:80', 'https://b:443/'],
      ...(host === undefined ? {} : { host }),
    }
    const { manifest } = readValue({ version: 1, backends: { api }, routes: [{ backend: 'api' }] })
    expect(manifest.backends).toMatchObject([
      { name: 'api', endpoints: ['http://a', 'https://b'], host: read },
    ])
  })

  it('gives routes, matches and backends their places', () => {
    const text = `{ "version": 1, "routes": [
  { "backend": "http://a" },
  { "matches": [{}, { "method": "GET" }],
    "backends": [{ "url": "http://a" }] } ] }`
    const [first, second] = readText(text).manifest.routes
    const place = (line: number, column: number, object: string) => ({
      line,
      column,
      object,
      file: 'routes.json',
    })
    expect(first?.origin).toEqual(place(2, 3, 'routes[0]'))
    expect(first?.rules[0]?.matches[0]?.origin).toEqual(place(2, 3, 'routes[0]'))
    expect(second?.rules[0]?.matches[1]?.origin).toEqual(place(3, 21, 'routes[1]'))
    expect(second?.rules[0]?.backends[0]?.origin).toEqual(place(4, 18, 'routes[1]'))
  })

  it('gives what it could read beside an error, so that all else that is wrong can be found', () => {
    const { manifest, findings } = readValue({
      version: 1,
      routes: [{ backend: 'http://a' }, { backend: 'none' }],
    })
    expect(findings).toMatchObject([{ severity: 'error', code: 'unknown-backend' }])
    expect(manifest.routes[0]).toMatchObject({ rules: [{ backends: [{ ref: 'http://a' }] }] })
  })

  it('reads back what it is told, whatever the routes', () => {
    const label = fc.stringMatching(/^[a-z]([a-z0-9-]{0,8}[a-z0-9])?$/)
    const path = fc
      .array(fc.stringMatching(/^[a-z0-9_~-]{1,6}$/), { maxLength: 4 })
      .map((parts) => `/${parts.join('/')}`)
    const route = fc.record({
      host: label.map((one) => `${one}.test`),
      path,
      backend: fc.constant('api'),
    })
    fc.assert(
      fc.property(fc.array(route, { minLength: 1, maxLength: 5 }), (routes) => {
        const read = readRoutes(...routes)
        expect(
          read.map(({ hostnames, rules }) => ({ hostnames, path: rules[0]?.matches[0]?.path })),
        ).toEqual(
          routes.map((one) => ({
            hostnames: [{ type: 'exact', name: one.host }],
            path: { type: 'PathPrefix', value: one.path },
          })),
        )
      }),
    )
  })

  it('reads a hundred thousand routes in bounded memory', { timeout: 60_000 }, () => {
    const routes = Array.from({ length: 100_000 }, (_, i) => ({
      host: `h${i % 1000}.test`,
      path: `/service/${i}`,
      backend: 'api',
    }))
    const before = process.memoryUsage().heapUsed
    const read = readRoutes(...routes)
    expect(read).toHaveLength(100_000)
    expect(read.at(-1)?.origin.object).toBe('routes[99999]')
    // Text, parsed values, routes and garbage of all three; about 2 KB a route at most.
    expect(process.memoryUsage().heapUsed - before).toBeLessThan(400 * 1024 * 1024)
  })
})
