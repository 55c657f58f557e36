/** What a runtime has to offer so that the cases run on it. */
import type { AccessRecord } from '../../src/exchange.ts'
import type { Fields } from '../../src/head.ts'
import type { RequestSpec, RuleSet, WireCase } from './case.ts'
import type { TargetName } from './capabilities.ts'

/** A place where rules are served. */
export interface Target {
  readonly name: TargetName
  /** Serves `rules`; a name that was served before gives the same. */
  open(rules: RuleSet): Promise<Served>
  /** Plays the case's bytes against a server of its own; absent without `raw-bytes`. */
  play?(wire: WireCase): Promise<WireObservation>
  close(): Promise<void>
}

/** Rules that are being served. */
export interface Served {
  /** Sends one request and waits for everything that comes of it. */
  send(request: RequestSpec): Promise<Answer>
}

/** A request as a backend received it. */
export interface ReceivedRequest {
  /** `namespace/name` of the service. */
  readonly service: string
  /** Which of its pods, by URL. */
  readonly pod: string
  readonly method: string
  readonly target: string
  readonly fields: Fields
  readonly body: string
  readonly trailers: Fields
  /** Whether it came to its proper end. */
  readonly complete: boolean
  /** Whether its connection was given up before it was answered. */
  readonly abandoned: boolean
  /** Whether its connection is closed by now. */
  readonly closed: boolean
}

/** A response as the client received it. */
export interface ReceivedResponse {
  readonly status: number
  readonly fields: Fields
  readonly body: string
  /** Whether it came to its proper end. */
  readonly complete: boolean
}

/** What came of a request. */
export interface Answer {
  readonly response: ReceivedResponse
  readonly upstream: readonly ReceivedRequest[]
  readonly record: AccessRecord
}

/** What came of bytes. */
export interface WireObservation {
  /** Everything that the client received. */
  readonly bytes: string
  /** Final responses in order. */
  readonly responses: readonly ReceivedResponse[]
  /** Interim statuses in order. */
  readonly interim: readonly number[]
  /** Bytes after the last response that could be read. */
  readonly rest: string
  /** How the server ended the connection before the client did; `undefined` where it did not. */
  readonly closed: 'fin' | 'rst' | undefined
  readonly upstream: readonly ReceivedRequest[]
  /** Connections to endpoints on which a request began. */
  readonly attempts: number
  /** Most requests that were with the endpoints at one moment. */
  readonly concurrent: number
  /** Milliseconds from the first byte to the end of everything. */
  readonly tookMs: number
  readonly records: readonly AccessRecord[]
  /** Broken promises inside postern. */
  readonly faults: readonly unknown[]
  /** The runtime reads requests itself, and what it refuses leaves no record. */
  readonly parsedByRuntime?: true
}
