/**
 * The Node engine between a raw client and a raw origin, with an exchange that forwards everything:
 * what a test sees on the wire is the engine's doing alone.
 */
import { once } from 'node:events'
import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net'
import { createEngine, type EngineOptions } from '../../../../adapters/node/engine/engine.ts'
import { ERRORS } from '../../../../src/errors.ts'
import type {
  AccessRecord,
  AttemptStep,
  Begin,
  EndOutcome,
  EndpointAddress,
  Exchange,
  ExchangeEvent,
  Step,
} from '../../../../src/exchange.ts'
import type { Fields, ParseFailure, RequestHead, ResponseHead } from '../../../../src/head.ts'
import { readMessage, type MessageReader } from '../../../seam/message.ts'

/** One end of a connection under a test's control. */
export interface Wire {
  readonly socket: Socket
  readonly reader: MessageReader
}

/** How an exchange forwards; every part has a default. */
export interface Forwarding {
  /** Parts of the attempt that differ. */
  readonly attempt?: (head: RequestHead) => Partial<AttemptStep>
  /** Decides instead of forwarding; `undefined` forwards. */
  readonly next?: (event: ExchangeEvent, head: RequestHead | ParseFailure) => Step | undefined
  readonly requestBody?: 'drain' | 'close'
  /** Whether responses may last for ever. */
  readonly endless?: boolean
  /** Where the core breaks down. */
  readonly throwsAt?: 'interim' | 'trailers'
}

/** What a finished exchange leaves. */
export interface Ended {
  readonly head: RequestHead | ParseFailure
  readonly events: readonly ExchangeEvent[]
  readonly outcome: EndOutcome
}

/** The engine with its surroundings. */
export interface Rig extends AsyncDisposable {
  readonly port: number
  readonly ended: readonly Ended[]
  readonly faults: readonly unknown[]
  /** Resolves with what has ended when that many exchanges have. */
  ends(count: number): Promise<readonly Ended[]>
  /** A client connection. */
  client(): Promise<Wire>
  /** Sends `bytes` on a connection of its own and gives everything that comes back. */
  send(bytes: string): Promise<string>
  readonly engine: ReturnType<typeof createEngine>
}

/** An origin on loopback; `serve` gets each connection. */
export async function startOrigin(
  serve: (wire: Wire) => unknown,
): Promise<EndpointAddress & AsyncDisposable> {
  const server = createServer((socket) => {
    void serve({ socket, reader: readMessage(socket) })
  })
  const port = await listen(server)
  return {
    url: `http://127.0.0.1:${port}`,
    scheme: 'http',
    hostname: '127.0.0.1',
    port,
    [Symbol.asyncDispose]: () => close(server),
  }
}

/** An origin that answers each request with `response`, byte for byte, after reading it. */
export async function answering(
  response: string,
  seen: string[] = [],
): Promise<EndpointAddress & AsyncDisposable> {
  return await startOrigin(async ({ socket, reader }) => {
    for (let head = await reader.head(); head !== undefined; head = await reader.head()) {
      const { body } = await reader.body(head)
      seen.push(`${head.start}|${[...head.fields].map((pair) => pair.join('=')).join('|')}|${body}`)
      socket.write(response, 'latin1')
    }
  })
}

/** An engine that forwards to `endpoint`. */
export async function startRig(
  endpoint: EndpointAddress,
  forwarding: Forwarding = {},
  options: Partial<EngineOptions> = {},
): Promise<Rig> {
  const ended: Ended[] = []
  const faults: unknown[] = []
  let noted = (): void => {}
  const begin: Begin = (head) =>
    new ForwardingExchange(head, endpoint, forwarding, (one) => {
      ended.push(one)
      noted()
    })
  const engine = createEngine({ begin, log() {}, fault: (error) => faults.push(error), ...options })
  const server = createServer({ allowHalfOpen: true, noDelay: true }, (socket) => {
    engine.accept(socket, { socket: 'rig', tls: undefined })
  })
  const port = await listen(server)
  const clients: Socket[] = []
  const client = async (): Promise<Wire> => {
    const socket = connect(port, '127.0.0.1')
    clients.push(socket)
    await once(socket, 'connect')
    return { socket, reader: readMessage(socket) }
  }
  return {
    port,
    ended,
    faults,
    engine,
    client,
    async ends(count) {
      while (ended.length < count) {
        await new Promise<void>((resolve) => {
          noted = resolve
        })
      }
      return ended
    },
    async send(bytes) {
      const { socket, reader } = await client()
      socket.write(bytes, 'latin1')
      return (await reader.rest()).toString('latin1')
    },
    async [Symbol.asyncDispose]() {
      for (const socket of clients) socket.destroy()
      await close(server)
      await engine.close()
    },
  }
}

