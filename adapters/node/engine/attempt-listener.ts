/** What an attempt tells whoever started it. */
import type { IncomingMessage } from 'node:http'
import type { Socket } from 'node:net'
import type { Reason } from '../../../src/errors.ts'
import type { Outcome } from '../../../src/exchange.ts'
import type { Fields, ResponseHead } from '../../../src/head.ts'

/** Learns what an attempt brings: `head` or one of the failures, and after `head` perhaps one. */
export interface AttemptListener {
  /** Fields of the request's trailer section that may be sent on. */
  requestTrailers(fields: Fields): Fields
  /** A 1xx head, not 101. */
  interim(head: ResponseHead): void
  head(response: UpstreamResponse): void
  failed(outcome: Outcome): void
  /** The client's body failed; the attempt is over. */
  clientFailed(reason: Reason, detail: string): void
  /** A timeout ended the attempt after its head. */
  broken(reason: Reason, detail: string): void
}

/** A final response whose body has not been read. */
export interface UpstreamResponse {
  readonly message: IncomingMessage
  /** The endpoint's socket after a 101. */
  readonly tunnel: UpstreamTunnel | undefined
}

/** A connection that has left HTTP. */
export interface UpstreamTunnel {
  readonly socket: Socket
  /** Bytes that came with the head. */
  readonly first: Buffer
}
