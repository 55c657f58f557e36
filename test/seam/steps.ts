/** Steps as the scripts need them, and the plans that choose among them. */
import type {
  AttemptStep,
  EndpointAddress,
  ExchangeEvent,
  RelayStep,
  RespondStep,
  Step,
} from '../../src/exchange.ts'
import type { ResponseHead } from '../../src/head.ts'
import type { Endpoints, Script } from './script.ts'

/** The origin of this name. */
export function endpoint(endpoints: Endpoints, name: string): EndpointAddress {
  const found = endpoints[name]
  if (found === undefined) throw new Error(`no origin ${name}`)
  return found
}

/** A GET of `/` there, with what differs. */
export function attempt(to: EndpointAddress, parts: Partial<AttemptStep> = {}): AttemptStep {
  return {
    type: 'attempt',
    endpoint: to,
    head: { method: 'GET', target: '/', host: 'seam.test', fields: [] },
    timeouts: { connectMs: 3000, firstByteMs: 5000, idleMs: 5000, totalMs: 0 },
    limits: { maxRequestBytes: 0 },
    replayBytes: 0,
    upgrade: undefined,
    mirrors: [],
    ...parts,
  }
}

/** Timeouts that an origin which holds runs out of. */
export const IMPATIENT = { connectMs: 100, firstByteMs: 100, idleMs: 0, totalMs: 0 }

/** What a client sends to open a WebSocket. */
const KEY = ['Sec-WebSocket-Key', 'dGhlIHNhbXBsZSBub25jZQ==', 'Sec-WebSocket-Version', '13']

/** Head of a POST. */
export const POST = { method: 'POST', target: '/', host: 'seam.test', fields: [] }

/** What the core does with framing and connection fields. */
const NOT_PASSED: ReadonlySet<string> = new Set([
  'connection',
  'content-length',
  'keep-alive',
  'transfer-encoding',
  'upgrade',
])

/** Passes the head on without framing and connection fields. */
export function relay(head: ResponseHead): RelayStep {
  const fields = head.fields.filter(
    (_part, i) => !NOT_PASSED.has((head.fields[i - (i % 2)] ?? '').toLowerCase()),
  )
  return { type: 'relay', head: { ...head, fields }, tunnel: head.status === 101 }
}

/** A short text of the core's own. */
export function respond(status: number, body: string): RespondStep {
  const response = { status, fields: ['Content-Type', 'text/plain'], body }
  return { type: 'respond', response, requestBody: 'close' }
}

/** What a script does at each event that it expects. */
export type Plan = {
  readonly [Type in ExchangeEvent['type']]?: (
    event: Extract<ExchangeEvent, { type: Type }>,
    endpoints: Endpoints,
  ) => Step
}

/** Decides by the plan; an event that it does not name is answered 500. */
export function follow(plan: Plan): Script['next'] {
  return (event, endpoints) => {
    // The entry under an event's type takes that event, by the type of the table.
    const act = plan[event.type] as ((event: ExchangeEvent, to: Endpoints) => Step) | undefined
    return act?.(event, endpoints) ?? respond(500, `unexpected ${event.type}`)
  }
}

/** Passes on whatever comes. */
export const relayHead: NonNullable<Plan['head']> = ({ head }) => relay(head)

/** Reads a document. */
export function shard(key: string): Step {
  return { type: 'call', request: { type: 'shard', key }, timeoutMs: 5000 }
}

/** Asks the origin `auth`. */
export function ask(endpoints: Endpoints, target: string): Step {
  const url = endpoint(endpoints, 'auth').url + target
  const request = { type: 'http', url, method: 'GET', fields: [], maxBytes: 5 } as const
  return { type: 'call', request, timeoutMs: 5000 }
}

/** A POST whose body is kept. */
export function postKept(endpoints: Endpoints): Step {
  return attempt(endpoint(endpoints, 'one'), { head: POST, replayBytes: 64 })
}

/** Asks for the protocol, or for none, and relays a 101. */
export function upgrade(token: string | undefined): Script['next'] {
  const fields = token === undefined ? [] : KEY
  const head = { method: 'GET', target: '/', host: 'seam.test', fields }
  return follow({
    start: (_event, endpoints) => attempt(endpoint(endpoints, 'one'), { head, upgrade: token }),
    head: relayHead,
    failed: ({ outcome }) => respond(502, outcome.reason),
  })
}
