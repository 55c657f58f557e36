/**
 * The Node engine: takes accepted connections, carries out what the core says over them, and
 * contains no word about routes. It stands on sockets at both sides, with a codec of its own.
 */
import type { Socket } from 'node:net'
import type { AccessRecord, Begin } from '../../../src/exchange.ts'
import type { ReadShard } from './call.ts'
import { ClientGroup, type ConnectionFacts } from './client-group.ts'
import { Ticker } from './deadline.ts'
import { ExchangeCount } from './exchange-count.ts'
import { HttpDate } from './http-date.ts'
import { DEFAULT_LIMITS, type EngineLimits } from './limits.ts'
import type { Resolve } from './lookup.ts'
import type { RunContext } from './run-context.ts'
import { UpstreamPools } from './upstream-pool.ts'

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
  const context = createContext(options)
  const { exchanges, pools, ticker } = context
  const groups = new Map<string, ClientGroup>()
  let ending = false

  return {
    accept(socket, facts) {
      let group = groups.get(facts.socket)
      if (group === undefined) {
        group = new ClientGroup(context)
        if (ending) group.announceEnd()
        groups.set(facts.socket, group)
      }
      group.accept(socket, facts)
    },
    drain(socketKey) {
      groups.get(socketKey)?.drain()
      groups.delete(socketKey)
    },
    announceEnd() {
      ending = true
      for (const group of groups.values()) group.announceEnd()
    },
    get requests() {
      return exchanges.open
    },
    async close() {
      await exchanges.none()
      pools.close()
      ticker.close()
    },
  }
}

function createContext(options: EngineOptions): RunContext {
  const { begin, log, fault, readShard, resolve } = options
  const limits: EngineLimits = { ...DEFAULT_LIMITS, ...options.limits }
  const ticker = new Ticker()
  const seconds = Math.floor(limits.keepAliveMs / 1000)
  return {
    begin,
    log,
    fault,
    readShard,
    pools: new UpstreamPools({ limits, ticker, resolve }),
    limits,
    exchanges: new ExchangeCount(),
    ticker,
    date: new HttpDate(),
    keepAlive: ['Connection', 'keep-alive', 'Keep-Alive', `timeout=${seconds}`],
  }
}
