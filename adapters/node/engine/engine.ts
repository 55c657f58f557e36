/**
 * The Node engine: takes accepted connections, carries out what the core says over them, and
 * contains no word about routes. This first one stands on node:http at both sides; whoever uses it
 * sees connections and nothing of that.
 */
import type { Socket } from 'node:net'
import type { AccessRecord, Begin } from '../../../src/exchange.ts'
import type { ReadShard } from './call.ts'
import { ExchangeCount } from './exchange-count.ts'
import { DEFAULT_LIMITS, type EngineLimits } from './limits.ts'
import type { Resolve } from './lookup.ts'
import { Port, type ConnectionFacts } from './port.ts'
import type { RunContext } from './run-context.ts'
import { createTransport } from './transport.ts'

/** What an engine needs. */
export interface EngineOptions {
  /** Reaches the core; called once for each request and each failure to parse one. */
  readonly begin: Begin
  /** Takes the record of each exchange as it ends. */
  readonly log: (record: AccessRecord) => void
  /** Learns of a promise that the core broke; the request is ended all the same. */
  readonly fault: (error: unknown) => void
  /** Carries out the core's shard reads; without it they fail. */
  readonly readShard?: ReadShard
  /** Replaces single limits. */
  readonly limits?: Partial<EngineLimits>
  /** Replaces the system's resolver; tests do. */
  readonly resolve?: Resolve
}

/** Serves connections that somebody else accepted. */
export interface Engine {
  /**
   * Serves `socket` until it closes. The caller opened it with `allowHalfOpen` and keeps account of
   * it; the engine ends it when the protocol says so.
   */
  accept(socket: Socket, facts: ConnectionFacts): void
  /**
   * Lets the connections of one socket entry go: idle ones now, the others after the response in
   * hand. Connections accepted later under the same key are not concerned.
   */
  drain(socketKey: string): void
  /** Makes every response from now on the last of its connection, and nothing more. */
  announceEnd(): void
  /** Exchanges begun and not ended. */
  readonly requests: number
  /**
   * Gives up idle upstream connections and timers; resolves when every exchange has its record.
   * Call it when all connections are closed.
   */
  close(): Promise<void>
}

/** An engine. */
export function createEngine(options: EngineOptions): Engine {
  const limits: EngineLimits = { ...DEFAULT_LIMITS, ...options.limits }
  const transport = createTransport(limits, options.resolve)
  const { begin, log, fault, readShard } = options
  const exchanges = new ExchangeCount()
  const context: RunContext = { begin, log, fault, readShard, transport, limits, exchanges }
  const ports = new Map<string, Port>()
  const drained = new Set<Port>()
  let ending = false

  return {
    accept(socket, facts) {
      let port = ports.get(facts.socket)
      if (port === undefined) {
        port = new Port(context)
        if (ending) port.announceEnd()
        ports.set(facts.socket, port)
      }
      port.accept(socket, facts)
    },
    drain(socketKey) {
      const port = ports.get(socketKey)
      if (port === undefined) return
      ports.delete(socketKey)
      drained.add(port)
      port.drain(() => drained.delete(port))
    },
    announceEnd() {
      ending = true
      for (const port of ports.values()) port.announceEnd()
    },
    get requests() {
      return exchanges.open
    },
    async close() {
      await exchanges.none()
      for (const port of [...ports.values(), ...drained]) port.close()
      transport.close()
    },
  }
}
