/** Origins on loopback over raw sockets, so that they do on the wire what a script says. */
import { once } from 'node:events'
import { createServer, type AddressInfo, type Server, type Socket } from 'node:net'
import type { EndpointAddress } from '../../src/exchange.ts'
import { acceptKey, CLOSE, decodeFrames, encodeFrame } from './frames.ts'
import { readMessage, type Message } from './message.ts'
import type { OriginBehaviour } from './script.ts'

/** A running origin. */
export interface Origin {
  readonly endpoint: EndpointAddress
  /** What it got so far. */
  readonly seen: string[]
  /** Resolves when it has seen that many things. */
  sees(count: number): Promise<void>
  close(): Promise<void>
}

/** Starts an origin. */
export async function startOrigin(behaviours: readonly OriginBehaviour[]): Promise<Origin> {
  const sockets = new Set<Socket>()
  const seen: string[] = []
  let noted = (): void => {}
  const note = (what: string): void => {
    seen.push(what)
    noted()
  }
  let requests = 0
  const nextBehaviour = (): OriginBehaviour =>
    behaviours[Math.min(requests++, behaviours.length - 1)] ?? { type: 'hold' }
  const server = createServer((socket) => {
    sockets.add(socket)
    socket.on('error', () => {})
    socket.on('close', () => sockets.delete(socket))
    void serve(socket, nextBehaviour, note)
  })
  const endpoint = await bind(server, behaviours[0]?.type === 'refuse')
  return {
    endpoint,
    seen,
    async sees(count) {
      while (seen.length < count) {
        await new Promise<void>((resolve) => {
          noted = resolve
        })
      }
    },
    async close() {
      for (const socket of sockets) socket.destroy()
      if (!server.listening) return
      server.close()
      await once(server, 'close')
    },
  }
}

/** A port of its own; one that refuses is bound and let go again. */
async function bind(server: Server, refuses: boolean): Promise<EndpointAddress> {
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo // bound to a port
  if (refuses) {
    server.close()
    await once(server, 'close')
  }
  return { url: `http://127.0.0.1:${port}`, scheme: 'http', hostname: '127.0.0.1', port }
}

async function serve(
  socket: Socket,
  nextBehaviour: () => OriginBehaviour,
  note: (what: string) => void,
): Promise<void> {
  const stream = readMessage(socket)
  for (;;) {
    const head = await stream.head()
    if (head === undefined) return
    const behaviour = nextBehaviour()
    switch (behaviour.type) {
      case 'refuse':
        return
      case 'answer':
        note(`${summary(head)} "${(await stream.body(head)).body}"`)
        answer(socket, behaviour)
        break
      case 'early':
        note(`${summary(head)} early`)
        answer(socket, behaviour)
        await stream.body(head).catch(() => {}) // the upload may be cut off: that is allowed
        return
      case 'hold':
        note(`${summary(head)} "${(await stream.body(head)).body}"`)
        socket.once('close', () => note('gone'))
        return
      case 'switch':
        note(head.fields.has('upgrade') ? `${summary(head)} websocket` : `${summary(head)} ""`)
        echo(socket, head)
        return
      default:
        return behaviour satisfies never
    }
  }
}

function summary({ start }: Message): string {
  return start.split(' ').slice(0, 2).join(' ')
}

interface Answer {
  readonly status: number
  readonly body: string
  readonly trailers?: readonly string[]
}

function answer(socket: Socket, { status, body, trailers }: Answer): void {
  if (trailers === undefined) {
    socket.write(`HTTP/1.1 ${status} Said\r\nContent-Length: ${body.length}\r\n\r\n${body}`)
    return
  }
  let section = ''
  for (let i = 0; i < trailers.length; i += 2) section += `${trailers[i]}: ${trailers[i + 1]}\r\n`
  const size = body.length.toString(16)
  socket.write(
    `HTTP/1.1 ${status} Said\r\nTransfer-Encoding: chunked\r\n\r\n${size}\r\n${body}\r\n0\r\n${section}\r\n`,
  )
}

function echo(socket: Socket, head: Message): void {
  const accept = acceptKey(head.fields.get('sec-websocket-key') ?? '')
  socket.write(
    `HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Accept: ${accept}\r\n\r\n`,
  )
  let rest: Buffer = Buffer.alloc(0)
  socket.on('data', (chunk: Buffer) => {
    const decoded = decodeFrames(Buffer.concat([rest, chunk]))
    rest = decoded.rest
    for (const { opcode, payload } of decoded.frames) {
      socket.write(encodeFrame(opcode, payload, false))
      if (opcode === CLOSE) socket.end()
    }
  })
}
