/** Opens sockets to endpoints: by address or by name, plain or with TLS, read in two ways. */
import { connect, isIP } from 'node:net'
import { connect as connectTls } from 'node:tls'
import type { EndpointAddress } from '../../../src/exchange.ts'
import type { GuardedLookup } from './lookup.ts'
import { UpstreamConnection, type ConnectionHome } from './upstream-connection.ts'

/** Bytes that one read takes. */
const READ_BYTES = 65_536
/**
 * Content bytes after which reads go into buffers of their own, which are written on uncopied.
 * Below it one buffer for all connections is cheaper than to have one made for each read.
 */
const ZERO_COPY_BYTES = 131_072

/** An endpoint as far as a connection is concerned. */
export type DialAddress = Pick<EndpointAddress, 'scheme' | 'hostname' | 'port'>

/** How to dial. */
export interface DialOptions {
  readonly address: DialAddress
  readonly lookup: GuardedLookup
  readonly home: ConnectionHome
  readonly maxHeadBytes: number
  /** For one exchange that may leave HTTP: its socket is read as any other, and ends by halves. */
  readonly dedicated: boolean
}

/** Dials endpoints with one read buffer for all. */
export class Dialler {
  readonly #shared = Buffer.allocUnsafeSlow(READ_BYTES)

  /** Begins to connect. */
  dial(options: DialOptions): UpstreamConnection {
    const { address, lookup, dedicated } = options
    const { hostname: host, port, scheme } = address
    const common = { host, port, lookup, noDelay: true, allowHalfOpen: dedicated }
    const reads = new Reads(this.#shared)
    const own = dedicated || scheme === 'https'
    const socket =
      scheme === 'https'
        ? connectTls({ ...common, ...serverName(host), ALPNProtocols: ['http/1.1'] })
        : connect(own ? common : { ...common, onread: reads })
    const connection = new UpstreamConnection({ ...options, socket })
    reads.connection = connection
    if (own) socket.on('data', (chunk: Buffer) => connection.receive(chunk, chunk.length, true))
    socket.once(scheme === 'https' ? 'secureConnect' : 'connect', () => connection.opened())
    socket.on('end', () => connection.finished())
    socket.on('error', (error) => connection.failed(error))
    socket.on('close', () => connection.closed())
    socket.on('drain', () => connection.drained())
    return connection
  }
}

/** An address has no name to ask for (RFC 6066 §3). */
function serverName(host: string): { readonly servername?: string } {
  return isIP(host) === 0 ? { servername: host } : {}
}

/** Reads of one socket, as the `onread` option of net wants them. */
class Reads {
  /** Whose reads they are; set before the first. */
  connection: UpstreamConnection | undefined
  readonly #shared: Buffer
  #own: Buffer | undefined

  constructor(shared: Buffer) {
    this.#shared = shared
  }

  /** Asked after each read for the next one's buffer. */
  readonly buffer = (): Buffer => this.#own ?? this.#shared

  /** Told what was read. */
  readonly callback = (length: number, bytes: Uint8Array): boolean => {
    const { connection } = this
    if (connection === undefined) return true
    // Little in a large buffer is copied, so that the rest is not held for its sake.
    const owned = this.#own !== undefined && length > READ_BYTES / 4
    connection.receive(bytes as Buffer, length, owned) // it was `buffer` that gave it
    if (connection.contentBytes < ZERO_COPY_BYTES) this.#own = undefined
    else if (owned || this.#own === undefined) this.#own = Buffer.allocUnsafeSlow(READ_BYTES)
    return true
  }
}
