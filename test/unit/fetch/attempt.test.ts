/** What goes out to endpoints, and what becomes of it. */
import { describe, expect, test } from 'vitest'
import type { FetchFunction } from '../../../src/fetch/attempt.ts'
import { WORKERS_FETCH } from '../../../src/fetch/traits.ts'
import { answering, ATTEMPT, hanging, ok, POST, run } from './run.ts'

describe('an attempt', () => {
  test('goes to the endpoint whatever the target looks like, and follows nothing', async () => {
    const seen: Request[] = []
    const redirect = answering(
      () => new Response(null, { status: 302, headers: { location: 'http://b.test/' } }),
      seen,
    )
    const head = {
      ...ATTEMPT.head,
      target: '//b.test/x',
      fields: ['X-A', '1', 'Expect', '100-continue'],
    }
    const { response } = await run(new Request('http://a.test/'), redirect, { head })
    expect(response.status).toBe(302)
    expect(seen.map(({ url, redirect: mode }) => [url, mode])).toEqual([
      ['http://origin.test:81//b.test/x', 'manual'],
    ])
    expect([...(seen[0]?.headers ?? [])]).toEqual([['x-a', '1']])
  })

  test.each(['http://evil.test/', '@evil.test/', '*', 'x'])(
    'refuses the target %s',
    async (target) => {
      const { told } = await run(new Request('http://a.test/'), ok, {
        head: { ...ATTEMPT.head, target },
      })
      expect(told.events[1]).toMatchObject({
        outcome: { side: 'client', phase: 'request', reason: 'invalid_target' },
      })
    },
  )

  test.each([
    { target: '/a/../b', sent: undefined },
    { target: '/a/%2e%2E/b', sent: undefined },
    { target: '/a\\b', sent: undefined },
    { target: '/a\tb', sent: undefined },
    { target: '/a#b', sent: undefined },
    { target: '/a"b', sent: undefined },
    { target: '/a%2Fb//c;d=[1]', sent: '/a%2Fb//c;d=[1]' },
    { target: '/?', sent: '/?' },
    { target: "/it's?it's={a}|b", sent: "/it's?it%27s={a}|b" },
  ])('for $target asks for $sent', async ({ target, sent }) => {
    const seen: Request[] = []
    const head = { ...ATTEMPT.head, target }
    await run(
      new Request('http://a.test/'),
      answering(() => new Response(null), seen),
      { head },
    )
    expect(seen.map(({ url }) => url)).toEqual(
      sent === undefined ? [] : [`http://origin.test:81${sent}`],
    )
  })

  test.each([
    { name: "made of the client's", redirect: 'manual' as const, method: 'GET' },
    { name: 'built, so that nothing is followed', redirect: 'follow' as const, method: 'GET' },
    { name: 'built for another method', redirect: 'manual' as const, method: 'HEAD' },
  ])('is $name, with the same fields', async ({ redirect, method }) => {
    const seen: Request[] = []
    const headers = { 'x-gone': '1', 'x-stays': '2', 'x-changed': '3', expect: '100-continue' }
    const fields = ['expect', '100-continue', 'x-stays', '2', 'X-Changed', '4', 'X-New', '5']
    await run(
      new Request('http://a.test/', { headers, redirect }),
      answering(() => new Response(null), seen),
      { head: { ...ATTEMPT.head, method, fields }, traits: WORKERS_FETCH },
    )
    expect(seen.map((one) => [one.method, one.redirect, [...one.headers].flat()])).toEqual([
      [method, 'manual', ['x-changed', '4', 'x-new', '5', 'x-stays', '2']],
    ])
  })

  test('states the length of a streamed body where it is known', async () => {
    const seen: Request[] = []
    const request = new Request('http://a.test/', {
      method: 'POST',
      body: 'hello',
      headers: { 'content-length': '5' },
    })
    await run(
      request,
      answering(() => new Response(null), seen),
      { head: POST },
    )
    expect(seen[0]?.headers.get('content-length')).toBe('5')
  })

  test.each([{ 'content-length': '5' }, { 'transfer-encoding': 'chunked' }])(
    'of a GET with a body that fetch hides is refused: %j',
    async (headers) => {
      const seen: Request[] = []
      const request = new Request('http://a.test/', { headers })
      const { told } = await run(
        request,
        answering(() => new Response(null), seen),
      )
      expect(seen).toEqual([])
      expect(told.events[1]).toMatchObject({
        outcome: { side: 'client', phase: 'request', reason: 'method_not_implemented' },
      })
    },
  )

  test.each([
    { traits: WORKERS_FETCH, sent: 'websocket' },
    { traits: undefined, sent: null },
  ])('asks for an upgrade only where the runtime can: $sent', async ({ traits, sent }) => {
    const seen: Request[] = []
    await run(
      new Request('http://a.test/'),
      answering(() => new Response(null), seen),
      {
        upgrade: 'websocket',
        ...(traits === undefined ? {} : { traits }),
      },
    )
    expect(seen[0]?.headers.get('upgrade')).toBe(sent)
  })

  test('that fetch rejects counts as sent', async () => {
    const fetch: FetchFunction = () => Promise.reject(new Error('connection refused'))
    const { told, response } = await run(new Request('http://a.test/'), fetch)
    expect(told.events[1]).toEqual({
      type: 'failed',
      outcome: {
        side: 'upstream',
        phase: 'sent',
        bytesSent: 0,
        reused: true,
        replayable: true,
        reason: 'upstream_reset',
        detail: 'connection refused',
      },
    })
    expect(await response.text()).toBe('upstream_reset')
  })

  test('that takes too long is given up where nothing is aborted', async () => {
    const timeouts = { connectMs: 10, firstByteMs: 10, idleMs: 0, totalMs: 0 }
    const { told } = await run(new Request('http://a.test/'), () => new Promise(() => {}), {
      timeouts,
      traits: WORKERS_FETCH,
    })
    expect(told.events[1]).toMatchObject({ outcome: { reason: 'first_byte_timeout' } })
  })

  test('that takes too long is aborted', async () => {
    const timeouts = { connectMs: 10, firstByteMs: 10, idleMs: 0, totalMs: 0 }
    const first = await run(new Request('http://a.test/'), hanging, { timeouts })
    expect(first.told.events[1]).toMatchObject({ outcome: { reason: 'first_byte_timeout' } })
    const total = { connectMs: 10, firstByteMs: 5000, idleMs: 0, totalMs: 20 }
    const second = await run(new Request('http://a.test/'), hanging, { timeouts: total })
    expect(second.told.events[1]).toMatchObject({ outcome: { reason: 'total_timeout' } })
  })

  test('keeps a small body for the next one, and says so', async () => {
    const seen: Request[] = []
    let statuses = [503, 200]
    const fetch = answering(() => {
      const [status = 200, ...rest] = statuses
      statuses = rest
      return new Response('x', { status })
    }, seen)
    const request = new Request('http://a.test/', {
      method: 'POST',
      body: 'hello',
      headers: { 'content-length': '5' },
    })
    const { told } = await run(request, fetch, {
      head: POST,
      replayBytes: 5,
      next: (event) =>
        event.type === 'head' && event.head.status === 503
          ? { ...ATTEMPT, head: POST, replayBytes: 5 }
          : undefined,
    })
    expect(await Promise.all(seen.map((one) => one.text()))).toEqual(['hello', 'hello'])
    expect(told.events.slice(1)).toMatchObject([{ replayable: true }, { replayable: true }])
    expect(told.ends).toEqual([{ failure: undefined, requestBytes: 5, responseBytes: -1 }])
  })

  test('streams any other body once, and says that it is gone', async () => {
    const request = new Request('http://a.test/', { method: 'POST', body: 'hello' })
    const { told } = await run(request, ok, { head: POST, replayBytes: 64 })
    expect(told.events[1]).toMatchObject({ type: 'head', replayable: false })
  })

  test.each([
    { name: 'announced', headers: { 'content-length': '5' } },
    { name: 'counted', headers: {} },
  ])('refuses a body too large, $name', async ({ headers }) => {
    const request = new Request('http://a.test/', { method: 'POST', body: 'hello', headers })
    const { told } = await run(request, ok, { head: POST, limits: { maxRequestBytes: 4 } })
    expect(told.events[1]).toMatchObject({
      outcome: { side: 'client', reason: 'body_too_large' },
    })
  })
})

describe('a binding', () => {
  const endpoint = { ...ATTEMPT.endpoint, url: 'binding:API', binding: 'API' }

  test('is asked with the host and the scheme of the client', async () => {
    const seen: Request[] = []
    const api = answering(() => new Response('from api'), seen)
    const { response } = await run(new Request('https://a.test/'), ok, {
      endpoint,
      head: { ...ATTEMPT.head, target: '//b.test/x?y' },
      binding: (name) => (name === 'API' ? api : undefined),
    })
    expect(await response.text()).toBe('from api')
    expect(seen.map(({ url }) => url)).toEqual(['https://a.test//b.test/x?y'])
  })

  test('that is missing is a failed connection', async () => {
    const { told } = await run(new Request('http://a.test/'), ok, { endpoint })
    expect(told.events[1]).toMatchObject({
      outcome: { side: 'upstream', phase: 'connect', reason: 'connect_failed', replayable: true },
    })
  })
})
