/** The client of the scripts, over a raw socket. */
import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import { CLOSE, decodeFrames, encodeFrame, NORMAL_CLOSURE, TEXT } from './frames.ts'
import { readMessage, type MessageReader } from './message.ts'
import type { ClientBehaviour } from './script.ts'

/** Where to send a request, and what else must be in its head. */
export interface ClientTarget {
  readonly port: number
  /** Field lines, each with its end. */
  readonly fields: string
  /** Resolves when an origin has got something; for a client that leaves then. */
  readonly originBusy: Promise<void>
}

/** Behaves as the script says, and gives what the client got. */
export async function runClient(behaviour: ClientBehaviour, target: ClientTarget): Promise<string> {
  const socket = connect(target.port, '127.0.0.1')
  await once(socket, 'connect')
  const reader = readMessage(socket)
  try {
    return await behave(behaviour, { socket, reader, target })
  } finally {
    socket.destroy()
  }
}

interface Wire {
  readonly socket: Socket
  readonly reader: MessageReader
  readonly target: ClientTarget
}

async function behave(behaviour: ClientBehaviour, wire: Wire): Promise<string> {
  const { socket, reader, target } = wire
  const start = (method: string): string =>
    `${method} / HTTP/1.1\r\nHost: seam.test\r\n${target.fields}`
  switch (behaviour.type) {
    case 'plain': {
      const { method, body } = behaviour
      const length = body === '' ? '' : `Content-Length: ${body.length}\r\n`
      socket.write(`${start(method)}${length}\r\n${body}`)
      return await readResponse(reader)
    }
    case 'leaves':
      socket.write(`${start('GET')}\r\n`)
      await target.originBusy
      socket.resetAndDestroy()
      return 'none'
    case 'uploads': {
      const { body } = behaviour
      const half = body.length / 2
      socket.write(`${start('POST')}Content-Length: ${body.length}\r\n\r\n${body.slice(0, half)}`)
      const response = await readResponse(reader)
      socket.write(body.slice(half))
      return response
    }
    case 'websocket':
      socket.write(
        `${start('GET')}Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n`,
      )
      return await echoText(wire, behaviour.text)
    default:
      return behaviour satisfies never
  }
}

async function readResponse(reader: MessageReader): Promise<string> {
  const head = await reader.head()
  if (head === undefined) return 'none'
  const { body, trailers } = await reader.body(head)
  return [head.start.split(' ')[1], body, trailers.join(', ')].join(' ').trim()
}

async function echoText({ socket, reader }: Wire, text: string): Promise<string> {
  const head = await reader.head()
  const status = head?.start.split(' ')[1] ?? 'none'
  if (status !== '101') return status
  socket.write(encodeFrame(TEXT, Buffer.from(text), true))
  const echoed = decodeFrames(await reader.bytes(2 + text.length)).frames[0]
  socket.write(encodeFrame(CLOSE, NORMAL_CLOSURE, true))
  const closed = decodeFrames(await reader.bytes(2 + NORMAL_CLOSURE.length)).frames[0]
  if (closed?.opcode !== CLOSE) return `${status} not closed`
  socket.end()
  await reader.rest()
  return `${status} ${echoed?.payload.toString()}`
}
