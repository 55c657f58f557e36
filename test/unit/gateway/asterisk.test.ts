import { describe, expect, it } from 'vitest'
import { createTestGateway, expectRespond, WHOLE } from './gateway.ts'

const RULES = {
  version: 1,
  listeners: [{ name: 'web', port: 8080, policy: { deny: ['192.0.2.0/24'] } }],
  clientAddress: { trust: ['10.0.0.0/8'] },
  hosts: { 'app.test': { policy: { deny: ['198.51.100.0/24'] } } },
  routes: [{ host: 'app.test', path: '/', backend: 'http://127.0.0.1:9001' }],
}

describe('a request for the server itself', () => {
  const own = { method: 'OPTIONS', target: '*' }
  const last = {
    method: 'OPTIONS',
    target: '/',
    fields: ['Host', 'app.test', 'Max-Forwards', '0'],
  }

  it.each([
    { address: '127.0.0.1', status: 200, why: 'nobody denies it' },
    { address: '192.0.2.1', status: 403, why: 'the listener denies it' },
    { address: '198.51.100.1', status: 403, why: 'the host denies it' },
  ])('gets $status from $address, since $why', ({ address, status }) => {
    for (const head of [own, last]) {
      const exchange = createTestGateway(RULES).begin(head, { address })
      expect(expectRespond(exchange.next({ type: 'start' })).response.status).toBe(status)
    }
  })

  it('is logged with listener and client', () => {
    const fields = ['Host', 'app.test', 'X-Forwarded-For', '203.0.113.7']
    const exchange = createTestGateway(RULES).begin({ ...own, fields }, { address: '10.0.0.1' })
    exchange.next({ type: 'start' })
    expect(exchange.end(WHOLE)).toMatchObject({ listener: 'web', client: '203.0.113.7' })
  })
})
