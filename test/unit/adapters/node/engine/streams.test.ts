/** Order and pace: pipelined requests, slow readers on either side, tunnels. */
import { once } from 'node:events'
import { describe, expect, test } from 'vitest'
import { LAST, startOrigin, startRig, type Ended } from '../rig.ts'
import { acceptKey } from '../../../../seam/frames.ts'

describe('pipelined requests', () => {
  test('are answered in order, one at a time, however many', async () => {
    let running = 0
    let most = 0
    const targets: string[] = []
    await using origin = await startOrigin(async ({ socket, reader }) => {
      for (let head = await reader.head(); head !== undefined; head = await reader.head()) {
        running++
        most = Math.max(most, running)
        const target = head.start.split(' ')[1] ?? ''
        targets.push(target)
        await new Promise(setImmediate)
        running--
        socket.write(`HTTP/1.1 200 OK\r\nContent-Length: ${target.length}\r\n\r\n${target}`)
      }
    })
    await using rig = await startRig(origin)
    const { socket, reader } = await rig.client()
    const expected = Array.from({ length: 200 }, (_value, i) => `/${i}`)
    // Field sizes that spread the requests over several reads.
    for (const target of expected) {
      socket.write(`GET ${target} HTTP/1.1\r\nHost: a\r\nX: ${'y'.repeat(2000)}\r\n\r\n`)
    }
    const bodies: string[] = []
    while (bodies.length < expected.length) {
      const head = await reader.head()
      bodies.push((await reader.bytes(Number(head?.fields.get('content-length')))).toString())
    }
    expect(bodies).toEqual(expected)
    expect(targets).toEqual(expected)
    expect(most).toBe(1)
  })

  test('stop being read while the one in hand takes its time', async () => {
    const asked = Promise.withResolvers<void>()
    const answer = Promise.withResolvers<void>()
    await using origin = await startOrigin(async ({ socket, reader }) => {
      await reader.head()
      asked.resolve()
      await answer.promise
      socket.write(`HTTP/1.1 200 OK\r\nContent-Length: 65536\r\n\r\n${'z'.repeat(65_536)}`)
    })
    await using rig = await startRig(origin)
    const { socket } = await rig.client()
    const request = `GET / HTTP/1.1\r\nHost: a\r\nX: ${'y'.repeat(4000)}\r\n\r\n`
    socket.write(request.repeat(8000))
    await asked.promise
    await stable(() => socket.bytesWritten - socket.writableLength)
    // A connection that is not read shows its end when it is written to. Then each request that
    // was taken in has its record: the first, and those of about two reads of 64 KiB.
    socket.destroy()
    answer.resolve()
    await rig.ends(2)
    await stable(() => rig.ended.length)
    expect(rig.ended.length).toBeGreaterThan(15)
    expect(rig.ended.length).toBeLessThan(64)
  })
})

describe('backpressure', () => {
  const MiB = 1024 * 1024

  test('a client that does not read stops the endpoint', async () => {
    let offered = 0
    await using origin = await startOrigin(async ({ socket, reader }) => {
      await reader.head()
      socket.write(`HTTP/1.1 200 OK\r\nContent-Length: ${512 * MiB}\r\n\r\n`)
      const chunk = Buffer.alloc(MiB)
      const pump = (): void => {
        do offered += chunk.length
        while (socket.write(chunk))
      }
      socket.on('drain', pump)
      pump()
    })
    await using rig = await startRig(origin)
    const { socket } = await rig.client()
    socket.pause()
    socket.write('GET / HTTP/1.1\r\nHost: a\r\n\r\n')
    await stable(() => offered)
    // What the system's own buffers take; the engine holds a chunk.
    expect(offered).toBeLessThan(64 * MiB)
  })

  test('an endpoint that does not read stops the client', async () => {
    await using origin = await startOrigin(({ socket }) => socket.pause())
    await using rig = await startRig(origin)
    const { socket } = await rig.client()
    socket.write(`POST / HTTP/1.1\r\nHost: a\r\nContent-Length: ${512 * MiB}\r\n\r\n`)
    const chunk = Buffer.alloc(MiB)
    let offered = 0
    const pump = (): void => {
      do offered += chunk.length
      while (socket.write(chunk))
    }
    socket.on('drain', pump)
    pump()
    await stable(() => offered)
    expect(offered).toBeLessThan(64 * MiB)
  })

  test('a client that never reads is given up', async () => {
    await using origin = await startOrigin(async ({ socket, reader }) => {
      await reader.head()
      socket.write(`HTTP/1.1 200 OK\r\nContent-Length: ${64 * MiB}\r\n\r\n`)
      socket.write(Buffer.alloc(64 * MiB))
    })
    await using rig = await startRig(origin, {}, { limits: { writeStallMs: 50 } })
    const { socket } = await rig.client()
    socket.pause()
    socket.write('GET / HTTP/1.1\r\nHost: a\r\n\r\n')
    const [{ outcome }] = (await rig.ends(1)) as [Ended]
    expect(outcome.failure).toMatchObject({
      side: 'client',
      phase: 'body',
      reason: 'client_gone',
      detail: 'does not read',
    })
  })
})

const KEY = 'dGhlIHNhbXBsZSBub25jZQ=='
const UPGRADE = `GET / HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: WebSocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: ${KEY}\r\n\r\n`

