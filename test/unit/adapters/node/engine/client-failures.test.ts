/** What clients do wrong: every request ends in one record, and no endpoint sees a whole lie. */
import { describe, expect, test } from 'vitest'
import type { ExchangeEvent } from '../../../../../src/exchange.ts'
import { answering, LAST, startOrigin, startRig, type Ended } from '../rig.ts'

const OK = 'HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi'

function fieldLines(count: number): string {
  return Array.from({ length: count }, (_value, i) => `X-${i}: y\r\n`).join('')
}

describe('heads that cannot be parsed', () => {
  test.each([
    {
      name: 'a broken request line',
      bytes: 'GET\r\n\r\n',
      status: 400,
      reason: 'malformed_request',
    },
    {
      name: 'two lengths',
      bytes: 'GET / HTTP/1.1\r\nContent-Length: 1\r\nContent-Length: 1\r\n\r\n',
      status: 400,
      reason: 'invalid_framing',
    },
    {
      name: 'both framings',
      bytes: 'POST / HTTP/1.1\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n',
      status: 400,
      reason: 'invalid_framing',
    },
    {
      name: 'a head cut off',
      bytes: 'GET / HTTP/1.1\r\nHo',
      status: 400,
      reason: 'malformed_request',
    },
    {
      name: 'another version',
      bytes: 'GET / HTTP/2.0\r\n\r\n',
      status: 505,
      reason: 'version_not_supported',
    },
    {
      name: 'a long target',
      bytes: `GET /${'a'.repeat(8192)} HTTP/1.1\r\n\r\n`,
      status: 414,
      reason: 'target_too_long',
    },
    {
      name: 'a request line without end',
      bytes: `GET /${'a'.repeat(20_000)}`,
      status: 414,
      reason: 'target_too_long',
    },
    {
      name: 'large fields',
      bytes: `GET / HTTP/1.1\r\nX: ${'a'.repeat(17_000)}\r\n\r\n`,
      status: 431,
      reason: 'head_too_large',
    },
    {
      name: 'one field too many',
      bytes: `POST / HTTP/1.1\r\n${fieldLines(100)}Content-Length: 5\r\n\r\nhello`,
      status: 431,
      reason: 'head_too_large',
    },
    {
      name: 'many fields before the length',
      bytes: `POST / HTTP/1.1\r\n${fieldLines(300)}Content-Length: 5\r\n\r\nhello`,
      status: 431,
      reason: 'head_too_large',
    },
  ])('$name: answered by the core, recorded once', async ({ bytes, status, reason }) => {
    const seen: string[] = []
    await using origin = await answering(OK, seen)
    await using rig = await startRig(origin)
    const { socket, reader } = await rig.client()
    socket.end(bytes)
    const response = (await reader.rest()).toString()
    expect(response).toMatch(new RegExp(`^HTTP/1.1 ${status} [^]*${reason}$`))
    expect(response).toContain('Connection: close\r\n')
    const ended = await rig.ends(1)
    expect(ended.map(({ head }) => 'type' in head && head.reason)).toEqual([reason])
    expect(seen).toEqual([])
  })

  test('a head at the limits passes', async () => {
    await using origin = await answering(OK)
    await using rig = await startRig(origin)
    const target = `/${'a'.repeat(8191)}`
    const response = await rig.send(`GET ${target} HTTP/1.1\r\n${fieldLines(98)}${LAST}`)
    expect(response).toMatch(/^HTTP\/1.1 200/)
    expect(rig.ended[0]?.head).toMatchObject({ target, fields: { length: 200 } })
  })

  test('a missing or doubled Host is for the core to judge', async () => {
    await using origin = await answering(OK)
    await using rig = await startRig(origin)
    await rig.send('GET / HTTP/1.1\r\nConnection: close\r\n\r\n')
    await rig.send(`GET / HTTP/1.1\r\nHost: b\r\n${LAST}`)
    expect(rig.ended).toHaveLength(2)
  })

  test('a head that stays away is answered 408', async () => {
    await using origin = await answering(OK)
    await using rig = await startRig(origin, {}, { limits: { headTimeoutMs: 50 } })
    expect(await rig.send('GET / HTTP/1.1\r\n')).toMatch(/^HTTP\/1.1 408/)
    expect(rig.ended).toHaveLength(1)
  })

  test('a connection without a byte is closed in silence', async () => {
    await using origin = await answering(OK)
    await using rig = await startRig(origin, {}, { limits: { headTimeoutMs: 50 } })
    expect(await rig.send('')).toBe('')
    expect(rig.ended).toHaveLength(0)
  })
})

describe('junk after a request', () => {
  test('leaves the response in hand intact and ends the connection', async () => {
    const answer = Promise.withResolvers<void>()
    await using origin = await startOrigin(async ({ socket, reader }) => {
      await reader.head()
      await answer.promise
      socket.write(OK)
    })
    await using rig = await startRig(origin)
    const { socket, reader } = await rig.client()
    socket.write('GET / HTTP/1.1\r\nHost: a\r\n\r\n\0junk\r\n\r\n')
    // The junk is in the same chunk as the request: it has been parsed when the origin is asked.
    answer.resolve()
    const response = (await reader.rest()).toString()
    expect(response.match(/HTTP\/1.1/g)).toHaveLength(1)
    expect(response).toMatch(/\r\n\r\nhi$/)
    const [first, second] = await rig.ends(2)
    expect(first?.outcome.failure).toBeUndefined()
    expect(second?.outcome.failure).toMatchObject({ reason: 'malformed_request' })
  })

  test('between two requests is answered, since nothing is in hand', async () => {
    await using origin = await answering(OK)
    await using rig = await startRig(origin)
    const { socket, reader } = await rig.client()
    socket.write('GET / HTTP/1.1\r\nHost: a\r\n\r\n')
    await reader.head()
    await reader.bytes(2)
    socket.write('\0junk\r\n\r\n')
    expect((await reader.rest()).toString()).toMatch(/^HTTP\/1.1 400/)
    expect(rig.ended).toHaveLength(2)
  })
})

