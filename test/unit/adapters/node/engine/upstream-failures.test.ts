/** What endpoints do wrong, what the core is told of it, and what the client sees. */
import { once } from 'node:events'
import { describe, expect, test } from 'vitest'
import type { AttemptTimeouts, Outcome } from '../../../../../src/exchange.ts'
import { answering, LAST, startOrigin, startRig, type Ended } from '../rig.ts'

const NO_TIMEOUTS: AttemptTimeouts = { connectMs: 0, firstByteMs: 0, idleMs: 0, totalMs: 0 }

/** The first failure that the core was told of. */
function failure(ended: readonly Ended[]): Outcome | undefined {
  for (const event of ended[0]?.events ?? []) {
    if (event.type === 'failed') return event.outcome
  }
  return undefined
}

describe('before the response', () => {
  test.each([
    {
      name: 'both framings',
      answer: 'HTTP/1.1 200 OK\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n',
    },
    {
      name: 'two lengths',
      answer: 'HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 1\r\n\r\n',
    },
    { name: 'another protocol', answer: 'SSH-2.0-x\r\n' },
    { name: 'a head without end', answer: `HTTP/1.1 200 OK\r\nX: ${'x'.repeat(70_000)}` },
  ])('an answer with $name is invalid', async ({ answer }) => {
    await using origin = await answering(answer)
    await using rig = await startRig(origin)
    expect(await rig.send(`GET / HTTP/1.1\r\n${LAST}`)).toMatch(
      /^HTTP\/1.1 502 .*upstream_invalid$/s,
    )
    expect(failure(rig.ended)).toMatchObject({ phase: 'head', reason: 'upstream_invalid' })
  })

  test('an endpoint that closes without an answer counts as sent', async () => {
    await using origin = await startOrigin(async ({ socket, reader }) => {
      await reader.head()
      socket.end()
    })
    await using rig = await startRig(origin)
    await rig.send(`GET / HTTP/1.1\r\n${LAST}`)
    expect(failure(rig.ended)).toEqual({
      side: 'upstream',
      phase: 'sent',
      bytesSent: 0,
      reused: false,
      replayable: true,
      reason: 'upstream_reset',
      detail: 'ECONNRESET',
    })
  })

  test('an endpoint that closes within its head has begun to answer', async () => {
    await using origin = await startOrigin(async ({ socket, reader }) => {
      await reader.head()
      socket.end('HTTP/1.1 20')
    })
    await using rig = await startRig(origin)
    await rig.send(`GET / HTTP/1.1\r\n${LAST}`)
    expect(failure(rig.ended)).toMatchObject({ phase: 'head' })
  })

  test('a kept connection that dies is told from a new one', async () => {
    await using origin = await startOrigin(async ({ socket, reader }) => {
      await reader.head()
      socket.write('HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n')
      await reader.head()
      socket.resetAndDestroy()
    })
    await using rig = await startRig(origin)
    const { socket, reader } = await rig.client()
    socket.write('GET / HTTP/1.1\r\nHost: a\r\n\r\n')
    await reader.head()
    socket.write('GET / HTTP/1.1\r\nHost: a\r\n\r\n')
    const ended = await rig.ends(2)
    expect(failure(ended.slice(1))).toMatchObject({
      phase: 'sent',
      reused: true,
      reason: 'upstream_reset',
    })
  })

  test.each([
    { name: 'a link-local literal', hostname: '169.254.1.1' },
    { name: 'the metadata service, mapped', hostname: '::ffff:169.254.169.254' },
    { name: 'a name that resolves to it', hostname: 'backend.test' },
  ])('$name is not connected to', async ({ hostname }) => {
    const endpoint = { url: `http://${hostname}`, scheme: 'http', hostname, port: 80 } as const
    await using rig = await startRig(
      endpoint,
      {},
      {
        resolve: (_name, _options, done) => done(null, [{ address: '169.254.169.254', family: 4 }]),
      },
    )
    await rig.send(`GET / HTTP/1.1\r\n${LAST}`)
    expect(failure(rig.ended)).toMatchObject({ phase: 'connect', reason: 'address_forbidden' })
  })

  test('a name with one address that is allowed is connected to there', async () => {
    await using origin = await answering('HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi')
    const addresses = ['169.254.169.254', '127.0.0.1'].map((address) => ({ address, family: 4 }))
    await using rig = await startRig(
      { ...origin, hostname: 'backend.test' },
      {},
      { resolve: (_name, _options, done) => done(null, addresses) },
    )
    expect(await rig.send(`GET / HTTP/1.1\r\n${LAST}`)).toMatch(/hi$/)
  })

  test('a name without address is said to be one', async () => {
    const endpoint = { url: 'x', scheme: 'http', hostname: 'backend.test', port: 80 } as const
    const error = Object.assign(new Error('not found'), { code: 'ENOTFOUND' })
    await using rig = await startRig(
      endpoint,
      {},
      { resolve: (_name, _options, done) => done(error, []) },
    )
    await rig.send(`GET / HTTP/1.1\r\n${LAST}`)
    expect(failure(rig.ended)).toMatchObject({ phase: 'connect', reason: 'name_not_resolved' })
  })

  test('an endpoint that does not speak TLS fails at TLS, before anything was sent', async () => {
    await using origin = await startOrigin(({ socket }) => socket.write('HTTP/1.1 400 Bad\r\n\r\n'))
    await using rig = await startRig({ ...origin, scheme: 'https' })
    await rig.send(`GET / HTTP/1.1\r\n${LAST}`)
    expect(failure(rig.ended)).toMatchObject({ phase: 'connect', reason: 'tls_failed' })
  })

  test('more requests than may wait for a connection are refused', async () => {
    const held = Promise.withResolvers<void>()
    let requests = 0
    await using origin = await startOrigin(async ({ socket, reader }) => {
      for (let head = await reader.head(); head !== undefined; head = await reader.head()) {
        requests++
        if (requests === 1) held.resolve()
      }
      socket.destroy()
    })
    await using rig = await startRig(
      origin,
      {},
      { limits: { maxUpstreamConnections: 1, maxUpstreamQueue: 1 } },
    )
    const request = 'GET / HTTP/1.1\r\nHost: a\r\n\r\n'
    const first = await rig.client()
    first.socket.write(request)
    await held.promise
    const others = [await rig.client(), await rig.client()]
    for (const { socket } of others) socket.write(request)
    const [refused] = await rig.ends(1)
    expect(failure(refused === undefined ? [] : [refused])).toMatchObject({
      phase: 'connect',
      reason: 'overloaded',
    })
  })
})

