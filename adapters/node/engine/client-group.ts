/** The client connections of one listening socket, which may be let go together. */
import type { Socket } from 'node:net'
import type { PeerTls } from '../../../src/head.ts'
import { ClientConnection } from './client-connection.ts'
import type { RunContext } from './run-context.ts'

/** What is known of a connection beside its socket. */
export interface ConnectionFacts {
  /** Key of the socket entry that accepted it. */
  readonly socket: string
  /** `undefined` on a plaintext connection. */
  readonly tls: PeerTls | undefined
}

/** Serves the connections of one listening socket. */
export class ClientGroup {
  readonly #context: RunContext
  readonly #connections = new Set<ClientConnection>()
  #draining = false

  constructor(context: RunContext) {
    this.#context = context
  }

  /** Whether every response is the last of its connection. */
  get draining(): boolean {
    return this.#draining
  }

  accept(socket: Socket, facts: ConnectionFacts): void {
    const peer = {
      address: socket.remoteAddress,
      port: socket.remotePort ?? 0,
      localPort: socket.localPort ?? 0,
      socket: facts.socket,
      tls: facts.tls,
    }
    // What an error means, `close` tells.
    socket.on('error', () => {})
    const connection = new ClientConnection({ socket, peer, context: this.#context, group: this })
    this.#connections.add(connection)
    socket.once('close', () => this.#connections.delete(connection))
  }

  /** Makes every response from now on the last of its connection. */
  announceEnd(): void {
    this.#draining = true
  }

  /** Ends every connection after the response in hand, idle ones now. */
  drain(): void {
    this.#draining = true
    for (const connection of this.#connections) connection.letGo()
  }
}
