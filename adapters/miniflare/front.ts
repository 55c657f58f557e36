/**
 * The socket that clients connect to: hands each request to the Worker of the moment and its answer
 * back. Stands where the edge stands in production, so it says who the client is, and holds requests
 * while there is no Worker to answer them. Knows nothing of rules.
 */
import { once } from 'node:events'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { pipeline, type Duplex } from 'node:stream'
import { clientFields } from './front-fields.ts'
import { isWebSocket, switchProtocols } from './front-upgrade.ts'
import { refuse, sendToWorker } from './worker-request.ts'
import type { WorkerAddress, WorkerSlot } from './worker-slot.ts'

/** Bytes of a request head; what the edge takes, so that the Worker's own limits are what counts. */
const MAX_HEAD_BYTES = 131_072

/** An open socket. */
export interface Front {
  /** `http://127.0.0.1:8787`. */
  readonly url: string
  /** Accepts no more; resolves when every request is over, which it is after `graceMs` at last. */
  close(graceMs: number): Promise<void>
}

/** Where to listen and who answers. */
export interface FrontOptions {
  /** IP literal. */
  readonly address: string
  /** 0 lets the system choose. */
  readonly port: number
  readonly slot: WorkerSlot<WorkerAddress>
}

/** Opens the socket. Rejects with the system's error where it cannot be had. */
export async function openFront({ address, port, slot }: FrontOptions): Promise<Front> {
  const tunnels = new Set<Duplex>()
  const server = createServer({
    maxHeaderSize: MAX_HEAD_BYTES,
    // An upload may take as long as it takes.
    requestTimeout: 0,
    shouldUpgradeCallback: isWebSocket,
  })
  server.on('request', (request, response) => void exchange(slot, request, response))
  server.on('upgrade', (request, socket, head) => {
    tunnels.add(socket)
    socket.once('close', () => tunnels.delete(socket))
    void switchProtocols(slot, { request, socket, head })
  })
  server.listen(port, address)
  await once(server, 'listening')
  const bound = server.address() as AddressInfo // it listens on an address and a port
  const host = bound.family === 'IPv6' ? `[${bound.address}]` : bound.address
  return {
    url: `http://${host}:${bound.port}`,
    close: (graceMs) => closeServer(server, tunnels, graceMs),
  }
}

async function exchange(
  slot: WorkerSlot<WorkerAddress>,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const lease = await slot.take()
  // The client left while it waited.
  if (response.destroyed) {
    lease.end()
    return
  }
  const outbound = sendToWorker(lease.worker, request)
  response.once('close', () => {
    // A reset is what workerd takes for a client that left; a mere end it is not.
    if (!response.writableFinished) outbound.socket?.resetAndDestroy()
    outbound.destroy()
    lease.end()
  })
  outbound.once('response', (answer) => relay(answer, response))
  outbound.once('error', (error) => refuse(response, error))
  pipeline(request, outbound, ignore)
}

function relay(answer: IncomingMessage, response: ServerResponse): void {
  const { statusCode = 502, statusMessage, rawHeaders } = answer
  response.writeHead(statusCode, statusMessage, clientFields(rawHeaders))
  // The head is not to wait for the body: an event stream may be silent for long.
  response.flushHeaders()
  // What breaks off there breaks off here: pipeline destroys the response.
  pipeline(answer, response, ignore)
}

async function closeServer(
  server: Server,
  tunnels: ReadonlySet<Duplex>,
  graceMs: number,
): Promise<void> {
  const closed = once(server, 'close')
  server.close()
  for (const socket of tunnels) socket.destroy()
  const timer = setTimeout(() => server.closeAllConnections(), graceMs)
  await closed
  clearTimeout(timer)
}

/** For failures that both sides learn of by their own connections closing. */
function ignore(): void {}