/** Host field and the end of a head, with the connection closing after the response. */
export const LAST = 'Host: a\r\nConnection: close\r\n\r\n'

class ForwardingExchange implements Exchange {
  readonly #head: RequestHead | ParseFailure
  readonly #endpoint: EndpointAddress
  readonly #forwarding: Forwarding
  readonly #ended: (ended: Ended) => void
  readonly #events: ExchangeEvent[] = []

  constructor(
    head: RequestHead | ParseFailure,
    endpoint: EndpointAddress,
    forwarding: Forwarding,
    ended: (ended: Ended) => void,
  ) {
    this.#head = head
    this.#endpoint = endpoint
    this.#forwarding = forwarding
    this.#ended = ended
  }

  next(event: ExchangeEvent): Step {
    this.#events.push(event)
    const decided = this.#forwarding.next?.(event, this.#head)
    if (decided !== undefined) return decided
    if ('type' in this.#head) return this.#refuse(this.#head.reason)
    if (event.type === 'head') {
      const { head } = event
      const fields = without(head.fields, ['connection', 'transfer-encoding', 'content-length'])
      const relay = {
        type: 'relay',
        head: { ...head, fields },
        tunnel: head.status === 101,
      } as const
      return this.#forwarding.endless === true ? { ...relay, endless: true } : relay
    }
    if (event.type === 'failed') return this.#refuse(event.outcome.reason)
    return this.#attempt(this.#head)
  }

  interim(head: ResponseHead): ResponseHead | undefined {
    if (this.#forwarding.throwsAt === 'interim') throw new Error('broken')
    return head
  }

  trailers(_side: string, fields: Fields): Fields {
    if (this.#forwarding.throwsAt === 'trailers') throw new Error('broken')
    return fields
  }

  end(outcome: EndOutcome): AccessRecord {
    this.#ended({ head: this.#head, events: this.#events, outcome })
    return RECORD
  }

  #attempt(head: RequestHead): AttemptStep {
    const { method, target, fields } = head
    const host = fields[fields.findIndex((part) => part.toLowerCase() === 'host') + 1] ?? ''
    const passed = without(fields, ['host', 'connection', 'upgrade', ...FRAMING])
    return {
      type: 'attempt',
      endpoint: this.#endpoint,
      head: { method, target, host, fields: passed },
      timeouts: { connectMs: 0, firstByteMs: 0, idleMs: 0, totalMs: 0 },
      limits: { maxRequestBytes: 0 },
      replayBytes: 0,
      upgrade: undefined,
      mirrors: [],
      ...this.#forwarding.attempt?.(head),
    }
  }

  #refuse(reason: keyof typeof ERRORS): Step {
    const { status } = ERRORS[reason]
    const requestBody = this.#forwarding.requestBody ?? 'close'
    return { type: 'respond', response: { status, fields: [], body: reason }, requestBody }
  }
}

const FRAMING = ['content-length', 'transfer-encoding']

function without(fields: Fields, names: readonly string[]): string[] {
  return fields.filter((_part, i) => !names.includes((fields[i - (i % 2)] ?? '').toLowerCase()))
}

const open = new WeakMap<Server, Set<Socket>>()

async function listen(server: Server): Promise<number> {
  const sockets = new Set<Socket>()
  open.set(server, sockets)
  server.on('connection', (socket) => {
    sockets.add(socket)
    socket.once('close', () => sockets.delete(socket))
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return (server.address() as AddressInfo).port // bound to a port
}

async function close(server: Server): Promise<void> {
  for (const socket of open.get(server) ?? []) socket.destroy()
  server.close()
  await once(server, 'close')
}

/** The record is the core's; the engine only passes it on. */
const RECORD: AccessRecord = {
  time: '2026-01-01T00:00:00.000Z',
  requestId: 'rig',
  client: undefined,
  peer: undefined,
  listener: undefined,
  method: undefined,
  scheme: 'http',
  host: undefined,
  target: undefined,
  protocol: undefined,
  status: 0,
  reason: undefined,
  detail: undefined,
  route: undefined,
  backend: undefined,
  endpoint: undefined,
  attempts: 0,
  durationMs: 0,
  upstreamMs: undefined,
  requestBytes: 0,
  responseBytes: 0,
  userAgent: undefined,
}
