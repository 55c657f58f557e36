/** WebSockets through the front: a handshake as any request, then bytes both ways. */
import { ServerResponse, type IncomingMessage } from 'node:http'
import type { Socket } from 'node:net'
import { pipeline, type Duplex } from 'node:stream'
import { clientFields } from './front-fields.ts'
import { isFramed, refuse, sendToWorker } from './worker-request.ts'
import type { WorkerAddress, WorkerSlot } from './worker-slot.ts'

/** A request to change the protocol. */
export interface Upgrade {
  readonly request: IncomingMessage
  readonly socket: Duplex
  /** What came after the head. */
  readonly head: Buffer
}

/** Whether a request asks for a WebSocket; any other upgrade is a request like all others. */
export function isWebSocket(request: IncomingMessage): boolean {
  const { method, headers } = request
  return method === 'GET' && headers.upgrade?.toLowerCase() === 'websocket' && !isFramed(request)
}

/**
 * Carries the handshake and, only once the Worker has agreed, the bytes after it: on a connection
 * that stayed HTTP, a client could write a next request which the front never saw, with whatever
 * address it likes.
 */
export async function switchProtocols(
  slot: WorkerSlot<WorkerAddress>,
  { request, socket, head }: Upgrade,
): Promise<void> {
  socket.on('error', ignore)
  // Node before 24.9 gives up on any request with an Upgrade, and on its body with it.
  if (isFramed(request)) {
    socket.end('HTTP/1.1 400 Bad Request\r\nConnection: close\r\nContent-Length: 0\r\n\r\n')
    return
  }
  const lease = await slot.take()
  if (socket.destroyed) {
    lease.end()
    return
  }
  socket.once('close', () => lease.end())
  const outbound = sendToWorker(lease.worker, request)
  socket.once('close', () => outbound.destroy())
  outbound.once('upgrade', (answer, inner, innerHead) => {
    socket.write(headText(answer), 'latin1')
    socket.write(innerHead)
    inner.write(head)
    join(socket, inner)
    join(inner, socket)
  })
  const response = new ServerResponse(request)
  outbound.once('error', (error) => refuse(attach(response, socket), error))
  outbound.once('response', (answer) => {
    attach(response, socket)
    const { statusCode = 502, statusMessage, rawHeaders } = answer
    response.writeHead(statusCode, statusMessage, clientFields(rawHeaders))
    pipeline(answer, response, ignore)
  })
  outbound.end()
}

/** Carries what `from` sends to `to`, its end included; what breaks off there breaks off here. */
function join(from: Duplex, to: Duplex): void {
  from.on('error', ignore)
  from.once('close', () => {
    if (!from.readableEnded) to.destroy()
  })
  from.pipe(to)
}

/** The connection has left HTTP as far as node:http is concerned, so this answer is its last. */
function attach(response: ServerResponse, socket: Duplex): ServerResponse {
  response.shouldKeepAlive = false
  response.assignSocket(socket as Socket) // what a server of node:http accepts is a net.Socket
  response.once('finish', () => socket.end())
  return response
}

function headText({ statusCode, statusMessage, rawHeaders }: IncomingMessage): string {
  let text = `HTTP/1.1 ${statusCode} ${statusMessage}\r\n`
  for (let i = 0; i < rawHeaders.length; i += 2) {
    text += `${rawHeaders[i]}: ${rawHeaders[i + 1]}\r\n`
  }
  return `${text}\r\n`
}

/** For failures that both sides learn of by their own connections closing. */
function ignore(): void {}