describe('timeouts', () => {
  test('connecting, looking up the name included', async () => {
    const endpoint = { url: 'x', scheme: 'http', hostname: 'backend.test', port: 80 } as const
    const timeouts = { ...NO_TIMEOUTS, connectMs: 20 }
    const forwarding = { attempt: () => ({ timeouts }) }
    await using rig = await startRig(endpoint, forwarding, { resolve: () => {} })
    expect(await rig.send(`GET / HTTP/1.1\r\n${LAST}`)).toMatch(/^HTTP\/1.1 504/)
    expect(failure(rig.ended)).toMatchObject({ phase: 'connect', reason: 'connect_timeout' })
  })

  test.each([
    { timeouts: { firstByteMs: 20 }, reason: 'first_byte_timeout' },
    { timeouts: { totalMs: 20, firstByteMs: 5000 }, reason: 'total_timeout' },
  ])('$reason', async ({ timeouts, reason }) => {
    await using origin = await startOrigin(() => {})
    const attempt = { timeouts: { ...NO_TIMEOUTS, ...timeouts } }
    await using rig = await startRig(origin, { attempt: () => attempt })
    expect(await rig.send(`GET / HTTP/1.1\r\n${LAST}`)).toMatch(/^HTTP\/1.1 504/)
    expect(failure(rig.ended)).toMatchObject({ reason })
  })

  test.each([
    { timeouts: { idleMs: 20 }, reason: 'idle_timeout' },
    { timeouts: { totalMs: 400 }, reason: 'total_timeout' },
  ])('$reason within a response breaks it off', async ({ timeouts, reason }) => {
    await using origin = await startOrigin(({ socket }) => {
      socket.write('HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhi')
    })
    const attempt = { timeouts: { ...NO_TIMEOUTS, ...timeouts } }
    await using rig = await startRig(origin, { attempt: () => attempt })
    expect(await rig.send(`GET / HTTP/1.1\r\n${LAST}`)).toMatch(/\r\n\r\nhi$/)
    const [{ outcome }] = (await rig.ends(1)) as [Ended]
    expect(outcome).toMatchObject({
      failure: { side: 'upstream', phase: 'body', reason },
      responseBytes: 2,
    })
  })

  test.each([
    { name: 'moves outlives the idle time', timeouts: { idleMs: 250 }, endless: false },
    { name: 'is endless outlives the total time', timeouts: { totalMs: 250 }, endless: true },
  ])('an event stream that $name', async ({ timeouts, endless }) => {
    await using origin = await startOrigin(({ socket }) => {
      socket.write('HTTP/1.1 200 OK\r\n\r\n')
      let left = 40
      const timer = setInterval(() => {
        left--
        if (left > 0) socket.write('.')
        else socket.end()
        if (left === 0) clearInterval(timer)
      }, 10)
    })
    const attempt = { timeouts: { ...NO_TIMEOUTS, ...timeouts } }
    await using rig = await startRig(origin, { attempt: () => attempt, endless })
    await rig.send(`GET / HTTP/1.1\r\n${LAST}`)
    const [{ outcome }] = (await rig.ends(1)) as [Ended]
    expect(outcome).toMatchObject({ failure: undefined, responseBytes: 39 })
  })
})

