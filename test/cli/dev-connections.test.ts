/** Connections through front, workerd and Worker to a backend: what outlasts a request. */
import { once } from 'node:events'
import { createServer, type IncomingMessage } from 'node:http'
import { connect, type AddressInfo, type Socket } from 'node:net'
import { describe, expect, it, onTestFinished } from 'vitest'
import {
  acceptKey,
  CLOSE,
  decodeFrames,
  encodeFrame,
  NORMAL_CLOSURE,
  TEXT,
} from '../seam/frames.ts'
import { open, postern } from './dev-rig.ts'
import { startSlowBackend } from './postern.ts'

const plain = `export { default, Rules } from ${JSON.stringify(postern)}`

/** A backend that says back what a WebSocket sends, with the address it was told. */
async function startEcho(): Promise<number> {
  const server = createServer().on('upgrade', (request: IncomingMessage, socket: Socket) => {
    const { headers } = request
    const accept = acceptKey(String(headers['sec-websocket-key']))
    socket.write(
      'HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n' +
        `Sec-WebSocket-Accept: ${accept}\r\n\r\n`,
    )
    let bytes = Buffer.alloc(0)
    socket.on('error', () => undefined)
    socket.on('data', (chunk: Buffer) => {
      const { frames, rest } = decodeFrames(Buffer.concat([bytes, chunk]))
      bytes = Buffer.from(rest)
      for (const { opcode, payload } of frames) {
        const said = `${payload.toString()} from ${String(headers['x-forwarded-for'])}`
        if (opcode === TEXT) socket.write(encodeFrame(TEXT, Buffer.from(said), false))
        if (opcode === CLOSE) socket.end(encodeFrame(CLOSE, NORMAL_CLOSURE, false))
      }
    })
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  onTestFinished(() => void server.close())
  return (server.address() as AddressInfo).port
}

describe('through the development server', { timeout: 30_000 }, () => {
  it('a WebSocket talks both ways and closes as planned', async () => {
    const { server } = await open(await startEcho(), plain)
    const socket = new WebSocket(`${server.url.replace('http', 'ws')}/chat`)
    await once(socket, 'open')
    for (const word of ['one', 'two']) {
      socket.send(word)
      const [{ data }] = (await once(socket, 'message')) as [MessageEvent]
      expect(data).toBe(`${word} from 127.0.0.1`)
    }
    socket.close(1000)
    const [{ code }] = (await once(socket, 'close')) as [CloseEvent]
    expect(code).toBe(1000)
  })

  it('ends the request of a client that leaves at its backend too (F-09)', async () => {
    const backend = await startSlowBackend()
    const { server, logged } = await open(
      backend.port,
      `export { default, Rules } from ${JSON.stringify(postern)}`,
    )
    const client = connect(Number(new URL(server.url).port), '127.0.0.1')
    client.write('GET / HTTP/1.1\r\nHost: a\r\n\r\n')
    await backend.asked
    client.destroy()
    await once(client, 'close')
    await backend.left
    expect(logged.filter(({ level }) => level === 'error')).toEqual([])
  })
})
