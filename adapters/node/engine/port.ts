/**
 * The node:http server behind one listening socket. It is never bound itself: connections are put
 * into it, and what its parser makes of them goes to their `Connection`.
 */
import http, { ServerResponse, type IncomingMessage } from 'node:http'
import type { Socket } from 'node:net'
import { fieldValue, type PeerTls } from '../../../src/head.ts'
import { ClientTurn } from './client-turn.ts'
import { Connection } from './connection.ts'
import { bodyLength, classifyParseError, type ParserError } from './request-head.ts'
import type { RunContext } from './run-context.ts'

/** What is known of a connection beside its socket. */
export interface ConnectionFacts {
  /** Key of the socket entry that accepted it. */
  readonly socket: string
  /** `undefined` on a plaintext connection. */
  readonly tls: PeerTls | undefined
}

/** Parses the connections of one listening socket. */
export class Port {
  readonly #context: RunContext
  readonly #server: http.Server
  readonly #connections = new Map<Socket, Connection>()
  #draining = false
  #drained: (() => void) | undefined

  constructor(context: RunContext) {
    this.#context = context
    this.#server = createParser(context, (request, socket) => this.#submit(request, socket))
    this.#server.on('clientError', (error: ParserError, socket) => {
      // A server over net sockets gets no other Duplex.
      this.#failed(error, socket as Socket)
    })
  }

  accept(socket: Socket, facts: ConnectionFacts): void {
    const peer = {
      address: socket.remoteAddress,
      port: socket.remotePort ?? 0,
      localPort: socket.localPort ?? 0,
      socket: facts.socket,
      tls: facts.tls,
    }
    const connection = new Connection({
      socket,
      peer,
      context: this.#context,
      draining: () => this.#draining,
    })
    this.#connections.set(socket, connection)
    socket.once('close', () => {
      this.#connections.delete(socket)
      if (this.#connections.size === 0) this.#drained?.()
    })
    // The parser's own listener leaves with an upgrade; what an error means, `close` tells.
    socket.on('error', () => {})
    this.#server.emit('connection', socket)
  }

  /** Makes every response from now on the last of its connection. */
  announceEnd(): void {
    this.#draining = true
  }

  /** Ends every connection after the response in hand, idle ones now; `done` when none is left. */
  drain(done: () => void): void {
    this.#draining = true
    this.#server.closeIdleConnections()
    for (const [socket, connection] of this.#connections) {
      if (connection.untouched) socket.destroy()
    }
    this.#drained = () => {
      this.close()
      done()
    }
    if (this.#connections.size === 0) this.#drained()
  }

  /** Stops the parser's timers; its connections are the caller's to end. */
  close(): void {
    this.#server.close()
  }

  #submit(request: HttpRequest, socket: Socket): void {
    this.#connections.get(socket)?.submit(new ClientTurn({ ...request, socket }))
  }

  #failed(error: ParserError, socket: Socket): void {
    const connection = this.#connections.get(socket)
    if (connection === undefined || error.code === 'ECONNRESET' || error.code === 'EPIPE') {
      socket.destroy()
      return
    }
    const failure = classifyParseError(error)
    if (error.code === 'HPE_INVALID_EOF_STATE') connection.cutOff(failure)
    else connection.fail(failure)
  }
}

/** A request as the parser gives it. */
interface HttpRequest {
  readonly message: IncomingMessage
  readonly response: ServerResponse
  readonly tunnelFirst: Buffer | undefined
}

function createParser(
  { limits }: RunContext,
  submit: (request: HttpRequest, socket: Socket) => void,
): http.Server {
  const server = http.createServer({
    maxHeaderSize: limits.maxHeadBytes,
    headersTimeout: limits.headTimeoutMs,
    // A body's pace is the attempt's business.
    requestTimeout: 0,
    keepAliveTimeout: limits.keepAliveMs,
    connectionsCheckingInterval: Math.min(1000, limits.headTimeoutMs),
    // The core judges Host, and its refusal is logged.
    requireHostHeader: false,
    // Node 22 lacks it and asks the listener below for every token.
    shouldUpgradeCallback: mayUpgrade,
  } as http.ServerOptions)
  // One more than may pass, so that a head at the limit can be told from one that was cut.
  server.maxHeadersCount = limits.maxFieldCount + 1
  const plain = (message: IncomingMessage, response: ServerResponse): void => {
    submit({ message, response, tunnelFirst: undefined }, message.socket)
  }
  const detached = (message: IncomingMessage, socket: Socket, first: Buffer): void => {
    const response = new ServerResponse(message)
    response.shouldKeepAlive = false
    response.assignSocket(socket)
    response.once('finish', () => socket.destroySoon())
    submit({ message, response, tunnelFirst: first }, socket)
  }
  server.on('request', plain)
  // Node would answer both by itself: 100 before anybody wanted the body, 417 without a record.
  server.on('checkContinue', plain)
  server.on('checkExpectation', plain)
  server.on('upgrade', (message, socket, first) => detached(message, socket as Socket, first))
  server.on('connect', (message, socket, first) => detached(message, socket as Socket, first))
  // Starts the checking of timeouts, which node ties to a bound server.
  server.emit('listening')
  return server
}

/**
 * Whether a request may become a tunnel. Everything else is an ordinary request whatever its
 * Upgrade field says, so that its body is framed and read as such.
 */
function mayUpgrade(message: IncomingMessage): boolean {
  const { method, httpVersion, rawHeaders } = message
  return (
    method === 'GET' &&
    httpVersion === '1.1' &&
    bodyLength(rawHeaders) === 0 &&
    fieldValue(rawHeaders, 'upgrade')?.toLowerCase() === 'websocket'
  )
}
