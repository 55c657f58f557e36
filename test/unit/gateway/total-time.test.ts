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
  { name: 'who asks for events', fields: ['Accept', 'text/event-stream'], totalMs: 10_000 },
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

it.each([
  { type: 'text/event-stream', endless: true },
  { type: 'Text/Event-Stream; charset=utf-8', endless: true },
  { type: 'text/html', endless: false },
])('lets a response of $type last for ever: $endless', ({ type, endless }) => {
  const exchange = createTestGateway(RULES).begin({})
  exchange.next({ type: 'start' })
  const head = { status: 200, reason: 'OK', fields: ['Content-Type', type] }
  const step = exchange.next({ type: 'head', head, replayable: true })
  expect(step.type === 'relay' && step.endless).toBe(endless)
})
