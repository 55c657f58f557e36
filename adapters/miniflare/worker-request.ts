/** A request of a client as it goes on to the Worker. */
import {
  request as openRequest,
  type ClientRequest,
  type IncomingMessage,
  type ServerResponse,
} from 'node:http'
import { workerFields } from './front-fields.ts'
import type { WorkerAddress } from './worker-slot.ts'

/** Where Workers listen: nobody but this machine is to reach them. */
export const LOOPBACK = '127.0.0.1'

/** Methods that node:http gives no framing of its own when there is no body. */
const BODYLESS: ReadonlySet<string> = new Set(['GET', 'HEAD', 'DELETE', 'OPTIONS', 'TRACE'])

/**
 * Opens the same request to `worker`; the body is for the caller to send. One connection each: one
 * that was used before may close while the next request is on its way, and no request may be lost
 * for the tenth of a millisecond that it would save.
 */
export function sendToWorker({ port }: WorkerAddress, request: IncomingMessage): ClientRequest {
  const { method = 'GET', url = '/', rawHeaders, socket } = request
  const fields = workerFields(rawHeaders, socket.remoteAddress)
  // Otherwise it would say chunked, and turn no body into an empty one of unknown length.
  if (!isFramed(request) && !BODYLESS.has(method)) fields.push('Content-Length', '0')
  return openRequest({
    host: LOOPBACK,
    port,
    method,
    path: url,
    headers: fields,
    setHost: false,
    agent: false,
  })
}

/** Whether a request says that it has a body. */
export function isFramed({ headers }: IncomingMessage): boolean {
  return headers['content-length'] !== undefined || headers['transfer-encoding'] !== undefined
}

/** Answers that the Worker did not; a response that has begun is broken off. */
export function refuse(response: ServerResponse, error: Error): void {
  if (response.headersSent || response.destroyed) {
    response.destroy()
    return
  }
  response.writeHead(502, { 'content-type': 'text/plain', 'x-postern-reason': 'upstream_reset' })
  response.end(`the Worker did not answer: ${error.message}\n`)
}
