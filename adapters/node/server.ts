/**
 * The Node service: sockets opened together or not at all, exchanged while it runs, and let go
 * without losing a request. It knows connections; what travels over them is the engine's.
 */
import type { Socket } from 'node:net'
import type { Finding } from '../../src/errors.ts'
import type { Begin } from '../../src/exchange.ts'
import type { SocketEntry } from '../../src/model/bundle.ts'
import type { AccessLog } from './access-log.ts'
import type { ReadShard } from './engine/call.ts'
import { createEngine, type Engine } from './engine/engine.ts'
import type { EngineLimits } from './engine/limits.ts'
import {
  bindFinding,
  closeListener,
  isInTheWay,
  openListener,
  type BoundSocket,
  type Listener,
} from './listener.ts'

/** What a server needs. */
export interface ServerOptions {
  readonly sockets: readonly SocketEntry[]
  /** Reaches the core with the snapshot of the moment. */
  readonly begin: Begin
  readonly log: AccessLog
  readonly drain: DrainSettings
  /** Learns of broken promises inside postern; standard error, as a rule. */
  readonly fault: (error: unknown) => void
  readonly readShard?: ReadShard
  /** Replaces single limits of the engine. */
  readonly limits?: Partial<EngineLimits>
}

/** How a server ends. Milliseconds. */
export interface DrainSettings {
  /**
   * How long connections are still accepted after the decision to end, while whoever sends them
   * learns of it. 0 stops accepting at once.
   */
  readonly lameDuckMs: number
  /** From then on, how long requests may take to end before their connections are reset. */
  readonly deadlineMs: number
}

/** What ended a drain. */
export interface DrainResult {
  /** Connections that had to be reset at the deadline. */
  readonly reset: number
}

/** Some sockets could not be bound; none is open then. */
export class ListenError extends Error {
  /** One for each socket. */
  readonly findings: readonly Finding[]

  constructor(findings: readonly Finding[]) {
    super(findings.map(({ message }) => message).join('; '))
    this.name = 'ListenError'
    this.findings = findings
  }
}

/** A service over one set of sockets. */
export interface PosternServer {
  /** Opens all sockets. Rejects with `ListenError`, nothing being open then. */
  listen(): Promise<readonly BoundSocket[]>
  /**
   * Changes the set of sockets: opens what is new, then lets go of what is no longer named, each
   * connection after the response in hand; where the system cannot bind both, in the other order.
   * Rejects with `ListenError`, and accepts where it did before. Settles as soon as the new set accepts; the old connections end by themselves or at the
   * deadline.
   */
  update(sockets: readonly SocketEntry[]): Promise<readonly BoundSocket[]>
  /** Ends everything; `deadlineMs` replaces the setting. Calls after the first give the same. */
  drain(deadlineMs?: number): Promise<DrainResult>
  /** Sockets that accept. */
  readonly sockets: readonly BoundSocket[]
  /** Open connections of clients. */
  readonly connections: number
  /** Connections of clients that were accepted since the beginning. */
  readonly accepted: number
  /** Exchanges begun and not ended. */
  readonly requests: number
}

/** A server; it is silent until `listen`. */
export function createServer(options: ServerOptions): PosternServer {
  return new NodeServer(options)
}

class NodeServer implements PosternServer {
  readonly #options: ServerOptions
  readonly #engine: Engine
  readonly #listeners = new Map<string, Listener>()
  /** Listeners that no longer accept, with the number of connections they reset in the end. */
  readonly #leaving = new Map<Listener, Promise<number>>()
  #accepted = 0
  #ended: Promise<DrainResult> | undefined

