/**
 * Endpoints that keep every byte they get and answer as the case says. Each case that counts
 * requests has endpoints of its own, so nothing has to be told apart afterwards.
 */
import { createServer, type AddressInfo, type Server, type Socket } from 'node:net'
import type { UpstreamScript } from '../case.ts'
import type { ReceivedRequest } from '../target.ts'
import { readMessage, type Message } from './reader.ts'
import { answerOf, isEarly, type Reply } from './replies.ts'

/** An endpoint. */
export interface Upstream {
  readonly url: string
  /** Requests in the order of their heads; unfinished ones included. */
  requests(): ReceivedRequest[]
  /** Connections on which a request began. */
  readonly attempts: number
  /** Most requests at one moment. */
  readonly concurrent: number
  /** Whether no request is in hand. */
  readonly idle: boolean
  /** Calls `listener` whenever something may have become idle. */
  onChange(listener: () => void): void
  /** Forgets what came so far. */
  reset(): void
  close(): Promise<void>
}

/** What an endpoint is. */
export interface UpstreamOptions {
  /** `namespace/name` of its service. */
  readonly service: string
  /** What it answers; an echo where it is absent. */
  readonly script?: UpstreamScript
  /** Fields of the echo. */
  readonly sets?: () => readonly (readonly [string, string])[]
}

/** Opens an endpoint on loopback. */
export async function openUpstream(options: UpstreamOptions): Promise<Upstream> {
  const upstream = new RecordingUpstream(options)
  await upstream.listen()
  return upstream
}

/** A request on its connection. */
interface Exchange {
  message: Message
  answered: boolean
  abandoned: boolean
}

/** One connection to an endpoint. */
interface Connection {
  readonly socket: Socket
  bytes: string
  /** Where the request in hand begins. */
  start: number
  readonly exchanges: Exchange[]
  current: Exchange | undefined
  closed: boolean
  fault: string | undefined
}

class RecordingUpstream implements Upstream {
  readonly #options: UpstreamOptions
  readonly #server: Server
  readonly #connections: Connection[] = []
  #changed: () => void = () => {}
  #concurrent = 0

  constructor(options: UpstreamOptions) {
    this.#options = options
    this.#server = createServer({ allowHalfOpen: true, noDelay: true }, (socket) => {
      this.#accept(socket)
    })
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}` // bound to a port
  }

  get attempts(): number {
    return this.#connections.filter(({ bytes }) => bytes !== '').length
  }

  get concurrent(): number {
    return this.#concurrent
  }

  get idle(): boolean {
    return this.#busy === 0
  }

  get #busy(): number {
    return this.#exchanges.filter(({ answered, abandoned }) => !answered && !abandoned).length
  }

  get #exchanges(): Exchange[] {
    return this.#connections.flatMap(({ exchanges }) => exchanges)
  }

  onChange(listener: () => void): void {
    this.#changed = listener
  }

  listen(): Promise<void> {
    return new Promise((resolve) => {
      this.#server.listen(0, '127.0.0.1', resolve)
    })
  }

  requests(): ReceivedRequest[] {
    return this.#connections.flatMap((connection) => {
      const requests = connection.exchanges.map((one) => this.#toRequest(one, connection))
      const { fault, current, bytes, start } = connection
      const torn = current === undefined && bytes.length > start
      if (fault === undefined && !torn) return requests
      return [...requests, this.#unreadable(fault ?? bytes.slice(start), connection)]
    })
  }

  reset(): void {
    for (const { exchanges } of this.#connections) exchanges.length = 0
    this.#concurrent = 0
  }

  async close(): Promise<void> {
    for (const { socket } of this.#connections) socket.destroy()
    await new Promise((resolve) => {
      this.#server.close(resolve)
    })
  }

  #accept(socket: Socket): void {
    const connection: Connection = {
      socket,
      bytes: '',
      start: 0,
      exchanges: [],
      current: undefined,
      closed: false,
      fault: undefined,
    }
    this.#connections.push(connection)
    socket.setEncoding('latin1')
    socket.on('data', (chunk: string) => {
      connection.bytes += chunk
      this.#read(connection)
    })
    socket.on('error', () => {}) // `close` follows
    const left = (): void => {
      connection.closed = true
      for (const one of connection.exchanges) one.abandoned ||= !one.answered
      this.#changed()
    }
    socket.on('end', () => {
      left()
      socket.end()
    })
    socket.on('close', left)
  }

  #read(connection: Connection): void {
    while (connection.fault === undefined && !connection.closed) {
      const message = this.#next(connection)
      if (message === undefined) return
      const known = connection.current
      const one = known ?? { message, answered: false, abandoned: false }
      one.message = message
      if (known === undefined) {
        connection.current = one
        connection.exchanges.push(one)
        this.#concurrent = Math.max(this.#concurrent, this.#busy)
        if (isEarly(message, this.#options.script)) this.#answer(connection.socket, one)
      }
      if (!message.complete) return
      connection.start = message.end
      connection.current = undefined
      if (!one.answered) this.#answer(connection.socket, one)
    }
  }

  #next(connection: Connection): Message | undefined {
    try {
      return readMessage(connection.bytes, connection.start, () => ({
        bodiless: false,
        otherwise: 'none',
        ended: false,
      }))
    } catch (error) {
      connection.fault = String(error)
      return undefined
    }
  }

  #answer(socket: Socket, exchange: Exchange): void {
    const reply = answerOf(exchange.message, this.#options.script, this.#options.sets?.() ?? [])
    if (reply.type === 'never') return
    const write = (): void => {
      exchange.answered = true
      send(socket, reply)
      this.#changed()
    }
    if (reply.afterMs === 0) write()
    else setTimeout(write, reply.afterMs)
  }

  #toRequest({ message, abandoned }: Exchange, { closed }: Connection): ReceivedRequest {
    const [method = '', target = ''] = message.startLine.split(' ')
    const { fields, body, trailers, complete } = message
    const place = { service: this.#options.service, pod: this.url }
    return { ...place, method, target, fields, body, trailers, complete, abandoned, closed }
  }

  /** What no server could read, or each would in its own way. */
  #unreadable(fault: string, { closed }: Connection): ReceivedRequest {
    const place = { service: this.#options.service, pod: this.url }
    const message = { fields: [], body: '', trailers: [], complete: false, abandoned: closed }
    return { ...place, method: `unreadable: ${fault}`, target: '', ...message, closed }
  }
}

function send(socket: Socket, { bytes, afterwards }: Extract<Reply, { type: 'bytes' }>): void {
  if (afterwards === 'rst') {
    // After what was written has left, so that the other side gets it before the reset.
    if (bytes === '') socket.resetAndDestroy()
    else socket.write(bytes, 'latin1', () => setImmediate(() => socket.resetAndDestroy()))
    return
  }
  if (bytes !== '') socket.write(bytes, 'latin1')
  if (afterwards === 'fin') socket.end()
  else if (typeof afterwards === 'object') {
    setTimeout(() => socket.write(afterwards.send, 'latin1'), afterwards.afterMs)
  }
}