describe('bodies', () => {
  test('a bad chunk reaches the core as a failure and the endpoint as a broken request', async () => {
    const asked = Promise.withResolvers<void>()
    const broken = Promise.withResolvers<string>()
    await using origin = await startOrigin(async ({ socket, reader }) => {
      await reader.head()
      socket.on('close', () => broken.resolve('closed'))
      asked.resolve()
    })
    await using rig = await startRig(origin)
    const { socket, reader } = await rig.client()
    socket.write('POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nhi\r\n')
    await asked.promise
    socket.write('zz\r\n')
    expect((await reader.rest()).toString()).toMatch(/^HTTP\/1.1 400 .*invalid_framing$/s)
    expect(await broken.promise).toBe('closed')
    expect(rig.ended).toHaveLength(1)
    expect(failures(rig.ended)).toMatchObject([{ side: 'client', replayable: false }])
  })

  test('a bad chunk that comes with its head is found before anybody is asked', async () => {
    const seen: string[] = []
    await using origin = await answering(OK, seen)
    await using rig = await startRig(origin)
    const response = await rig.send(
      'POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nhi\r\nzz\r\n',
    )
    expect(response).toMatch(/^HTTP\/1.1 400 .*invalid_framing$/s)
    expect(failures(rig.ended)).toMatchObject([{ side: 'client', replayable: false }])
    expect(seen).toEqual([])
  })

  test('a bad chunk of a request that waits is found before it is dialled', async () => {
    const seen: string[] = []
    await using origin = await answering(OK, seen)
    await using rig = await startRig(origin)
    const response = await rig.send(
      'GET /1 HTTP/1.1\r\nHost: a\r\n\r\nPOST /2 HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n',
    )
    expect(response).toMatch(/^HTTP\/1.1 200 .*hiHTTP\/1.1 400 .*invalid_framing$/s)
    expect(seen).toHaveLength(1)
    expect(rig.ended).toHaveLength(2)
  })

  test.each([
    { name: 'announced', framing: 'Content-Length: 9', body: 'too large' },
    {
      name: 'not announced',
      framing: 'Transfer-Encoding: chunked',
      body: '9\r\ntoo large\r\n0\r\n\r\n',
    },
  ])('a body too large, $name', async ({ framing, body }) => {
    await using origin = await startOrigin(() => {})
    await using rig = await startRig(origin, {
      attempt: () => ({ limits: { maxRequestBytes: 8 } }),
    })
    const response = await rig.send(`POST / HTTP/1.1\r\nHost: a\r\n${framing}\r\n\r\n${body}`)
    expect(response).toMatch(/^HTTP\/1.1 413 .*body_too_large$/s)
    expect(failures(rig.ended)).toMatchObject([{ side: 'client', reason: 'body_too_large' }])
  })

  test('a body that stops coming is the client\u2019s failure', async () => {
    await using origin = await startOrigin(() => {})
    const timeouts = { connectMs: 0, firstByteMs: 0, idleMs: 30, totalMs: 0 }
    await using rig = await startRig(origin, { attempt: () => ({ timeouts }) })
    const response = await rig.send('POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 9\r\n\r\nhalf')
    expect(response).toMatch(/^HTTP\/1.1 408 .*request_timeout$/s)
    expect(failures(rig.ended)).toMatchObject([{ side: 'client', reason: 'request_timeout' }])
  })

  test('a large body that nobody reads does not take the answer back', async () => {
    await using origin = await answering(OK)
    await using rig = await startRig(origin, {
      next: () => ({
        type: 'respond',
        response: { status: 403, fields: [], body: 'no' },
        requestBody: 'close',
      }),
    })
    const { socket, reader } = await rig.client()
    socket.write(`POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 200000\r\n\r\n`)
    socket.write('x'.repeat(100_000))
    const head = await reader.head()
    expect([head?.start, head?.fields.get('connection')]).toEqual([
      'HTTP/1.1 403 Forbidden',
      'close',
    ])
    expect((await reader.bytes(2)).toString()).toBe('no')
    // Whoever closes on bytes that are still coming resets the connection: the end waits for them.
    for (let turn = 0; turn < 100; turn++) await new Promise(setImmediate)
    expect(socket.readableEnded).toBe(false)
    socket.write('x'.repeat(100_000))
    expect((await reader.rest()).toString()).toBe('')
    expect(socket.errored).toBeNull()
  })

  test('a small body that nobody reads costs nothing but reading it', async () => {
    await using origin = await answering(OK)
    await using rig = await startRig(origin, {
      next: () => ({
        type: 'respond',
        response: { status: 403, fields: [], body: 'no' },
        requestBody: 'drain',
      }),
    })
    const { socket, reader } = await rig.client()
    for (let request = 0; request < 2; request++) {
      socket.write('POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nhe')
      expect((await reader.head())?.start).toMatch(/403/)
      expect((await reader.bytes(2)).toString()).toBe('no')
      socket.write('llo')
    }
  })
})

function failures(ended: readonly Ended[]): unknown[] {
  return ended.flatMap(({ events }) =>
    events.flatMap((event: ExchangeEvent) => (event.type === 'failed' ? [event.outcome] : [])),
  )
}
