/** What an attempt tells whoever started it. */
import type { Socket } from 'node:net'
import type { Reason } from '../../../src/errors.ts'
import type { Outcome } from '../../../src/exchange.ts'
import type { Fields, ResponseHead } from '../../../src/head.ts'
import type { BodyFraming } from '../../../src/http1/framing.ts'

/** Learns what an attempt brings: `head` or one of the failures, and after `head` its body. */
export interface AttemptListener {
  /** Fields of the request's trailer section that may be sent on. */
  requestTrailers(fields: Fields): Fields
  /** A 1xx head, not 101. */
  interim(head: ResponseHead): void
  head(response: UpstreamResponse): void
  /** A piece of the body, only while the response is relayed. */
  content(bytes: Buffer, start: number, end: number, owned: boolean): void
  /** All that one read brought has been given; whether more may follow at once. */
  flush(): boolean
  /** The response is whole. */
  whole(trailers: Fields): void
  failed(outcome: Outcome): void
  /** The client's body failed; the attempt is over. */
  clientFailed(reason: Reason, detail: string): void
  /** The attempt ended after its head. */
  broken(reason: Reason, detail: string): void
}

/** A final response whose body has not been read. */
export interface UpstreamResponse {
  readonly head: ResponseHead
  readonly framing: BodyFraming
  /** The endpoint's connection after a 101. */
  readonly tunnel: UpstreamTunnel | undefined
}

/** A connection that has left HTTP. */
export interface UpstreamTunnel {
  readonly socket: Socket
  /** Bytes that came with the head. */
  readonly first: Buffer
}
