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