function switching(accept: string): string {
  return `HTTP/1.1 101 Switched\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Accept: ${accept}\r\n\r\n`
}

describe('tunnels', () => {
  const upgrade = { attempt: () => ({ upgrade: 'websocket' }) }

  test('carry early bytes of both sides, and each direction ends by itself', async () => {
    const got = Promise.withResolvers<string>()
    await using origin = await startOrigin(async ({ socket, reader }) => {
      socket.allowHalfOpen = true
      await reader.head()
      socket.write(`${switching(acceptKey(KEY))}early`)
      got.resolve((await reader.rest()).toString())
      // The client has ended its side; this one has not.
      socket.end('late')
    })
    await using rig = await startRig(origin, upgrade)
    const { socket, reader } = await rig.client()
    socket.allowHalfOpen = true
    socket.end(`${UPGRADE}first`)
    const response = (await reader.rest()).toString()
    expect(response).toMatch(/^HTTP\/1.1 101 Switched\r\n.*\r\n\r\nearlylate$/s)
    expect(response).toContain('Connection: Upgrade\r\nUpgrade: websocket\r\n')
    expect(await got.promise).toBe('first')
    const [{ outcome }] = (await rig.ends(1)) as [Ended]
    expect(outcome).toEqual({ failure: undefined, requestBytes: 5, responseBytes: 9 })
  })

  test('end on both sides when one breaks', async () => {
    await using origin = await startOrigin(async ({ socket, reader }) => {
      await reader.head()
      socket.write(switching(acceptKey(KEY)))
      await once(socket, 'close')
    })
    await using rig = await startRig(origin, upgrade)
    const { socket, reader } = await rig.client()
    socket.write(UPGRADE)
    await reader.head()
    socket.resetAndDestroy()
    const [{ outcome }] = (await rig.ends(1)) as [Ended]
    expect(outcome.failure).toMatchObject({ side: 'client', reason: 'client_gone' })
  })

  test('end when nothing moves', async () => {
    await using origin = await startOrigin(async ({ socket, reader }) => {
      await reader.head()
      socket.write(switching(acceptKey(KEY)))
    })
    const timeouts = { connectMs: 0, firstByteMs: 0, idleMs: 30, totalMs: 0 }
    await using rig = await startRig(origin, {
      attempt: () => ({ upgrade: 'websocket', timeouts }),
    })
    await rig.send(UPGRADE)
    const [{ outcome }] = (await rig.ends(1)) as [Ended]
    expect(outcome.failure).toMatchObject({ reason: 'idle_timeout' })
  })

  test('are not opened for an endpoint that does not know the key', async () => {
    await using origin = await startOrigin(({ socket }) => socket.write(switching('bm8=')))
    await using rig = await startRig(origin, upgrade)
    expect(await rig.send(UPGRADE)).toMatch(/^HTTP\/1.1 502 .*upstream_invalid$/s)
  })

  test('are not opened by any other answer: it is relayed, and the connection ends', async () => {
    await using origin = await startOrigin(({ socket }) => {
      socket.write('HTTP/1.1 403 No\r\nContent-Length: 2\r\n\r\nno')
    })
    await using rig = await startRig(origin, upgrade)
    const response = await rig.send(`${UPGRADE}GET /secret HTTP/1.1\r\n\r\n`)
    expect(response).toMatch(/^HTTP\/1.1 403 No\r\n.*\r\n\r\nno$/s)
    expect(rig.ended).toHaveLength(1)
  })

  test.each([
    { name: 'another protocol', head: 'GET / HTTP/1.1\r\nUpgrade: h2c\r\nConnection: Upgrade\r\n' },
    {
      name: 'another method',
      head: 'POST / HTTP/1.1\r\nUpgrade: websocket\r\nContent-Length: 0\r\n',
    },
    { name: 'another version', head: 'GET / HTTP/1.0\r\nUpgrade: websocket\r\n' },
  ])('are not for $name: that is an ordinary request', async ({ head }) => {
    let upgradeField: string | undefined = 'unseen'
    await using origin = await startOrigin(async ({ socket, reader }) => {
      upgradeField = (await reader.head())?.fields.get('upgrade')
      socket.write('HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi')
    })
    await using rig = await startRig(origin)
    expect(await rig.send(`${head}${LAST}`)).toMatch(/\r\n\r\nhi$/)
    expect(upgradeField).toBeUndefined()
  })

  test('CONNECT opens none: the core answers it', async () => {
    await using origin = await startOrigin(() => {})
    await using rig = await startRig(origin, {
      next: () => ({
        type: 'respond',
        response: { status: 501, fields: [], body: 'no' },
        requestBody: 'close',
      }),
    })
    expect(await rig.send('CONNECT a:80 HTTP/1.1\r\nHost: a:80\r\n\r\njunk')).toMatch(
      /^HTTP\/1.1 501 .*\r\n\r\nno$/s,
    )
  })
})

/** Resolves when a value that only grows has stopped growing over many turns of the loop. */
async function stable(read: () => number): Promise<void> {
  let before = -1
  for (let still = 0; still < 200; still++) {
    await new Promise(setImmediate)
    const now = read()
    if (now !== before) still = 0
    before = now
  }
}
