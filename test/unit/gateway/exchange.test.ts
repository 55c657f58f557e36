import { describe, expect, it } from 'vitest'
import { fieldValue, fieldValues } from '../../../src/head.ts'
import {
  createTestGateway,
  expectAttempt,
  expectRespond,
  failure,
  WHOLE,
  type TestGateway,
} from './gateway.ts'

const A = 'http://127.0.0.1:9001'
const B = 'http://127.0.0.1:9002'
const C = 'http://127.0.0.1:9003'

const RULES = {
  version: 1,
  clientAddress: { trust: ['10.0.0.0/8'] },
  backends: {
    api: { endpoints: [A, B, C] },
    own: { endpoints: [A], host: 'endpoint' },
    fixed: { endpoints: [A], host: 'inner.test' },
  },
  routes: [
    { host: 'app.test', path: '/api', backend: 'api', timeouts: { total: '10s' } },
    { host: 'app.test', path: '/own', backend: 'own' },
    { host: 'app.test', path: '/fixed', backend: 'fixed' },
    { host: 'app.test', path: '/closed', backend: 'api', policy: { allow: ['192.0.2.0/24'] } },
    {
      host: 'app.test',
      path: '/old',
      filters: [{ type: 'RequestRedirect', path: { replacePrefixMatch: '/new' }, statusCode: 301 }],
    },
    {
      host: 'app.test',
      path: '/edit',
      backend: 'api',
      filters: [
        { type: 'RequestHeaderModifier', set: [{ name: 'X-Team', value: 'ops' }] },
        { type: 'URLRewrite', hostname: 'other.test', path: { replacePrefixMatch: '/' } },
        { type: 'ResponseHeaderModifier', remove: ['x-secret'] },
      ],
    },
    { host: 'app.test', path: '/spare', backends: [{ name: 'api', weight: 0 }] },
  ],
}

function start(gateway: TestGateway, target: string, more: object = {}, peer: object = {}) {
  const exchange = gateway.begin({ target, ...more }, peer)
  return { exchange, step: exchange.next({ type: 'start' }) }
}

describe('an attempt', () => {
  it('goes to the endpoint with the path, query and Host that the client sent', () => {
    const { step } = start(createTestGateway(RULES), '/api/users?a=1', {
      fields: ['Host', 'app.test:8080', 'Accept', '*/*'],
    })
    const attempt = expectAttempt(step)
    expect(attempt.endpoint.url).toBe(A)
    expect(attempt.head).toMatchObject({
      method: 'GET',
      target: '/api/users?a=1',
      host: 'app.test:8080',
    })
    expect(fieldValue(attempt.head.fields, 'accept')).toBe('*/*')
  })

  it.each([
    { target: '/own', host: '127.0.0.1:9001' },
    { target: '/fixed', host: 'inner.test' },
    { target: '/edit', host: 'other.test' },
  ])('sends Host $host for $target', ({ target, host }) => {
    expect(expectAttempt(start(createTestGateway(RULES), target).step).head.host).toBe(host)
  })

  it('replaces what an untrusted client says about itself', () => {
    const { step } = start(createTestGateway(RULES), '/api', {
      fields: ['Host', 'app.test', 'X-Forwarded-For', '1.1.1.1', 'X_Real_IP', '1.1.1.1'],
    })
    const { fields } = expectAttempt(step).head
    expect(fieldValues(fields, 'x-forwarded-for')).toEqual(['127.0.0.1'])
    expect(fieldValues(fields, 'x-real-ip')).toEqual(['127.0.0.1'])
    expect(fields.join()).not.toContain('1.1.1.1')
  })

  it('appends to what a trusted proxy says, and keeps its request id', () => {
    const { exchange, step } = start(
      createTestGateway(RULES),
      '/api',
      { fields: ['Host', 'app.test', 'X-Forwarded-For', '203.0.113.7', 'X-Request-Id', 'abc-1'] },
      { address: '10.0.0.5' },
    )
    const { fields } = expectAttempt(step).head
    expect(fieldValues(fields, 'x-forwarded-for')).toEqual(['203.0.113.7, 10.0.0.5'])
    expect(fieldValues(fields, 'x-request-id')).toEqual(['abc-1'])
    expect(exchange.end(WHOLE)).toMatchObject({ client: '203.0.113.7', requestId: 'abc-1' })
  })

  it.each([
    { target: '/twice/tail', expect: '/backend/tail' },
    { target: '/twice?q', expect: '/backend?q' },
  ])('has the path of the rewrite nearest to the endpoint: $target', ({ target, expect: sent }) => {
    const path = { replacePrefixMatch: '/a/rule/of/any/length' }
    const rules = {
      version: 1,
      routes: [
        {
          path: '/twice',
          filters: [{ type: 'URLRewrite', path }],
          backends: [
            {
              url: A,
              filters: [{ type: 'URLRewrite', path: { replacePrefixMatch: '/backend' } }],
            },
          ],
        },
      ],
    }
    expect(expectAttempt(start(createTestGateway(rules), target).step).head.target).toBe(sent)
  })

  it('carries what the filters made of the request', () => {
    const attempt = expectAttempt(start(createTestGateway(RULES), '/edit/a?q').step)
    expect(attempt.head.target).toBe('/a?q')
    expect(fieldValue(attempt.head.fields, 'x-team')).toBe('ops')
  })
})

