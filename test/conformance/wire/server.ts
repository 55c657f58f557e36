/** What a place that serves rules over real sockets has to offer, so that cases play against it. */
import type { AccessRecord } from '../../../src/exchange.ts'
import type { RuleSet } from '../case.ts'
import type { Pod } from '../rules.ts'

/** Rules that are being served on loopback. */
export interface RuleServer {
  /** Makes the next connection one of `approach`; gives how to connect. */
  admit(approach: Approach): Promise<Entrance>
  /** The next record that is written. */
  nextRecord(): Promise<AccessRecord>
  /** Resolves when no exchange is under way. */
  quiet(): Promise<void>
  readonly records: readonly AccessRecord[]
  readonly faults: readonly unknown[]
  /** The runtime reads requests itself, and what it refuses leaves no record. */
  readonly parsedByRuntime?: true
  close(): Promise<void>
}

/** Who comes, and where to. */
export interface Approach {
  /** `namespace/name` of the Gateway asked; the first socket where it is `undefined`. */
  readonly gateway: string | undefined
  /**
   * Address of the client's end, `null` for a socket without one. The server's own view of its
   * sockets is loopback.
   */
  readonly peer: string | null
}

/** Where a client connects. */
export interface Entrance {
  readonly port: number
  /** Learns of the client's port before a byte is sent. */
  connected(localPort: number): void
}

/** Starts a server for `rules`; `haste` divides its waiting times, where they are its own. */
export type StartServer = (
  rules: RuleSet,
  pods: readonly Pod[],
  haste: number,
) => Promise<RuleServer>

/** Keeps records, and hands each to whoever waits for the next. */
export class RecordKeeper {
  readonly records: AccessRecord[] = []
  readonly #waiting: ((record: AccessRecord) => void)[] = []

  add(record: AccessRecord): void {
    this.records.push(record)
    this.#waiting.shift()?.(record)
  }

  next(): Promise<AccessRecord> {
    return new Promise((resolve) => {
      this.#waiting.push(resolve)
    })
  }
}
