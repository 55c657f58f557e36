/**
 * The seam between the core and the engines: the core says what to do next, an engine does it and
 * reports. Neither names the other's things: no routing word here, no socket word there.
 */
import type { Reason } from './errors.ts'
import type { Fields, ParseFailure, Peer, RequestHead, ResponseHead } from './head.ts'

/** Starts the exchange of one request; what an engine is given to reach the core. */
export type Begin = (head: RequestHead | ParseFailure, peer: Peer) => Exchange

/** One request's way through the core. Single use, driven by one engine, never concurrently. */
export interface Exchange {
  /**
   * Takes what happened and gives what to do. The first event is `start`. Each step is answered by
   * exactly one event, except `respond` and `relay`, which are answered by `end`. A client that is
   * gone ends the exchange at any moment, without an event: nothing is left to be decided.
   * After `end` it changes nothing and gives a `respond` that nobody must carry out.
   */
  next(event: ExchangeEvent): Step
  /** What to send the client for an interim (1xx, not 101) response; `undefined` drops it. */
  interim(head: ResponseHead): ResponseHead | undefined
  /** The trailer fields to pass on; framing and owned fields are removed. */
  trailers(side: MessageSide, fields: Fields): Fields
  /** Ends the exchange, exactly once, however it ended; gives its access record. */
  end(outcome: EndOutcome): AccessRecord
}

/** Which message of the pair. */
export type MessageSide = 'request' | 'response'

/** What happened, as an engine tells it. */
export type ExchangeEvent =
  | { readonly type: 'start' }
  /** Answers `call`; `undefined` when it failed or timed out, the reason then says why. */
  | { readonly type: 'result'; readonly response: CallResult | undefined; readonly reason?: Reason }
  /** Answers `wait`. */
  | { readonly type: 'elapsed' }
  /**
   * Answers `attempt` that brought no final head, and any step during which the client failed in a
   * way that can still be answered: a bad chunk, a body too large or too slow.
   */
  | { readonly type: 'failed'; readonly outcome: Outcome }
  /**
   * Answers `attempt`: a final response head as received, framing fields included, or a 101 that
   * the attempt asked for; any other 101 is a failure, `upstream_unexpected_upgrade`.
   * `replayable` says what it says in `Outcome`, so that a status can be retried as a failure can.
   * A further `attempt` in answer to it drops this response unread.
   */
  | { readonly type: 'head'; readonly head: ResponseHead; readonly replayable: boolean }

/** What to do next. */
export type Step = RespondStep | CallStep | WaitStep | AttemptStep | RelayStep

/** Answer the client from here, then report with `end`. */
export interface RespondStep {
  readonly type: 'respond'
  readonly response: LocalResponse
  /**
   * What becomes of a request body not yet read: `drain` reads on within the engine's bound and
   * keeps the connection, `close` ends the connection after the response.
   */
  readonly requestBody: 'drain' | 'close'
}

/** A response that the core wrote. The engine adds `Date`, framing and connection fields. */
export interface LocalResponse {
  readonly status: number
  readonly fields: Fields
  /** Whole body as text (UTF-8); empty for none. Not sent in answer to HEAD. */
  readonly body: string
}

/** Do one side call and report `result`; the request body stays unread meanwhile. */
export interface CallStep {
  readonly type: 'call'
  readonly request: HttpCall | ShardRead
  /** Milliseconds; the engine reports `call_timeout` after it. */
  readonly timeoutMs: number
}

/** A small HTTP request of the core's own: external authorisation, a key set. */
export interface HttpCall {
  readonly type: 'http'
  readonly url: string
  readonly method: string
  readonly fields: Fields
  /** Bytes of the response body to give back at most; the rest is dropped. */
  readonly maxBytes: number
}

/** Read one document of the rules that is not in memory yet. */
export interface ShardRead {
  readonly type: 'shard'
  readonly key: string
}

/** What a call brought. */
export interface CallResult {
  /** HTTP status; 200 for a shard that was found, 404 for one that is absent. */
  readonly status: number
  readonly fields: Fields
  readonly body: string
}

/** Let time pass, then report `elapsed`. */
export interface WaitStep {
  readonly type: 'wait'
  readonly ms: number
}

/** Send the request to this endpoint and report `head` or `failed`. */
export interface AttemptStep {
  readonly type: 'attempt'
  readonly endpoint: EndpointAddress
  readonly head: OutboundHead
  readonly timeouts: AttemptTimeouts
  readonly limits: AttemptLimits
  /**
   * Request body bytes to keep so that another attempt can send them again; 0 keeps none, and
   * `replayable` turns false with the first body byte consumed beyond it.
   */
  readonly replayBytes: number
  /** Upgrade token to ask for (`websocket`); a 101 is a tunnel only where this was set. */
  readonly upgrade: string | undefined
  /** Endpoints to send a copy to, whose answers are thrown away. */
  readonly mirrors: readonly MirrorAttempt[]
}

