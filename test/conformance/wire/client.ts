/** A client that sends what it is told and keeps what comes, down to how the connection ended. */
import { connect, type Socket } from 'node:net'
import type { ScriptStep } from '../case.ts'
import type { ReceivedResponse } from '../target.ts'
import { readMessage } from './reader.ts'

/** What came of a connection. */
export interface Received {
  readonly bytes: string
  readonly responses: readonly ReceivedResponse[]
  readonly interim: readonly number[]
  readonly rest: string
  readonly closed: 'fin' | 'rst' | undefined
  readonly tookMs: number
}

/** How a connection is opened and given up. */
export interface DialOptions {
  readonly port: number
  /** Learns of the local port before a byte is sent. */
  readonly connected: (localPort: number) => void
  readonly script: readonly ScriptStep[]
  /** Divides all waits. */
  readonly haste: number
  /** Methods of the requests sent, as far as they are known; HEAD has no body to wait for. */
  readonly methods: readonly string[]
  /** Milliseconds after the last byte that was sent, after which the client gives up. */
  readonly patienceMs: number
  /** Whether what is here tells all that the case asks, so that the client may leave. */
  readonly enough: (received: Received) => boolean
}

/** Plays the script; resolves when the connection has ended, by whichever side. */
export async function dial(options: DialOptions): Promise<Received> {
  const socket = connect({
    port: options.port,
    host: '127.0.0.1',
    allowHalfOpen: true,
    noDelay: true,
  })
  const connection = new ClientConnection(socket, options)
  await new Promise<void>((resolve, reject) => {
    socket.once('error', reject)
    socket.once('connect', () => {
      socket.off('error', reject)
      options.connected(socket.localPort ?? 0)
      resolve()
    })
  })
  await connection.play()
  return await connection.ended
}

class ClientConnection {
  readonly ended: Promise<Received>
  readonly #socket: Socket
  readonly #options: DialOptions
  readonly #startedMs = performance.now()
  #bytes = ''
  #closed: 'fin' | 'rst' | undefined
  #played = false
  #gaveUp = false
  #timer: NodeJS.Timeout | undefined

  constructor(socket: Socket, options: DialOptions) {
    this.#socket = socket
    this.#options = options
    this.ended = new Promise((resolve) => {
      socket.once('close', () => {
        clearTimeout(this.#timer)
        resolve(this.#received())
      })
    })
    socket.setEncoding('latin1')
    socket.on('data', (chunk: string) => {
      this.#bytes += chunk
      this.#leaveIfDone()
    })
    socket.on('error', () => {
      if (!this.#gaveUp) this.#closed ??= 'rst'
    })
    socket.on('end', () => {
      if (!this.#gaveUp) this.#closed ??= 'fin'
      socket.end()
    })
  }

  async play(): Promise<void> {
    for (const step of this.#options.script) {
      if (this.#closed !== undefined) break
      await this.#take(step)
    }
    this.#played = true
    this.#timer = setTimeout(() => {
      this.#gaveUp = true
      this.#socket.destroy()
    }, this.#options.patienceMs)
    this.#leaveIfDone()
  }

  async #take(step: ScriptStep): Promise<void> {
    switch (step.type) {
      case 'send':
        this.#socket.write(step.bytes, 'latin1')
        return
      case 'wait':
        await this.#pause(step.ms)
        return
      case 'drip':
        for (let i = 0; i < step.times && this.#closed === undefined; i++) {
          this.#socket.write(step.bytes, 'latin1')
          await this.#pause(step.ms)
        }
        return
      case 'finish':
        this.#socket.end()
        return
      case 'reset':
        this.#gaveUp = true
        this.#socket.resetAndDestroy()
        return
      default:
        step satisfies never
    }
  }

  /** Shorter where the connection ends meanwhile. */
  #pause(ms: number): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, ms / this.#options.haste)
      this.#socket.once('close', () => {
        clearTimeout(timer)
        resolve()
      })
    })
  }

  #leaveIfDone(): void {
    if (!this.#played || this.#gaveUp || !this.#options.enough(this.#received())) return
    this.#gaveUp = true
    // Half of it: whatever the server has still to say about what was sent is heard.
    this.#socket.end()
  }

  #received(): Received {
    const bytes = this.#bytes
    const tookMs = performance.now() - this.#startedMs
    return {
      bytes,
      closed: this.#closed,
      tookMs,
      ...readResponses(bytes, this.#options.methods, this.#closed),
    }
  }
}

/** Splits what a client got into responses. */
export function readResponses(
  bytes: string,
  methods: readonly string[],
  closed: 'fin' | 'rst' | undefined,
): Pick<Received, 'responses' | 'interim' | 'rest'> {
  const responses: ReceivedResponse[] = []
  const interim: number[] = []
  let at = 0
  while (at < bytes.length) {
    const head = methods[responses.length] === 'HEAD'
    let message
    try {
      message = readMessage(bytes, at, (startLine) => ({
        bodiless: head || /^HTTP\/1\.[01] (?:1\d\d|204|304)/.test(startLine),
        otherwise: 'until-close',
        ended: closed === 'fin',
      }))
    } catch {
      // What is no message is the rest, which cases look at.
      break
    }
    const status = Number(/^HTTP\/1\.1 (\d{3}) /.exec(message?.startLine ?? '')?.[1])
    if (message === undefined || Number.isNaN(status)) break
    if (status < 200 && status !== 101) interim.push(status)
    else {
      const { fields, body, complete } = message
      responses.push({ status, fields, body, complete })
    }
    at = message.end
    if (!message.complete) break
  }
  return { responses, interim, rest: bytes.slice(at) }
}
