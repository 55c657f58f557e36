/** The fetch engine over an injected fetch: what it can tell, and what it does not pretend to. */
import { describe, expect, test } from 'vitest'
import type {
  AccessRecord,
  AttemptStep,
  EndOutcome,
  Exchange,
  ExchangeEvent,
  Step,
} from '../../../src/exchange.ts'
import { createFetchEngine } from '../../../src/fetch/engine.ts'
import type { FetchFunction } from '../../../src/fetch/attempt.ts'
import type { Peer, RequestHead } from '../../../src/head.ts'

const PEER: Peer = { address: '192.0.2.1', port: 1, localPort: 80, socket: 'web', tls: undefined }

interface Told {
  head: RequestHead | undefined
  readonly events: ExchangeEvent[]
  readonly ends: EndOutcome[]
}

/** Runs one request through the engine with an exchange that takes one attempt. */
async function run(
  request: Request,
  fetch: FetchFunction,
  parts: Partial<AttemptStep> & { readonly next?: (event: ExchangeEvent) => Step | undefined } = {},
): Promise<{ readonly response: Response; readonly told: Told }> {
  const told: Told = { head: undefined, events: [], ends: [] }
  const { next, ...attemptParts } = parts
  const exchange: Exchange = {
    next(event) {
      told.events.push(event)
      const decided = next?.(event)
      if (decided !== undefined) return decided
      if (event.type === 'head') return { type: 'relay', head: event.head, tunnel: false }
      if (event.type === 'failed') return respond(502, event.outcome.reason)
      return { ...ATTEMPT, ...attemptParts }
    },
    interim: () => undefined,
    trailers: () => [],
    end(outcome) {
      told.ends.push(outcome)
      return {} as AccessRecord // nothing here reads it
    },
  }
  const handle = createFetchEngine({
    begin(head) {
      if (!('type' in head)) told.head = head
      return exchange
    },
    fetch,
    log() {},
  })
  return { response: await handle(request, PEER), told }
}

function respond(status: number, body: string): Step {
  return { type: 'respond', response: { status, fields: ['X', '1'], body }, requestBody: 'close' }
}

const ATTEMPT: AttemptStep = {
  type: 'attempt',
  endpoint: { url: 'http://origin.test:81', scheme: 'http', hostname: 'origin.test', port: 81 },
  head: { method: 'GET', target: '/', host: 'a.test', fields: [] },
  timeouts: { connectMs: 0, firstByteMs: 0, idleMs: 0, totalMs: 0 },
  limits: { maxRequestBytes: 0 },
  replayBytes: 0,
  upgrade: undefined,
  mirrors: [],
}
const POST = { ...ATTEMPT.head, method: 'POST' }

/** Reads its request and answers. */
function answering(response: () => Response, seen: Request[] = []): FetchFunction {
  return async (request) => {
    seen.push(request.clone())
    await request.arrayBuffer()
    return response()
  }
}

/** A Request that is collected takes its signal along; the runtime's own fetch holds it. */
const held: Request[] = []

/** Never answers, and fails when it is aborted. */
const hanging: FetchFunction = (request) => {
  held.push(request)
  return new Promise((_resolve, reject) => {
    request.signal.addEventListener('abort', () => reject(new Error('aborted')))
  })
}

const ok: FetchFunction = answering(() => new Response('fine'))

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

  test.each(['http://evil.test/', '*', 'x'])('refuses the target %s', async (target) => {
    const { told } = await run(new Request('http://a.test/'), ok, {
      head: { ...ATTEMPT.head, target },
    })
    expect(told.events[1]).toMatchObject({ type: 'failed' })
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
        reused: false,
        replayable: true,
        reason: 'upstream_reset',
        detail: 'connection refused',
      },
    })
    expect(await response.text()).toBe('upstream_reset')
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

describe('a response', () => {
  test('is handed over with its body untouched', async () => {
    const upstream = new Response('fine', {
      headers: [
        ['set-cookie', 'a'],
        ['set-cookie', 'b'],
      ],
    })
    const { response } = await run(new Request('http://a.test/'), () => Promise.resolve(upstream))
    expect(response.body).toBe(upstream.body)
    expect(response.headers.getSetCookie()).toEqual(['a', 'b'])
  })

  test.each([204, 205, 304])('%i has no body', async (status) => {
    const fetch: FetchFunction = () => Promise.resolve(new Response(null, { status }))
    const { response } = await run(new Request('http://a.test/'), fetch)
    expect([response.status, response.body]).toEqual([status, null])
  })

  test('that is dropped for another attempt is cancelled', async () => {
    let cancelled = false
    const body = new ReadableStream({
      cancel() {
        cancelled = true
      },
    })
    const fetch: FetchFunction = () => Promise.resolve(new Response(body))
    const { response } = await run(new Request('http://a.test/'), fetch, {
      next: (event) => (event.type === 'head' ? respond(500, 'no') : undefined),
    })
    expect(response.status).toBe(500)
    expect(cancelled).toBe(true)
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