/** Where to connect. */
export interface EndpointAddress {
  /** Identity of the endpoint: `http://127.0.0.1:9001`. Engines key their pools with it. */
  readonly url: string
  /**
   * Name of a service that the runtime itself provides, for an endpoint `binding:NAME`; its host name
   * then resolves nowhere, so that an engine without such services fails to find it.
   */
  readonly binding?: string
  readonly scheme: 'http' | 'https'
  /** Host name or IP literal without brackets. */
  readonly hostname: string
  readonly port: number
}

/** The request as it goes out, rebuilt for each attempt. Framing fields are the engine's. */
export interface OutboundHead {
  readonly method: string
  /** Origin form, latin1: `/a?b`. */
  readonly target: string
  /** Value of `Host`; an engine that cannot send it says so by a missing capability. */
  readonly host: string
  /**
   * Without `Host`, connection and framing fields. With an `Expect` among them the endpoint decides
   * about the body, and its 100 passes `interim`; without, the engine asks the client for the body.
   */
  readonly fields: Fields
}

/** A copy of the request for another endpoint. */
export interface MirrorAttempt {
  readonly endpoint: EndpointAddress
  readonly head: OutboundHead
}

/** Milliseconds; 0 switches one off. */
export interface AttemptTimeouts {
  /** Until the connection stands, TLS included. */
  readonly connectMs: number
  /** From the last request byte to the first byte of the final head. */
  readonly firstByteMs: number
  /** Between two reads or writes that made progress, body phases included. */
  readonly idleMs: number
  /** What is left of the exchange's total time for this attempt, to the last response byte. */
  readonly totalMs: number
}

/** Bounds that the engine keeps while it streams. */
export interface AttemptLimits {
  /** Request body bytes; more is reported as `body_too_large`. 0 means no bound. */
  readonly maxRequestBytes: number
}

/** Pass the response on: this head, then body and trailers as they come, then report with `end`. */
export interface RelayStep {
  readonly type: 'relay'
  /** Without framing and connection fields, which are the engine's. */
  readonly head: ResponseHead
  /** Join both sockets after a 101: bytes both ways, no parsing. */
  readonly tunnel: boolean
  /** The response may rightly last for ever: `totalMs` no longer counts. Default false. */
  readonly endless?: boolean
}

/** How far an attempt came when it failed. */
export type AttemptPhase =
  /** The client's request, before anything was sent for it. */
  | 'request'
  /** No connection yet: no byte of the request can have been seen. */
  | 'connect'
  /** Sent in part or whole, no byte of an answer. */
  | 'sent'
  /** Within the response head. */
  | 'head'
  /** After the head was relayed. */
  | 'body'

/** How something failed. */
export interface Outcome {
  /** Which peer it happened with; the table entry of `reason` says whose fault it was. */
  readonly side: 'client' | 'upstream'
  readonly phase: AttemptPhase
  /** Body bytes of the request that went to the endpoint. */
  readonly bytesSent: number
  /** Whether the connection had carried an exchange before. */
  readonly reused: boolean
  /** Whether the whole request can still be sent again: no body, or all of it kept. */
  readonly replayable: boolean
  readonly reason: Reason
  /** Technical detail for the log, never for the client: `ECONNREFUSED`. */
  readonly detail?: string
}

/** How an exchange ended. */
export interface EndOutcome {
  /** `undefined` when the response went out whole. */
  readonly failure: Outcome | undefined
  /** Request body bytes read from the client; -1 where the engine cannot count them (fetch). */
  readonly requestBytes: number
  /**
   * Response body bytes written to the client, with a tunnel those towards it; -1 where the engine
   * cannot count them (fetch hands the body over unread).
   */
  readonly responseBytes: number
}

/** One line of the access log. Times in milliseconds, sizes in bytes; `undefined` is left out. */
export interface AccessRecord {
  /** Start, ISO 8601 with milliseconds, UTC. */
  readonly time: string
  readonly requestId: string
  /** The computed client address; `undefined` where the socket has none. */
  readonly client: string | undefined
  /** The socket's other end. */
  readonly peer: string | undefined
  readonly listener: string | undefined
  readonly method: string | undefined
  readonly scheme: 'http' | 'https'
  /** Canonical host, or as received where it was refused. */
  readonly host: string | undefined
  /** Target as received, at most 2,048 characters. */
  readonly target: string | undefined
  readonly protocol: string | undefined
  /** Status sent, 499 when the client left first. */
  readonly status: number
  /** Reason token when postern wrote the answer or the exchange failed. */
  readonly reason: Reason | undefined
  readonly detail: string | undefined
  readonly route: string | undefined
  readonly backend: string | undefined
  readonly endpoint: string | undefined
  readonly attempts: number
  readonly durationMs: number
  /** From the last attempt's start to its response head. */
  readonly upstreamMs: number | undefined
  /** -1 where the engine cannot count them; likewise below. */
  readonly requestBytes: number
  readonly responseBytes: number
  readonly userAgent: string | undefined
}