describe('a failed attempt', () => {
  it('is followed by one to another endpoint when nothing was sent', () => {
    const { exchange, step } = start(createTestGateway(RULES), '/api', { method: 'POST' })
    expect(expectAttempt(step).endpoint.url).toBe(A)
    const second = expectAttempt(exchange.next({ type: 'failed', outcome: failure() }))
    expect(second.endpoint.url).toBe(B)
    expect(fieldValues(second.head.fields, 'x-forwarded-for')).toEqual(['127.0.0.1'])
  })

  it('ends with its own status after three', () => {
    const { exchange } = start(createTestGateway(RULES), '/api')
    exchange.next({ type: 'failed', outcome: failure() })
    exchange.next({ type: 'failed', outcome: failure() })
    const last = exchange.next({
      type: 'failed',
      outcome: failure({ reason: 'connect_timeout' }),
    })
    expect(expectRespond(last).response.status).toBe(504)
    expect(exchange.end(WHOLE)).toMatchObject({ attempts: 3, reason: 'connect_timeout' })
  })

  it('is not repeated for a POST that was sent', () => {
    const { exchange } = start(createTestGateway(RULES), '/api', { method: 'POST' })
    const outcome = failure({ phase: 'sent', reused: true, reason: 'upstream_reset' })
    const step = exchange.next({ type: 'failed', outcome })
    expect(expectRespond(step).response.status).toBe(502)
  })

  it('is not repeated once the total time is over', () => {
    const gateway = createTestGateway(RULES)
    const { exchange } = start(gateway, '/api')
    gateway.advance(10_000)
    const step = exchange.next({ type: 'failed', outcome: failure() })
    expect(expectRespond(step).response.status).toBe(502)
  })

  it('leaves the next attempt what is left of the total time', () => {
    const gateway = createTestGateway(RULES)
    const { exchange, step } = start(gateway, '/api')
    expect(expectAttempt(step).timeouts.totalMs).toBe(10_000)
    gateway.advance(4000)
    const second = expectAttempt(exchange.next({ type: 'failed', outcome: failure() }))
    expect(second.timeouts.totalMs).toBe(6000)
  })

  it('is not repeated when the budget of the cluster is spent', () => {
    const gateway = createTestGateway(RULES)
    let repeated = 0
    for (let i = 0; i < 100; i++) {
      const { exchange } = start(gateway, '/api')
      if (exchange.next({ type: 'failed', outcome: failure() }).type === 'attempt') repeated++
    }
    // Ten tokens to begin with, and a fifth for each of the hundred.
    expect(repeated).toBeGreaterThanOrEqual(29)
    expect(repeated).toBeLessThanOrEqual(30)
  })

  it('closes the connection when the request body cannot be read to its end', () => {
    const { exchange } = start(createTestGateway(RULES), '/api', { method: 'POST', bodyLength: -1 })
    const outcome = failure({ side: 'client', phase: 'request', reason: 'invalid_framing' })
    const step = expectRespond(exchange.next({ type: 'failed', outcome }))
    expect(step).toMatchObject({ requestBody: 'close', response: { status: 400 } })
  })
})

