/** What one exchange may hold in memory while the slower side takes its time. */
import { once } from 'node:events'
import { connect, createServer, type AddressInfo, type Socket } from 'node:net'
import { expect, test } from 'vitest'
import { LAST, startOrigin, startRig } from '../rig.ts'

const KiB = 1024
const TOTAL = 32 * KiB * KiB

test('a slow reader makes the engine hold no more than a few reads', async () => {
  await using origin = await startOrigin(async ({ socket, reader }) => {
    await reader.head()
    socket.write(`HTTP/1.1 200 OK\r\nContent-Length: ${TOTAL}\r\n\r\n`)
    socket.write(Buffer.alloc(TOTAL, 'x'))
  })
  await using rig = await startRig(origin)
  let accepted: Socket | undefined
  const server = createServer({ allowHalfOpen: true, noDelay: true }, (socket) => {
    accepted = socket
    rig.engine.accept(socket, { socket: 'memory', tls: undefined })
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo // bound to a port
  const client = connect(port, '127.0.0.1')
  client.write(`GET / HTTP/1.1\r\n${LAST}`)
  let received = 0
  let most = 0
  client.on('data', (chunk: Buffer) => {
    received += chunk.length
    most = Math.max(most, accepted?.writableLength ?? 0)
    client.pause()
    setImmediate(() => client.resume())
  })
  await once(client, 'close')
  server.close()
  expect(received).toBeGreaterThan(TOTAL)
  expect(most).toBeGreaterThan(0)
  expect(most).toBeLessThanOrEqual(256 * KiB)
})

test.each([
  { name: 'a length', head: (size: number) => `Content-Length: ${size}\r\n\r\n` },
  { name: 'the end of the connection', head: () => '\r\n' },
])('bytes of many responses at once are not mixed up: $name', async ({ head }) => {
  const SIZE = 3 * KiB * KiB
  // Each response has bytes of its own, so that one read into another's would show.
  const bodyOf = (target: string): Buffer => {
    const body = Buffer.alloc(SIZE)
    for (let at = 0; at + 8 <= SIZE; at += 8)
      body.write(`${target}${at.toString(16)}       `, at, 8)
    return body
  }
  await using origin = await startOrigin(async ({ socket, reader }) => {
    const target = (await reader.head())?.start.split(' ')[1] ?? ''
    socket.write(`HTTP/1.1 200 OK\r\n${head(SIZE)}`)
    const body = bodyOf(target)
    // Pieces of many sizes: below and above what is copied into text, and what is read at once.
    for (let at = 0, size = 1; at < SIZE; at += size, size = (size * 3) % 200_003) {
      if (!socket.write(body.subarray(at, at + size))) await once(socket, 'drain')
    }
    socket.end()
  })
  await using rig = await startRig(origin)
  const ask = async (target: string): Promise<boolean> => {
    const { socket, reader } = await rig.client()
    socket.on('data', () => {
      socket.pause()
      setImmediate(() => socket.resume())
    })
    socket.write(`GET ${target} HTTP/1.0\r\nHost: a\r\n\r\n`)
    const received = await reader.rest()
    return received.subarray(received.length - SIZE).equals(bodyOf(target))
  }
  const targets = Array.from({ length: 6 }, (_value, i) => `/${i}`)
  expect(await Promise.all(targets.map(ask))).toEqual(targets.map(() => true))
})

test('an upload arrives as it was sent, however slowly it is read', async () => {
  const body = Buffer.alloc(4 * KiB * KiB)
  for (let at = 0; at < body.length; at += 4) body.writeUInt32BE(at, at)
  const got = Promise.withResolvers<Buffer>()
  await using origin = await startOrigin(async ({ socket, reader }) => {
    socket.on('data', () => {
      socket.pause()
      setImmediate(() => socket.resume())
    })
    await reader.head()
    got.resolve(await reader.bytes(body.length))
    socket.write('HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi')
  })
  await using rig = await startRig(origin)
  const { socket, reader } = await rig.client()
  socket.write(`PUT / HTTP/1.1\r\nHost: a\r\nContent-Length: ${body.length}\r\n\r\n`)
  socket.write(body)
  expect((await got.promise).equals(body)).toBe(true)
  expect((await reader.head())?.start).toBe('HTTP/1.1 200 OK')
})