describe('within the body', () => {
  test.each([
    { name: 'a length', answer: 'Content-Length: 9\r\n\r\nhi', ends: /\r\n\r\nhi$/ },
    {
      name: 'chunks',
      answer: 'Transfer-Encoding: chunked\r\n\r\n2\r\nhi\r\n',
      ends: /\r\n2\r\nhi\r\n$/,
    },
    {
      name: 'a bad chunk',
      answer: 'Transfer-Encoding: chunked\r\n\r\n2\r\nhi\r\nzz\r\n',
      ends: /\r\n2\r\nhi\r\n$/,
    },
  ])('a response that breaks off ends without its end: $name', async ({ answer, ends }) => {
    await using origin = await startOrigin(async ({ socket, reader }) => {
      await reader.head()
      socket.end(`HTTP/1.1 200 OK\r\n${answer}`)
    })
    await using rig = await startRig(origin)
    expect(await rig.send(`GET / HTTP/1.1\r\n${LAST}`)).toMatch(ends)
    const [{ outcome }] = (await rig.ends(1)) as [Ended]
    expect(outcome.failure).toMatchObject({ side: 'upstream', phase: 'body' })
  })

  test('HTTP/1.0, which has no other end than the connection, gets a reset', async () => {
    await using origin = await startOrigin(async ({ socket, reader }) => {
      await reader.head()
      socket.write('HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nhi\r\n')
      await once(socket, 'data').catch(() => {})
    })
    const attempt = { timeouts: { ...NO_TIMEOUTS, idleMs: 20 } }
    await using rig = await startRig(origin, { attempt: () => attempt })
    const { socket } = await rig.client()
    socket.write('GET / HTTP/1.0\r\nHost: a\r\n\r\n')
    const [error] = (await once(socket, 'error')) as [NodeJS.ErrnoException]
    expect(error.code).toBe('ECONNRESET')
  })

  test('bytes after a response never reach the next one', async () => {
    let connections = 0
    await using origin = await startOrigin(async ({ socket, reader }) => {
      connections++
      for (let head = await reader.head(); head !== undefined; head = await reader.head()) {
        socket.write(
          'HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhiHTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nevil',
        )
      }
    })
    await using rig = await startRig(origin)
    for (let request = 0; request < 2; request++) {
      expect(await rig.send(`GET / HTTP/1.1\r\n${LAST}`)).toMatch(/\r\n\r\nhi$/)
    }
    expect(connections).toBe(2)
  })
})
