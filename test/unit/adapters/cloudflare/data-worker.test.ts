/** The Worker's handler outside workerd: what it makes of its rules and of its environment. */
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { createDataWorker } from '../../../../adapters/cloudflare/data-worker.ts'
import { createWorker } from '../../../../adapters/cloudflare/index.ts'
import { bundleOf } from '../../fetch/rules.ts'

const RULES = {
  version: 1,
  routes: [
    { path: '/', backend: 'http://origin.test' },
    { path: '/api', backend: 'binding:API' },
    { path: '/own', backend: 'http://origin.test', policy: { allow: ['192.0.2.0/24'] } },
  ],
}

const lines: { log: string[]; error: string[] } = { log: [], error: [] }

beforeEach(() => {
  lines.log.length = 0
  lines.error.length = 0
  vi.spyOn(console, 'log').mockImplementation((text: string) => void lines.log.push(text))
  vi.spyOn(console, 'error').mockImplementation((text: string) => void lines.error.push(text))
  vi.stubGlobal('fetch', (request: Request) => Promise.resolve(new Response(request.url)))
})

afterEach(() => {
  vi.unstubAllGlobals()
})

const API = { fetch: ({ url }: Request) => Promise.resolve(new Response(`api ${url}`)) }

async function ask(rules: string, environment: object, path = '/x', fields = {}): Promise<string> {
  const worker = createDataWorker({ rules, loadPatterns: () => Promise.reject(new Error('none')) })
  const request = new Request(`https://a.test${path}`, { headers: fields })
  const response = await worker.fetch(request, { ...environment })
  return `${response.status} ${response.headers.get('x-postern-reason') ?? (await response.text())}`
}

describe('the Worker', () => {
  const rules = JSON.stringify(bundleOf(RULES))

  it('serves its rules and writes a line of JSON for each request', async () => {
    expect(await ask(rules, { API })).toBe('200 http://origin.test/x')
    expect(lines.log.map((line) => JSON.parse(line) as unknown)).toMatchObject([
      { status: 200, host: 'a.test', target: '/x', endpoint: 'http://origin.test' },
    ])
    expect(lines.error).toEqual([])
  })

  it('takes the client address that the platform gives, and no other', async () => {
    const from = (fields: object): Promise<string> => ask(rules, { API }, '/own', fields)
    expect(await from({ 'cf-connecting-ip': '192.0.2.7' })).toBe('200 http://origin.test/own')
    expect(await from({ 'x-forwarded-for': '192.0.2.7' })).toBe('403 policy_denied')
    expect(await from({ 'x-real-ip': '192.0.2.7', 'true-client-ip': '192.0.2.7' })).toBe(
      '403 policy_denied',
    )
  })

  it('asks service bindings by their names', async () => {
    expect(await ask(rules, { API }, '/api/1')).toBe('200 api https://a.test/api/1')
  })

  it.each([
    { name: 'none', environment: {}, found: 'API is not bound' },
    { name: 'a variable', environment: { API: 'x' }, found: 'API is "x"' },
    { name: 'another binding', environment: { API: {} }, found: 'API is of type object' },
  ])('names a service binding that is $name, and answers 502 there alone', async (row) => {
    expect(await ask(rules, row.environment, '/api')).toBe('502 connect_failed')
    expect(lines.error).toEqual([expect.stringContaining(row.found)])
    expect(await ask(rules, row.environment)).toBe('200 http://origin.test/x')
  })

  it('writes no access records where they are off', async () => {
    expect(await ask(rules, { API, ACCESS_LOG: 'off' })).toBe('200 http://origin.test/x')
    expect(lines.log).toEqual([])
  })

  it.each([
    { value: 'maybe', shown: 'ACCESS_LOG is "maybe"; write on or off' },
    { value: '', shown: 'ACCESS_LOG is ""; write on or off' },
    { value: 1, shown: 'ACCESS_LOG is of type number; write on or off' },
  ])('refuses to serve with ACCESS_LOG $value, naming it', async ({ value, shown }) => {
    expect(await ask(rules, { API, ACCESS_LOG: value })).toBe('500 internal_error')
    expect(lines.error).toEqual([`postern: ${shown}`])
  })

  it.each([
    { name: 'empty', text: '' },
    { name: 'cut off', text: rules.slice(0, -10) },
    { name: 'of another version', text: rules.replace('"format":1', '"format":2') },
    { name: 'null', text: 'null' },
    { name: 'something else', text: '{"version":1,"routes":[]}' },
    { name: 'without clusters', text: '{"format":1,"sockets":[],"listeners":[],"hosts":{}}' },
  ])('answers 503 no_rules where the rules are $name, and says so once', async ({ text }) => {
    const worker = createWorker({ rules: text })
    for (const path of ['/', '/api']) {
      const response = await worker.fetch(new Request(`https://a.test${path}`), {})
      expect([response.status, response.headers.get('x-postern-reason')]).toEqual([503, 'no_rules'])
    }
    expect(lines.error).toHaveLength(1)
    expect(lines.log.map((line) => JSON.parse(line) as unknown)).toMatchObject([
      { status: 503, reason: 'no_rules', target: '/' },
      { status: 503, reason: 'no_rules', target: '/api' },
    ])
  })

  it.each([
    { name: 'a variable', KV: 'x', shown: 'KV is "x"' },
    { name: 'a service binding', KV: { ...API, get() {} }, shown: 'KV is of type object' },
    { name: 'null', KV: null, shown: 'KV is of type object' },
  ])('refuses to serve with a KV binding that is $name, naming it', async ({ KV, shown }) => {
    const worker = createWorker({ rules, kv: 'KV' })
    const request = new Request('https://a.test/')
    const response = await worker.fetch(request, { API, KV, ACCESS_LOG: 'no' })
    expect([response.status, response.headers.get('x-postern-reason')]).toEqual([
      500,
      'internal_error',
    ])
    expect(lines.error).toEqual([
      'postern: ACCESS_LOG is "no"; write on or off',
      `postern: ${shown}; bind a KV namespace to it under [[kv_namespaces]]`,
    ])
  })

  it('says what is missing where it is to renew rules without an execution context', async () => {
    const worker = createWorker({ rules, kv: 'KV' })
    const KV = { get: () => Promise.resolve(null) }
    expect((await worker.fetch(new Request('https://a.test/'), { API, KV })).status).toBe(200)
    expect(lines.error).toEqual([
      'postern: published rules may not be renewed: hand the execution context on to fetch',
      'postern: nothing is published under "postern/current"',
    ])
  })

  it('reads no KV namespace that it was not told to', async () => {
    expect(await ask(rules, { API, KV: 'of the application' })).toBe('200 http://origin.test/x')
  })

  it('answers 500 while the regular-expression engine is out of reach', async () => {
    const route = { path: '/x.*', pathType: 'RegularExpression', backend: 'http://origin.test' }
    const patterned = JSON.stringify(bundleOf({ version: 1, routes: [route] }))
    expect(await ask(patterned, {})).toBe('500 internal_error')
    const response = await createWorker({ rules: patterned }).fetch(
      new Request('https://a.test/xy'),
      {},
    )
    expect(response.status).toBe(200)
  })
})