  constructor(options: ServerOptions) {
    this.#options = options
    const { begin, log, fault, readShard, limits } = options
    this.#engine = createEngine({
      begin,
      log: (record) => log.write(record),
      fault,
      ...(readShard === undefined ? {} : { readShard }),
      ...(limits === undefined ? {} : { limits }),
    })
  }

  get sockets(): readonly BoundSocket[] {
    return [...this.#listeners.values()].map(({ bound }) => bound)
  }

  get connections(): number {
    let count = 0
    for (const { connections } of this.#all()) count += connections.size
    return count
  }

  get accepted(): number {
    return this.#accepted
  }

  get requests(): number {
    return this.#engine.requests
  }

  async listen(): Promise<readonly BoundSocket[]> {
    return await this.update(this.#options.sockets)
  }

  async update(sockets: readonly SocketEntry[]): Promise<readonly BoundSocket[]> {
    const added = sockets.filter(({ key }) => !this.#listeners.has(key))
    const named = new Set(sockets.map(({ key }) => key))
    const gone = [...this.#listeners.values()].filter(({ bound }) => !named.has(bound.entry.key))
    // The system binds neither of two sockets beside the other where they share a port and address.
    const rivals = gone.filter(({ bound }) => added.some((entry) => isInTheWay(bound.entry, entry)))
    const { deadlineMs } = this.#options.drain
    for (const listener of rivals) this.#leave(listener, deadlineMs)
    try {
      this.#admit(await this.#openAll(added))
    } catch (error) {
      this.#admit(await this.#openAll(rivals.map(({ bound }) => bound.entry)))
      throw error
    }
    for (const listener of gone) {
      if (!rivals.includes(listener)) this.#leave(listener, deadlineMs)
    }
    return this.sockets
  }

  #admit(opened: readonly Listener[]): void {
    for (const listener of opened) this.#listeners.set(listener.bound.entry.key, listener)
  }

  drain(deadlineMs: number = this.#options.drain.deadlineMs): Promise<DrainResult> {
    this.#ended ??= this.#drain(deadlineMs)
    return this.#ended
  }

  async #drain(deadlineMs: number): Promise<DrainResult> {
    const { lameDuckMs } = this.#options.drain
    this.#engine.announceEnd()
    if (lameDuckMs > 0) await new Promise((resolve) => setTimeout(resolve, lameDuckMs))
    for (const listener of this.#listeners.values()) this.#leave(listener, deadlineMs)
    const counts = await Promise.all(this.#leaving.values())
    await this.#engine.close()
    return { reset: counts.reduce((sum, count) => sum + count, 0) }
  }

  async #openAll(entries: readonly SocketEntry[]): Promise<Listener[]> {
    const opened: Listener[] = []
    const findings: Finding[] = []
    for (const entry of entries) {
      try {
        opened.push(await openListener(entry, (socket) => this.#accept(entry, socket)))
      } catch (error) {
        findings.push(bindFinding(entry, error))
      }
    }
    if (findings.length === 0) return opened
    for (const listener of opened) {
      for (const socket of listener.connections) socket.destroy()
      await closeListener(listener)
    }
    throw new ListenError(findings)
  }

  #accept({ key }: SocketEntry, socket: Socket): void {
    this.#accepted++
    this.#engine.accept(socket, { socket: key, tls: undefined })
  }

  #leave(listener: Listener, deadlineMs: number): void {
    this.#listeners.delete(listener.bound.entry.key)
    this.#leaving.set(listener, this.#letGo(listener, deadlineMs))
  }

  /** Gives the number of connections that had to be reset. */
  async #letGo(listener: Listener, deadlineMs: number): Promise<number> {
    const { key } = listener.bound.entry
    const closed = closeListener(listener)
    this.#engine.drain(key)
    let reset = 0
    const deadline = setTimeout(() => {
      reset = listener.connections.size
      for (const socket of listener.connections) socket.resetAndDestroy()
    }, deadlineMs)
    await closed
    clearTimeout(deadline)
    this.#leaving.delete(listener)
    return reset
  }

  *#all(): Generator<Listener> {
    yield* this.#listeners.values()
    yield* this.#leaving.keys()
  }
}
