/** One bound socket: opening it, and what a failure to do so means to an operator. */
import { createServer, type AddressInfo, type Server, type Socket } from 'node:net'
import type { Finding } from '../../src/errors.ts'
import type { SocketEntry } from '../../src/model/bundle.ts'

/** A socket that accepts connections. */
export interface BoundSocket {
  readonly entry: SocketEntry
  /** As the system says it; an IPv6 address without brackets. */
  readonly address: string
  /** The port in use, also where the entry's is 0. */
  readonly port: number
  /** For people: `http://127.0.0.1:8080`. */
  readonly url: string
}

/** A listener with its connections. */
export interface Listener {
  readonly bound: BoundSocket
  readonly server: Server
  readonly connections: Set<Socket>
}

/** Binds the entry. Rejects with node's system error. */
export async function openListener(
  entry: SocketEntry,
  accept: (socket: Socket) => void,
): Promise<Listener> {
  const connections = new Set<Socket>()
  const server = createServer({ allowHalfOpen: true, noDelay: true }, (socket) => {
    connections.add(socket)
    socket.once('close', () => connections.delete(socket))
    accept(socket)
  })
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    const address = entry.address === undefined ? {} : { host: entry.address }
    server.listen({ ...address, port: entry.port }, () => {
      server.off('error', reject)
      resolve()
    })
  })
  // Accepting may fail later (no descriptors left): connections wait, and nothing ends.
  server.on('error', () => {})
  const { address, port } = server.address() as AddressInfo // bound to a port, not to a path
  return {
    bound: { entry, address, port, url: socketUrl(entry, address, port) },
    server,
    connections,
  }
}

/** Stops accepting; connections go on. */
export function closeListener({ server }: Listener): Promise<void> {
  return new Promise((resolve) => {
    // Resolves when the last connection has gone, too; an error means that it was closed before.
    server.close(() => resolve())
  })
}

/** What stands for every address of the machine. */
const EVERY_ADDRESS: ReadonlySet<string | undefined> = new Set([undefined, '::', '0.0.0.0'])

/** Whether the system would refuse to bind `entry` while `bound` accepts. Port 0 is never taken. */
export function isInTheWay(bound: SocketEntry, entry: SocketEntry): boolean {
  if (bound.port !== entry.port || entry.port === 0) return false
  if (EVERY_ADDRESS.has(bound.address) || EVERY_ADDRESS.has(entry.address)) return true
  return bound.address === entry.address
}

/** What an operator reads when the entry cannot be bound. */
export function bindFinding(entry: SocketEntry, error: unknown): Finding {
  const { code = 'unknown', message } = error as NodeJS.ErrnoException // node's listen gives no other
  const where = `${entry.address ?? '*'}:${entry.port}`
  return {
    severity: 'error',
    code: 'socket-not-bound',
    message: `socket "${entry.key}" cannot be bound: ${message}`,
    object: entry.key,
    file: '',
    line: 0,
    column: 0,
    value: where,
    remedy: REMEDIES[code] ?? `make ${where} an address and a port that this machine can bind`,
  }
}

const REMEDIES: Readonly<Record<string, string>> = {
  EADDRINUSE: 'choose another port, or stop the program that has this one',
  EACCES:
    'choose a port of 1024 or more, or allow this process to bind lower ones (CAP_NET_BIND_SERVICE)',
  EADDRNOTAVAIL: 'name an address of this machine, or leave it out to bind all of them',
}

/** A bracketed IPv6 literal; every address of the machine is shown as one that can be opened. */
function socketUrl(entry: SocketEntry, address: string, port: number): string {
  const scheme = entry.protocol === 'HTTPS' ? 'https' : 'http'
  const host = entry.address === undefined ? 'localhost' : address
  return `${scheme}://${host.includes(':') ? `[${host}]` : host}:${port}`
}
