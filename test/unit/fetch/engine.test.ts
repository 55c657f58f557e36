/** The fetch engine over an injected fetch: what it can tell, and what it does not pretend to. */
import { describe, expect, test } from 'vitest'
import type { Step } from '../../../src/exchange.ts'
import { createFetchEngine } from '../../../src/fetch/engine.ts'
import { hanging, ok, PEER, respond, run } from './run.ts'

describe('the request head', () => {
  test.each([
    { url: 'http://a.test/x?y=%2F', target: '/x?y=%2F', authority: 'a.test' },
    { url: 'https://[2001:db8::1]:8443/', target: '/', authority: '[2001:db8::1]:8443' },
    { url: 'http://a.test//b.test/c', target: '//b.test/c', authority: 'a.test' },
  ])('of $url', async ({ url, target, authority }) => {
    const { told } = await run(new Request(url, { headers: { 'X-A': '1' } }), ok)
    expect(told.head).toMatchObject({ method: 'GET', target, authority, bodyLength: 0 })
    expect(told.head?.fields).toEqual(['x-a', '1'])
  })

  test.each([
    { name: 'a long target', path: 'x'.repeat(8192), fields: [], reason: 'target_too_long' },
    {
      name: 'many fields',
      path: '',
      fields: Array.from({ length: 101 }, (_, i): [string, string] => [`x-${i}`, 'v']),
      reason: 'head_too_large',
    },
    {
      name: 'long fields',
      path: '',
      fields: [['x-long', 'v'.repeat(16_384)] as [string, string]],
      reason: 'head_too_large',
    },
  ])('is a failure with $name', async ({ path, fields, reason }) => {
    const handed: unknown[] = []
    const handle = createFetchEngine({
      begin(head) {
        handed.push(head)
        throw new Error('enough')
      },
      fetch: ok,
      log() {},
      fault() {},
    })
    await handle(new Request(`http://a.test/${path}`, { headers: fields }), PEER)
    expect(handed).toMatchObject([{ type: 'parse-failure', reason }])
  })

  test('has the length that the head states, or none', async () => {
    const stated = new Request('http://a.test/', {
      method: 'POST',
      body: 'hello',
      headers: { 'content-length': '5' },
    })
    expect((await run(stated, ok)).told.head?.bodyLength).toBe(5)
    const streamed = new Request('http://a.test/', { method: 'POST', body: 'hello' })
    expect((await run(streamed, ok)).told.head?.bodyLength).toBe(-1)
  })
})

describe('a client that leaves', () => {
  test.each([
    { step: 'wait', next: (): Step => ({ type: 'wait', ms: 60_000 }), phase: 'request' },
    {
      step: 'call',
      next: (): Step => ({
        type: 'call',
        request: { type: 'http', url: 'http://b.test/', method: 'GET', fields: [], maxBytes: 1 },
        timeoutMs: 60_000,
      }),
      phase: 'request',
    },
    { step: 'attempt', next: () => undefined, phase: 'sent' },
  ])('during $step ends the exchange, without an event', async ({ next, phase }) => {
    const client = new AbortController()
    const request = new Request('http://a.test/', { signal: client.signal })
    setImmediate(() => client.abort())
    const { told } = await run(request, hanging, { next })
    expect(told.events.map(({ type }) => type)).toEqual(['start'])
    expect(told.ends).toMatchObject([{ failure: { side: 'client', phase, reason: 'client_gone' } }])
  })
})

describe('a call', () => {
  const call = (timeoutMs: number): Step => ({
    type: 'call',
    request: {
      type: 'http',
      url: 'http://b.test/',
      method: 'GET',
      fields: ['X', '1'],
      maxBytes: 2,
    },
    timeoutMs,
  })

  test.each([
    { name: 'answers', fetch: ok, expected: { response: { status: 200, body: 'fi' } } },
    {
      name: 'fails',
      fetch: () => Promise.reject(new Error('no')),
      expected: { response: undefined, reason: 'call_failed' },
    },
    {
      name: 'takes too long',
      fetch: hanging,
      expected: { response: undefined, reason: 'call_timeout' },
    },
  ])('that $name', async ({ fetch, expected }) => {
    const { told } = await run(new Request('http://a.test/'), fetch, {
      next: ({ type }) => (type === 'start' ? call(50) : respond(200, 'done')),
    })
    expect(told.events[1]).toMatchObject({ type: 'result', ...expected })
  })
})

describe('a core that breaks a promise', () => {
  test('in an exchange is answered by the core, with one record', async () => {
    const { told, response } = await run(new Request('http://a.test/'), ok, {
      next: (event) => {
        if (event.type === 'head') throw new Error('broken')
        return event.type === 'failed' ? respond(500, event.outcome.reason) : undefined
      },
    })
    expect([response.status, await response.text()]).toEqual([500, 'internal_error'])
    expect(told.faults).toMatchObject([{ message: 'broken' }])
    expect(told.ends).toHaveLength(1)
  })

  test('at the beginning is answered 500 with its reason', async () => {
    const faults: unknown[] = []
    const handle = createFetchEngine({
      begin: () => {
        throw new Error('broken')
      },
      fetch: ok,
      log() {},
      fault: (error) => faults.push(error),
    })
    const response = await handle(new Request('http://a.test/'), PEER)
    expect([response.status, response.headers.get('x-postern-reason')]).toEqual([
      500,
      'internal_error',
    ])
    expect(faults).toHaveLength(1)
  })
})