describe('a response', () => {
  it('is relayed without connection fields and with our own', () => {
    const gateway = createTestGateway(RULES)
    const { exchange } = start(gateway, '/edit')
    gateway.advance(7)
    const step = exchange.next({
      type: 'head',
      replayable: true,
      head: {
        status: 200,
        reason: 'OK',
        fields: [
          'Connection',
          'x-hop',
          'X-Hop',
          '1',
          'X-Secret',
          's',
          'Set-Cookie',
          'a',
          'Set-Cookie',
          'b',
        ],
      },
    })
    if (step.type !== 'relay') throw new Error(step.type)
    const { fields } = step.head
    expect(fieldValues(fields, 'set-cookie')).toEqual(['a', 'b'])
    expect(fieldValue(fields, 'x-hop')).toBeUndefined()
    expect(fieldValue(fields, 'x-secret')).toBeUndefined()
    expect(fieldValue(fields, 'server')).toBe('postern')
    expect(fieldValue(fields, 'x-envoy-upstream-service-time')).toBe('7')
  })

  it('keeps the Server of the origin', () => {
    const { exchange } = start(createTestGateway(RULES), '/api')
    const head = { status: 200, reason: 'OK', fields: ['Server', 'app/1'] }
    const step = exchange.next({ type: 'head', head, replayable: true })
    expect(step.type === 'relay' && fieldValues(step.head.fields, 'server')).toEqual(['app/1'])
  })

  it.each([99, 600, 999])('with status %d is a bad gateway', (status) => {
    const { exchange } = start(createTestGateway(RULES), '/api')
    const head = { status, reason: '', fields: [] }
    const step = exchange.next({ type: 'head', head, replayable: true })
    expect(expectRespond(step).response.status).toBe(502)
  })

  it('passes 103 on and drops 101 as an interim head', () => {
    const { exchange } = start(createTestGateway(RULES), '/api')
    const hints = { status: 103, reason: 'Early Hints', fields: ['Link', '</a>'] }
    expect(exchange.interim(hints)).toEqual(hints)
    expect(exchange.interim({ ...hints, status: 101 })).toBeUndefined()
  })
})

