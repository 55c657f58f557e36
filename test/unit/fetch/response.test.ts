/** What comes back to the client. */
import { describe, expect, test } from 'vitest'
import type { FetchFunction } from '../../../src/fetch/attempt.ts'
import { WORKERS_FETCH } from '../../../src/fetch/traits.ts'
import { answering, respond, run } from './run.ts'

describe('a response', () => {
  const coded = (coding: string, status = 200): FetchFunction =>
    answering(
      () =>
        new Response(status === 200 ? 'decoded' : null, {
          status,
          headers: { 'content-encoding': coding, 'content-length': '99', etag: '"x"' },
        }),
    )
  const fieldsOf = ({ headers }: Response): (string | null)[] =>
    ['content-encoding', 'content-length', 'etag'].map((name) => headers.get(name))

  test.each(['gzip', 'BR', 'deflate, zstd'])(
    'decoded from %s loses what no longer holds',
    async (coding) => {
      const { response } = await run(new Request('http://a.test/'), coded(coding))
      expect(fieldsOf(response)).toEqual([null, null, 'W/"x"'])
    },
  )

  test.each([
    { coding: 'gzip', traits: WORKERS_FETCH },
    { coding: 'compress', traits: undefined },
    { coding: 'gzip, compress', traits: undefined },
  ])('in $coding that nobody decoded keeps its fields', async ({ coding, traits }) => {
    const { response } = await run(
      new Request('http://a.test/'),
      coded(coding),
      traits === undefined ? {} : { traits },
    )
    expect(fieldsOf(response)).toEqual([coding, '99', '"x"'])
  })

  test('to HEAD has the length of what GET would bring, and no body', async () => {
    const fetch = answering(() => new Response('fine', { headers: { 'content-length': '4' } }))
    const { response } = await run(new Request('http://a.test/', { method: 'HEAD' }), fetch)
    expect([response.headers.get('content-length'), response.body]).toEqual(['4', null])
  })

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

  test('made of another has the fields that the core wrote, and the length', async () => {
    const fetch = answering(
      () =>
        new Response('fine', {
          status: 201,
          statusText: 'Made',
          headers: [
            ['content-length', '4'],
            ['set-cookie', 'a'],
            ['set-cookie', 'b'],
            ['x-gone', '1'],
            ['x-stays', '2'],
          ],
        }),
    )
    const cookies = ['set-cookie', 'a', 'set-cookie', 'b']
    const relayed = async (fields: string[]): Promise<Response> => {
      const head = { status: 201, reason: 'Made', fields }
      const { response } = await run(new Request('http://a.test/'), fetch, {
        traits: WORKERS_FETCH,
        next: (event) =>
          event.type === 'head' ? { type: 'relay', head, tunnel: false } : undefined,
      })
      return response
    }
    const whole = await relayed(['content-type', 'text/plain', ...cookies, 'x-stays', '2'])
    expect([whole.status, whole.statusText, await whole.text()]).toEqual([201, 'Made', 'fine'])
    const lines = [...whole.headers].map(([name, value]) => `${name}: ${value}`)
    expect(new Set(lines)).toEqual(
      new Set([
        'content-length: 4',
        'content-type: text/plain',
        'set-cookie: a',
        'set-cookie: b',
        'x-stays: 2',
      ]),
    )
    // Deleting a cookie would delete both.
    const fewer = await relayed(['set-cookie', 'b', 'X-New', '3'])
    expect([...fewer.headers]).toEqual([
      ['content-length', '4'],
      ['set-cookie', 'b'],
      ['x-new', '3'],
    ])
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
