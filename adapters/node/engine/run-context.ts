/** What the engine gives every exchange that it carries out. */
import type { AccessRecord, Begin } from '../../../src/exchange.ts'
import type { Peer } from '../../../src/head.ts'
import type { ReadShard } from './call.ts'
import type { ClientTurn } from './client-turn.ts'
import type { ExchangeCount } from './exchange-count.ts'
import type { EngineLimits } from './limits.ts'
import type { Transport } from './transport.ts'

/** What the engine gives every run. */
export interface RunContext {
  readonly begin: Begin
  readonly log: (record: AccessRecord) => void
  /** Learns of a promise that the core broke; the request is ended all the same. */
  readonly fault: (error: unknown) => void
  readonly readShard: ReadShard | undefined
  readonly transport: Transport
  readonly limits: EngineLimits
  readonly exchanges: ExchangeCount
}

/** One request on one connection. */
export interface RunOptions {
  readonly context: RunContext
  readonly turn: ClientTurn
  readonly peer: Peer
  /** Whether connections are to end after the response in hand. */
  readonly draining: () => boolean
  /** The connection is at the next request, or gone. */
  readonly done: () => void
}