describe('an answer of its own', () => {
  it.each([
    { name: 'no rule', target: '/nothing', status: 404, reason: 'no_route' },
    { name: 'policy', target: '/closed', status: 403, reason: 'policy_denied' },
    {
      name: 'two readings of a path',
      target: '/api/..%2fclosed',
      status: 403,
      reason: 'policy_denied',
    },
    { name: 'no share for anybody', target: '/spare', status: 503, reason: 'no_endpoint' },
    { name: 'a bad path', target: '/%zz', status: 400, reason: 'invalid_target' },
  ])('for $name has status $status and names the reason', ({ target, status, reason }) => {
    const { exchange, step } = start(createTestGateway(RULES), target)
    const { response } = expectRespond(step)
    expect(response.status).toBe(status)
    expect(fieldValue(response.fields, 'x-postern-reason')).toBe(reason)
    expect(exchange.end(WHOLE)).toMatchObject({ status, reason, attempts: 0 })
  })

  it('says Access denied and no more', () => {
    const { step } = start(createTestGateway(RULES), '/closed')
    const { response } = expectRespond(step)
    expect(response.body).toBe('Access denied\r\n')
    expect(fieldValue(response.fields, 'content-type')).toBe('text/plain')
  })

  it('redirects to the matched host, never to a forwarded one', () => {
    const { step } = start(createTestGateway(RULES), '/old/a?x', {
      fields: ['Host', 'app.test', 'X-Forwarded-Host', 'evil.test', 'X-Forwarded-Proto', 'https'],
    })
    const { response } = expectRespond(step)
    expect(response.status).toBe(301)
    expect(fieldValue(response.fields, 'location')).toBe('http://app.test:8080/new/a?x')
  })

  it('redirects to the scheme and port that a trusted proxy saw', () => {
    const { step } = start(
      createTestGateway(RULES),
      '/old/a',
      { fields: ['Host', 'app.test', 'X-Forwarded-Proto', 'https'] },
      { address: '10.0.0.5' },
    )
    const { response } = expectRespond(step)
    expect(fieldValue(response.fields, 'location')).toBe('https://app.test/new/a')
  })

  it('answers what could not be parsed, and logs it', () => {
    const gateway = createTestGateway(RULES)
    const exchange = gateway.begin({
      type: 'parse-failure',
      reason: 'head_too_large',
      detail: 'x',
    } as object)
    const step = expectRespond(exchange.next({ type: 'start' }))
    expect(step).toMatchObject({ requestBody: 'close', response: { status: 431 } })
    expect(exchange.end(WHOLE)).toMatchObject({
      status: 431,
      reason: 'head_too_large',
      detail: 'x',
    })
  })

  it('answers OPTIONS * by itself', () => {
    const { step } = start(createTestGateway(RULES), '*', { method: 'OPTIONS' })
    expect(expectRespond(step).response.status).toBe(200)
  })
})

describe('the access record', () => {
  it('tells route, backend, endpoint and times', () => {
    const gateway = createTestGateway(RULES)
    const { exchange } = start(gateway, '/api/x?y', {
      fields: ['Host', 'APP.test:8080', 'User-Agent', 'curl'],
    })
    gateway.advance(5)
    exchange.next({ type: 'head', replayable: true, head: { status: 201, reason: '', fields: [] } })
    gateway.advance(3)
    expect(exchange.end({ failure: undefined, requestBytes: 1, responseBytes: 2 })).toMatchObject({
      host: 'app.test',
      target: '/api/x?y',
      status: 201,
      route: 'default/routes[0000]',
      backend: 'api',
      endpoint: A,
      attempts: 1,
      upstreamMs: 5,
      durationMs: 8,
      requestBytes: 1,
      responseBytes: 2,
      userAgent: 'curl',
      client: '127.0.0.1',
      reason: undefined,
    })
  })

  it('says 499 for a client that left, whatever had been sent', () => {
    const { exchange } = start(createTestGateway(RULES), '/api')
    exchange.next({ type: 'head', replayable: true, head: { status: 200, reason: '', fields: [] } })
    const gone = failure({ side: 'client', phase: 'body', reason: 'client_gone' })
    expect(exchange.end({ ...WHOLE, failure: gone })).toMatchObject({
      status: 499,
      reason: 'client_gone',
    })
  })
})

describe('a reload', () => {
  it('goes on with the turn of a cluster that both rule sets name', () => {
    const gateway = createTestGateway(RULES)
    expect(expectAttempt(start(gateway, '/api').step).endpoint.url).toBe(A)
    const reloaded = gateway.reload({ ...RULES, routes: RULES.routes.slice(0, 1) })
    expect(expectAttempt(start(reloaded, '/api').step).endpoint.url).toBe(B)
  })

  it('lets an exchange end with the rules it began with', () => {
    const gateway = createTestGateway(RULES)
    const { exchange } = start(gateway, '/api')
    gateway.reload({ ...RULES, routes: RULES.routes.slice(1) })
    const step = exchange.next({ type: 'failed', outcome: failure() })
    expect(expectAttempt(step).endpoint.url).toBe(B)
  })
})
