/** What the engine gives every exchange that it carries out. */
import type { AccessRecord, Begin } from '../../../src/exchange.ts'
import type { Fields, ParseFailure, Peer, RequestHead } from '../../../src/head.ts'
import type { AttemptDeadlines } from './attempt-clock.ts'
import type { ReadShard } from './call.ts'
import type { ClientTurn } from './client-turn.ts'
import type { Ticker } from './deadline.ts'
import type { ExchangeCount } from './exchange-count.ts'
import type { HttpDate } from './http-date.ts'
import type { EngineLimits } from './limits.ts'
import type { RequestBody } from './request-body.ts'
import type { UpstreamPools } from './upstream-pool.ts'

/** What the engine gives every run. */
export interface RunContext {
  readonly begin: Begin
  readonly log: (record: AccessRecord) => void
  /** Learns of a promise that the core broke; the request is ended all the same. */
  readonly fault: (error: unknown) => void
  readonly readShard: ReadShard | undefined
  readonly pools: UpstreamPools
  readonly limits: EngineLimits
  readonly exchanges: ExchangeCount
  readonly ticker: Ticker
  readonly date: HttpDate
  /** Fields that offer a client's connection for another request. */
  readonly keepAlive: Fields
}

/** The connection that a run answers on. */
export interface RunHost {
  readonly peer: Peer
  readonly deadlines: AttemptDeadlines
  /** Whether the connection can carry nothing after the response to the request in hand. */
  readonly closing: boolean
  /** What was written has left, or will soon: `Run.flushed` says when. */
  readonly flushed: boolean
  /** The client does not read: it is given up after a while unless told otherwise. */
  setStalled(stalled: boolean): void
  /** The exchange's answer is out; `close` is what its head said. */
  answered(close: boolean): void
  /** The connection has left HTTP: gives what came behind the request. */
  leave(): Buffer
}

/** One request on one connection. */
export interface RunOptions {
  readonly context: RunContext
  readonly host: RunHost
  readonly turn: ClientTurn
  readonly head: RequestHead | ParseFailure
  readonly body: RequestBody
}
