/**
 * Endpoints that keep every byte they get and answer as the case says. Each case that counts
 * requests has endpoints of its own, so nothing has to be told apart afterwards.
 */
import { createServer, type AddressInfo, type Server, type Socket } from 'node:net'
import type { UpstreamScript } from '../case.ts'
import type { ReceivedRequest } from '../target.ts'
import { readMessage, type Message } from './reader.ts'

/** An endpoint. */
export interface Upstream {
  readonly url: string
  /** Requests in the order of their heads; unfinished ones included. */
  requests(): ReceivedRequest[]
  /** Connections on which a request began. */
  readonly attempts: number
  /** Most requests at one moment. */
  readonly concurrent: number
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

/** One connection to an endpoint. */
interface Received {
  readonly socket: Socket
  bytes: string
  /** Where the request in hand begins. */
  start: number
  /** Whether the request in hand has been answered; what follows it then waits. */
  readonly done: Message[]
  current: Message | undefined
  answered: boolean
  fault: string | undefined
}

class RecordingUpstream implements Upstream {
  readonly #options: UpstreamOptions
  readonly #server: Server
  readonly #connections: Received[] = []
  #busy = 0
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

  listen(): Promise<void> {
    return new Promise((resolve) => {
      this.#server.listen(0, '127.0.0.1', resolve)
    })
  }

  requests(): ReceivedRequest[] {
    return this.#connections.flatMap(({ done, current, fault, bytes, start }) => {
      const broken = fault ?? (current === undefined && bytes.length > start ? 'unread' : undefined)
      const messages = current === undefined ? done : [...done, current]
      const requests = messages.map((message) => this.#toRequest(message))
      return broken === undefined ? requests : [...requests, this.#unreadable(broken)]
    })
  }

  reset(): void {
    for (const connection of this.#connections) {
      connection.done.length = 0
    }
    this.#concurrent = 0
  }

  async close(): Promise<void> {
    for (const { socket } of this.#connections) socket.destroy()
    await new Promise((resolve) => {
      this.#server.close(resolve)
    })
  }

  #accept(socket: Socket): void {
    const received: Received = {
      socket,
      bytes: '',
      start: 0,
      done: [],
      current: undefined,
      answered: false,
      fault: undefined,
    }
    this.#connections.push(received)
    socket.setEncoding('latin1')
    socket.on('data', (chunk: string) => {
      received.bytes += chunk
      this.#read(received)
    })
    socket.on('error', () => {}) // the case says what it means
    socket.on('end', () => socket.end())
  }

  #read(received: Received): void {
    while (received.fault === undefined) {
      try {
        received.current = readMessage(received.bytes, received.start, () => ({
          bodiless: false,
          otherwise: 'none',
          ended: false,
        }))
      } catch (error) {
        received.fault = String(error)
        return
      }
      const { current } = received
      if (current === undefined) return
      if (!received.answered) {
        received.answered = true
        this.#busy++
        this.#concurrent = Math.max(this.#concurrent, this.#busy)
        this.#early(received, current)
      }
      if (!current.complete) return
      received.done.push(current)
      received.start = current.end
      received.current = undefined
      received.answered = false
      this.#answer(received, current)
    }
  }

  /** What is answered before the body has come. */
  #early({ socket }: Received, { startLine }: Message): void {
    const { script } = this.#options
    if (script !== undefined && script.bytes?.includes(' 413 ') === true) this.#play(socket, script)
    else if (startLine.includes(' /early-413 ')) {
      socket.end('HTTP/1.1 413 Content Too Large\r\nContent-Length: 0\r\nConnection: close\r\n\r\n')
    }
  }

  #answer({ socket }: Received, message: Message): void {
    const { script } = this.#options
    const target = message.startLine.split(' ')[1] ?? ''
    const finish = (): void => {
      this.#busy--
      socket.write(this.#echo(message), 'latin1')
    }
    if (script !== undefined) {
      this.#busy--
      if (script.bytes?.includes(' 413 ') !== true) this.#play(socket, script)
    } else if (target.startsWith('/hang')) return
    else if (target.startsWith('/ws-426')) {
      this.#busy--
      socket.write('HTTP/1.1 426 Upgrade Required\r\nContent-Length: 0\r\n\r\n')
    } else if (target.startsWith('/slow')) setTimeout(finish, SLOW_MS)
    else if (!target.startsWith('/early-413')) finish()
  }

  #play(socket: Socket, { bytes = '', then }: UpstreamScript): void {
    if (then === 'rst') {
      // After what was written has left, so that the client gets it before the reset.
      if (bytes === '') socket.resetAndDestroy()
      else socket.write(bytes, 'latin1', () => setImmediate(() => socket.resetAndDestroy()))
      return
    }
    if (bytes !== '') socket.write(bytes, 'latin1')
    if (then === 'fin') socket.end()
    else if (typeof then === 'object') {
      setTimeout(() => socket.write(then.send, 'latin1'), then.afterMs)
    }
  }

  #echo(message: Message): string {
    const body = `${message.startLine}\n`
    const sets = (this.#options.sets?.() ?? []).map(([name, value]) => `${name}: ${value}\r\n`)
    const head = `HTTP/1.1 200 OK\r\n${sets.join('')}Content-Length: ${body.length}\r\n\r\n`
    return message.startLine.startsWith('HEAD ') ? head : head + body
  }

  #toRequest(message: Message): ReceivedRequest {
    const [method = '', target = ''] = message.startLine.split(' ')
    const { fields, body, trailers, complete } = message
    const { service } = this.#options
    return { service, pod: this.url, method, target, fields, body, trailers, complete }
  }

  /** What no server could read, or each would in its own way. */
  #unreadable(fault: string): ReceivedRequest {
    const { service } = this.#options
    const message = { fields: [], body: '', trailers: [], complete: false }
    return { service, pod: this.url, method: `unreadable: ${fault}`, target: '', ...message }
  }
}

/** How long `/slow` takes; long enough that a client's next bytes come first. */
const SLOW_MS = 100
