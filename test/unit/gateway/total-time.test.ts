import { expect, it } from 'vitest'
import { createTestGateway, expectAttempt } from './gateway.ts'

const RULES = {
  version: 1,
  routes: [{ path: '/', backend: 'http://127.0.0.1:9001', timeouts: { total: '10s' } }],
}

const WEBSOCKET =
  'Connection Upgrade Upgrade websocket Sec-WebSocket-Version 13 Sec-WebSocket-Key dGhlIHNhbXBsZSBub25jZQ=='

it.each([
  { name: 'a page', fields: ['Accept', 'text/html, */*'], totalMs: 10_000 },
  { name: 'an event stream', fields: ['Accept', 'text/event-stream'], totalMs: 0 },
  { name: 'an event stream in a list', fields: ['accept', '*/*, TEXT/Event-Stream'], totalMs: 0 },
  { name: 'gRPC', fields: ['Content-Type', 'application/grpc+proto'], totalMs: 0 },
  {
    name: 'a WebSocket',
    fields: WEBSOCKET.split(' '),
    totalMs: 0,
  },
])('gives $name a total time of $totalMs ms', ({ fields, totalMs }) => {
  const exchange = createTestGateway(RULES).begin({ fields: ['Host', 'app.test', ...fields] })
  expect(expectAttempt(exchange.next({ type: 'start' })).timeouts.totalMs).toBe(totalMs)
})
