/** What an application gets that embeds postern. */
import { describe, expect, it } from 'vitest'
import {
  createGateway,
  PosternError,
  type AccessRecord,
  type Bundle,
  type FetchFunction,
  type Gateway,
} from '../../src/index.ts'
import { bundleOf } from './fetch/rules.ts'

const PEER = { address: '192.0.2.1' }

const RULES = {
  version: 1,
  clientAddress: { trust: ['198.51.100.0/24'] },
  backends: { api: { endpoints: ['binding:API'] } },
  routes: [
    { host: 'a.test', path: '/api', backend: 'api' },
    { host: 'a.test', path: '/', backend: 'http://origin.test:9000' },
    { host: 'shut.test', path: '/', backend: 'api', policy: { allow: ['203.0.113.0/24'] } },
    {
      host: 'to.test',
      path: '/',
      filters: [{ type: 'RequestRedirect', hostname: 'a.test' }],
    },
  ],
}

interface Setting {
  readonly gateway: Gateway
  readonly seen: Request[]
  readonly records: AccessRecord[]
  readonly faults: unknown[]
}

function embed(bundle: Bundle, binding?: FetchFunction): Setting {
  const seen: Request[] = []
  const records: AccessRecord[] = []
  const faults: unknown[] = []
  const gateway = createGateway({
    bundle,
    fetch: (request) => {
      seen.push(request)
      return Promise.resolve(new Response('origin'))
    },
    binding: (name) => (name === 'API' ? binding : undefined),
    log: (record) => records.push(record),
    fault: (error) => faults.push(error),
  })
  return { gateway, seen, records, faults }
}

describe('createGateway', () => {
  it('serves the rules of the bundle', async () => {
    const { gateway, seen, records } = embed(bundleOf(RULES))
    const response = await gateway(new Request('https://a.test/x?y'), PEER)
    expect(await response.text()).toBe('origin')
    expect(seen.map(({ url }) => url)).toEqual(['http://origin.test:9000/x?y'])
    expect(Object.fromEntries(seen[0]?.headers ?? [])).toMatchObject({
      'x-forwarded-for': '192.0.2.1',
      'x-forwarded-proto': 'https',
      'x-forwarded-host': 'a.test',
      'x-forwarded-port': '443',
    })
    expect(records).toMatchObject([
      { status: 200, client: '192.0.2.1', route: 'default/routes[0001]', scheme: 'https' },
    ])
  })

  it('asks bindings with the host of the client', async () => {
    const asked: string[] = []
    const { gateway } = embed(bundleOf(RULES), (request) => {
      asked.push(request.url)
      return Promise.resolve(new Response('bound'))
    })
    const response = await gateway(new Request('https://a.test:444/api/1'), PEER)
    expect(await response.text()).toBe('bound')
    expect(asked).toEqual(['https://a.test:444/api/1'])
  })

  it('answers 502 for a binding that is missing', async () => {
    const { gateway, records } = embed(bundleOf(RULES))
    const response = await gateway(new Request('https://a.test/api'), PEER)
    expect([response.status, response.headers.get('x-postern-reason')]).toEqual([
      502,
      'connect_failed',
    ])
    expect(records).toMatchObject([{ detail: 'no binding is called API' }])
  })

  it('redirects to the port that the client came by, not to one of the rules', async () => {
    const { gateway } = embed(bundleOf(RULES))
    const ask = async (url: string): Promise<string | null> =>
      (await gateway(new Request(url), PEER)).headers.get('location')
    expect(await ask('https://to.test/x')).toBe('https://a.test/x')
    expect(await ask('http://to.test:3000/x')).toBe('http://a.test:3000/x')
  })

  it('denies a peer without an address where rules ask for one', async () => {
    const { gateway } = embed(bundleOf(RULES))
    const request = new Request('https://shut.test/')
    expect((await gateway(request, { address: undefined })).status).toBe(403)
    expect((await gateway(request.clone(), { address: '203.0.113.9' })).status).toBe(502)
  })

  it('loads the regular-expression engine where the rules have patterns', async () => {
    const route = { host: 'a.test', path: '/x[0-9]+', pathType: 'RegularExpression' }
    const { gateway, seen } = embed(
      bundleOf({ version: 1, routes: [{ ...route, backend: 'http://origin.test' }] }),
    )
    const statuses = await Promise.all(
      ['/x12', '/x', '/x1'].map(
        async (path) => (await gateway(new Request(`http://a.test${path}`), PEER)).status,
      ),
    )
    expect(statuses).toEqual([200, 404, 200])
    expect(seen).toHaveLength(2)
  })

  it.each([
    { name: 'another format', bundle: { ...bundleOf(RULES), format: 99 } },
    { name: 'no bundle', bundle: {} },
    { name: 'a list', bundle: [] },
    { name: 'sockets that are none', bundle: { format: 1, sockets: 'x' } },
    { name: 'listeners that are none', bundle: { format: 1, sockets: [] } },
    { name: 'no hosts', bundle: { format: 1, sockets: [], listeners: [], clusters: {} } },
    { name: 'no clusters', bundle: { format: 1, sockets: [], listeners: [], hosts: {} } },
  ])('throws no_rules for $name', ({ bundle }) => {
    // A claim, as JSON from anywhere is.
    const claimed = bundle as unknown as Bundle
    expect(() => createGateway({ bundle: claimed })).toThrow(PosternError)
    expect(() => createGateway({ bundle: claimed })).toThrow(
      expect.objectContaining({ code: 'no_rules' }),
    )
  })

  it('answers 500 for a host whose document is damaged, and serves the others', async () => {
    const bundle = bundleOf(RULES)
    const hosts = { ...bundle.hosts, '0/shut.test': { host: 'shut.test' } as never }
    const { gateway, records, faults } = embed({ ...bundle, hosts })
    const damaged = await gateway(new Request('http://shut.test/'), PEER)
    expect([damaged.status, damaged.headers.get('x-postern-reason')]).toEqual([
      500,
      'internal_error',
    ])
    expect((await gateway(new Request('http://a.test/'), PEER)).status).toBe(200)
    expect(records).toMatchObject([{ status: 500, reason: 'internal_error' }, { status: 200 }])
    expect(faults).toHaveLength(1)
  })
})
