/**
 * The admin listener: is it alive, is it ready, what does it serve and how much. Read-only, small.
 */
import { createServer, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { pipeline, Readable } from 'node:stream'
import { setImmediate as turn } from 'node:timers/promises'
import type { SocketAddress } from '../../src/compile/listeners.ts'
import { parseHostAddress } from '../../src/ip/host-address.ts'
import { EXPOSITION_TYPE } from '../../src/observe/exposition.ts'

/** What the admin listener tells. */
export interface AdminFacts {
  /** Whether every socket accepts and the end has not been announced. */
  readonly ready: () => boolean
  /** What `/status` answers as JSON. */
  readonly status: () => unknown
  /** What `/metrics` answers, in parts that are written while requests go on. */
  readonly metrics: () => Iterable<string>
}

/** An admin listener that accepts. */
export interface Admin {
  readonly url: string
  /** Ends at once: nobody's request depends on it. */
  close(): void
}

/** Binds to loopback where `address` is undefined. Rejects with node's system error. */
export async function startAdmin(
  { address = '127.0.0.1', port }: SocketAddress,
  facts: AdminFacts,
): Promise<Admin> {
  const server = createServer(
    { headersTimeout: 5000, requestTimeout: 5000 },
    (request, response) => {
      const { method = '', url = '', headers } = request
      answer(response, respond({ method, url, host: headers.host }, facts))
    },
  )
  await listen(server, address, port)
  const bound = server.address() as AddressInfo // bound to a port, not to a path
  const host = bound.address.includes(':') ? `[${bound.address}]` : bound.address
  return {
    url: `http://${host}:${bound.port}`,
    close: () => {
      server.close()
      server.closeAllConnections()
    },
  }
}

interface Asked {
  readonly method: string
  readonly url: string
  readonly host: string | undefined
}

interface Answer {
  readonly status: number
  /** Text, a value to be told as JSON, or metrics. */
  readonly body: string | { readonly json: unknown } | { readonly metrics: Iterable<string> }
}

const PATHS = ['/livez', '/readyz', '/status', '/metrics']

function respond({ method, url, host }: Asked, facts: AdminFacts): Answer {
  // A page of another site can have its own name lead here (DNS rebinding), never an address.
  if (!isOwnName(host)) return { status: 421, body: 'ask for an address or localhost\n' }
  const [path = ''] = url.split('?')
  if (!PATHS.includes(path)) return { status: 404, body: `there are ${PATHS.join(', ')}\n` }
  if (method !== 'GET' && method !== 'HEAD') return { status: 405, body: 'GET or HEAD\n' }
  if (path === '/livez') return { status: 200, body: 'ok\n' }
  if (path === '/status') return { status: 200, body: { json: facts.status() } }
  if (path === '/metrics') return { status: 200, body: { metrics: facts.metrics() } }
  return facts.ready() ? { status: 200, body: 'ok\n' } : { status: 503, body: 'not ready\n' }
}

function isOwnName(host: string | undefined): boolean {
  if (host === undefined) return false
  return parseHostAddress(host) !== undefined || /^localhost(:\d{1,5})?$/i.test(host)
}

function answer(response: ServerResponse, { status, body }: Answer): void {
  const fields = {
    'Cache-Control': 'no-store',
    'X-Content-Type-Options': 'nosniff',
    ...(status === 405 ? { Allow: 'GET, HEAD' } : {}),
  }
  if (typeof body === 'object' && 'metrics' in body) {
    response.writeHead(status, { 'Content-Type': EXPOSITION_TYPE, ...fields })
    // Whoever stops reading ends it; there is nobody left to be told.
    pipeline(Readable.from(inTurns(body.metrics)), response, () => {})
    return
  }
  const text = typeof body === 'string' ? body : `${JSON.stringify(body.json, null, 2)}\n`
  response.writeHead(status, {
    'Content-Type': typeof body === 'string' ? 'text/plain; charset=utf-8' : 'application/json',
    'Content-Length': Buffer.byteLength(text),
    ...fields,
  })
  response.end(text)
}

/** Characters that are put together without a pause: well under a millisecond's work. */
const TURN_LENGTH = 65_536

/** Lets requests in between the pieces of a long text: the same thread serves them. */
async function* inTurns(parts: Iterable<string>): AsyncGenerator<string> {
  let text = ''
  for (const part of parts) {
    text += part
    if (text.length < TURN_LENGTH) continue
    yield text
    text = ''
    await turn()
  }
  yield text
}

async function listen(server: Server, address: string, port: number): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen({ host: address, port }, () => {
      server.off('error', reject)
      resolve()
    })
  })
  // Accepting may fail later (no descriptors left); that ends nothing.
  server.on('error', () => {})
}
