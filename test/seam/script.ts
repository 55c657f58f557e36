/**
 * What a script of the seam is: an exchange that says what to do, a client and origins that behave,
 * and what everybody must have seen in the end. Nothing here knows an engine.
 */
import type {
  AccessRecord,
  EndOutcome,
  EndpointAddress,
  Exchange,
  ExchangeEvent,
  Outcome,
  Step,
} from '../../src/exchange.ts'
import type { Fields, ResponseHead } from '../../src/head.ts'

/** What an engine can do. A script's expectation may differ only by naming one of these. */
export type Capability =
  /** Tells a failed connect from a request that may have been seen. */
  | 'connect-outcome'
  /** Passes trailer fields on. */
  | 'trailers'
  /** Counts body bytes and knows how the body ended. */
  | 'body-outcome'

/** Which capabilities each engine has. */
export const ENGINES = {
  fake: ['connect-outcome', 'trailers', 'body-outcome'],
  node: ['connect-outcome', 'trailers', 'body-outcome'],
  workerd: [],
} as const satisfies Record<string, readonly Capability[]>

/** How an origin treats a request, in order of arrival; the last one stays. */
export type OriginBehaviour =
  /** Nobody listens. */
  | { readonly type: 'refuse' }
  /** Reads the request, then answers. */
  | {
      readonly type: 'answer'
      readonly status: number
      readonly body: string
      readonly trailers?: Fields
    }
  /** Answers the head and goes on reading. */
  | { readonly type: 'early'; readonly status: number; readonly body: string }
  /** Reads and never answers. */
  | { readonly type: 'hold' }
  /** Switches to WebSocket, asked or not, and echoes. */
  | { readonly type: 'switch' }

/** What the client does. Each sends its `target` with Host `seam.test`. */
export type ClientBehaviour =
  | { readonly type: 'plain'; readonly method: string; readonly body: string }
  /** Leaves as soon as an origin has its request. */
  | { readonly type: 'leaves' }
  /** Sends half of the body, waits for the whole response, then sends the rest. */
  | { readonly type: 'uploads'; readonly body: string }
  /** Opens a WebSocket, sends one text, closes when it has come back. */
  | { readonly type: 'websocket'; readonly text: string }

/** Where the origins are. */
export type Endpoints = Readonly<Record<string, EndpointAddress>>

/** The field that tells the Worker which script to follow and where the origins are, as JSON. */
export const SEAM_FIELD = 'x-seam'

/** Value of the field. */
export interface SeamRequest {
  readonly script: string
  readonly endpoints: Endpoints
}

/** What somebody saw. */
export interface Observed {
  /** Every event, as `describeEvent` puts it, and how the exchange ended. */
  readonly events: readonly string[]
  /** What the client got: status and body, `none` when it left. */
  readonly client: string
  /** What each origin got: `GET /path body`, and `gone` where its client left. */
  readonly origins: Readonly<Record<string, readonly string[]>>
}

/** One script. */
export interface Script {
  readonly name: string
  readonly client: ClientBehaviour
  readonly origins: Readonly<Record<string, readonly OriginBehaviour[]>>
  /** Documents that shard reads find. */
  readonly shards: Readonly<Record<string, string>>
  /** The exchange's decisions. */
  readonly next: (event: ExchangeEvent, endpoints: Endpoints) => Step
  readonly expect: Observed
  /** What is different where a capability is missing. */
  readonly without: Partial<Record<Capability, Partial<Observed>>>
}

/** What a script expects of an engine with these capabilities. */
export function expectationOf(script: Script, capabilities: readonly Capability[]): Observed {
  const present: readonly string[] = capabilities
  const missing = Object.entries(script.without).filter(([name]) => !present.includes(name))
  return Object.assign({}, script.expect, ...missing.map(([, difference]) => difference))
}

/** An exchange that follows a script and keeps what it was told. */
export class ScriptedExchange implements Exchange {
  readonly events: string[] = []
  readonly #script: Script
  readonly #endpoints: Endpoints
  readonly #ended: () => void

  constructor(script: Script, endpoints: Endpoints, ended: () => void = () => {}) {
    this.#script = script
    this.#endpoints = endpoints
    this.#ended = ended
  }

  next(event: ExchangeEvent): Step {
    this.events.push(describeEvent(event))
    return this.#script.next(event, this.#endpoints)
  }

  interim(head: ResponseHead): ResponseHead | undefined {
    return head
  }

  trailers(_side: string, fields: Fields): Fields {
    return fields
  }

  end({ failure, requestBytes, responseBytes }: EndOutcome): AccessRecord {
    const how = failure === undefined ? 'whole' : describeOutcome(failure)
    this.events.push(`end ${how} ${requestBytes}/${responseBytes}`)
    this.#ended()
    return { ...RECORD, reason: failure?.reason, requestBytes, responseBytes }
  }
}

function describeEvent(event: ExchangeEvent): string {
  switch (event.type) {
    case 'start':
    case 'elapsed':
      return event.type
    case 'result':
      return `result ${event.response?.status ?? event.reason} ${event.response?.body ?? ''}`.trim()
    case 'head':
      return `head ${event.head.status}${event.replayable ? ' replayable' : ''}`
    case 'failed':
      return `failed ${describeOutcome(event.outcome)}`
    default:
      return event satisfies never
  }
}

function describeOutcome({ side, phase, reason, replayable }: Outcome): string {
  return `${side} ${phase} ${reason}${replayable ? ' replayable' : ''}`
}

const RECORD: AccessRecord = {
  time: '2026-01-01T00:00:00.000Z',
  requestId: 'seam',
  client: undefined,
  peer: undefined,
  listener: undefined,
  method: undefined,
  scheme: 'http',
  host: undefined,
  target: undefined,
  protocol: undefined,
  status: 0,
  reason: undefined,
  detail: undefined,
  route: undefined,
  backend: undefined,
  endpoint: undefined,
  attempts: 0,
  durationMs: 0,
  upstreamMs: undefined,
  requestBytes: 0,
  responseBytes: 0,
  userAgent: undefined,
}
