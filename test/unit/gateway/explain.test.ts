import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Peer, RequestHead } from '../../../src/head.ts'
import { explain } from '../../../src/gateway/explain.ts'
import { createTestGateway, WHOLE, type TestGateway } from './gateway.ts'

const HOSTS = ['a.test', 'b.a.test', '*.a.test', '*.test', '*'] as const
const PATHS = ['/', '/x', '/x/y', '/xy', '/x/secret'] as const
const ADDRESSES = ['127.0.0.1', '10.0.0.1', '192.0.2.1'] as const

const addresses = fc.subarray([...ADDRESSES], { minLength: 1 })
const policy = fc.oneof(
  fc.record({ deny: addresses }, { requiredKeys: ['deny'] }),
  fc.record({ deny: addresses, allow: addresses }, { requiredKeys: ['allow'] }),
)
const answer = fc.constantFrom(
  { backend: 'api' },
  { backends: [{ name: 'api', weight: 0 }] },
  { filters: [{ type: 'RequestRedirect', scheme: 'https', statusCode: 308 }] },
  { filters: [{ type: 'RequestRedirect', path: { replacePrefixMatch: '/x' } }] },
  { backend: 'api', filters: [{ type: 'URLRewrite', path: { replacePrefixMatch: '/' } }] },
)
const route = fc
  .tuple(
    fc.record(
      { host: fc.constantFrom(...HOSTS), path: fc.constantFrom(...PATHS), policy },
      { requiredKeys: ['path'] },
    ),
    answer,
  )
  .map(([conditions, what]) => Object.assign(conditions, what))
const rules = fc.record({
  version: fc.constant(1),
  listeners: fc
    .record({
      policy,
      mergeSlashes: fc.boolean(),
      pathAmbiguity: fc.constantFrom('policy', 'refuse'),
    })
    .map((settings) => [Object.assign(settings, { name: 'web', port: 8080 })]),
  hosts: fc.dictionary(fc.constantFrom('a.test', '*.a.test', 'lone.test'), fc.record({ policy })),
  backends: fc.constant({ api: { endpoints: ['http://127.0.0.1:9001'] } }),
  routes: fc.array(route, { minLength: 1, maxLength: 12 }),
})
const asked = fc.record({
  head: fc.record({
    method: fc.constantFrom('GET', 'POST', 'OPTIONS', 'TRACE'),
    target: fc.constantFrom(...PATHS, '*', '//x', '/x%2Fsecret', '/x/../xy?q', '/x;y', '/%zz'),
    fields: fc
      .constantFrom('a.test', 'B.a.test:8080', 'c.b.a.test', 'lone.test', 'test', 'a b')
      .map((host) => ['Host', host]),
  }),
  address: fc.constantFrom(...ADDRESSES, undefined),
})

/** Of a request what is not asked about. */
const UNASKED = { version: '1.1', authority: undefined, bodyLength: 0 } as const

/** What the exchange does with the request, in the words of an explanation. */
function served(gateway: TestGateway, head: Partial<RequestHead>, peer: Partial<Peer>): object {
  const exchange = gateway.begin(head, peer)
  const step = exchange.next({ type: 'start' })
  if (step.type === 'attempt') {
    const { method, target, host } = step.head
    return { verdict: 'forward', endpoint: step.endpoint.url, sent: { method, target, host } }
  }
  if (step.type !== 'respond') throw new Error(step.type)
  const { status, reason } = exchange.end(WHOLE)
  return reason === undefined ? { status } : { verdict: 'refuse', status, reason }
}

describe('explain', () => {
  it('says of every request what serving it would do', () => {
    fc.assert(
      fc.property(rules, fc.array(asked, { minLength: 5, maxLength: 15 }), (value, requests) => {
        const gateway = createTestGateway(value)
        for (const { head, address } of requests) {
          const whole = { ...UNASKED, ...head }
          const [socket = ''] = gateway.snapshot.sockets.keys()
          const peer = { address, port: 40_000, localPort: 8080, socket, tls: undefined }
          expect(explain(whole, peer, gateway.snapshot)).toMatchObject(served(gateway, head, peer))
        }
      }),
      { numRuns: 150 },
    )
  })
})
