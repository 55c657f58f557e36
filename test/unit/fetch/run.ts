/** Runs requests through the fetch engine over an injected fetch, with an exchange of one attempt. */
import type {
  AccessRecord,
  AttemptStep,
  EndOutcome,
  Exchange,
  ExchangeEvent,
  Step,
} from '../../../src/exchange.ts'
import { createFetchEngine } from '../../../src/fetch/engine.ts'
import type { FetchFunction } from '../../../src/fetch/attempt.ts'
import type { FetchTraits } from '../../../src/fetch/traits.ts'
import type { Peer, RequestHead } from '../../../src/head.ts'

export const PEER: Peer = {
  address: '192.0.2.1',
  port: 1,
  localPort: 80,
  socket: 'web',
  tls: undefined,
}

export interface Told {
  head: RequestHead | undefined
  readonly events: ExchangeEvent[]
  readonly ends: EndOutcome[]
  readonly faults: unknown[]
}

export interface Parts extends Partial<AttemptStep> {
  readonly next?: (event: ExchangeEvent) => Step | undefined
  readonly traits?: FetchTraits
  readonly binding?: (name: string) => FetchFunction | undefined
}

/** Runs one request through the engine with an exchange that takes one attempt. */
export async function run(
  request: Request,
  fetch: FetchFunction,
  parts: Parts = {},
): Promise<{ readonly response: Response; readonly told: Told }> {
  const told: Told = { head: undefined, events: [], ends: [], faults: [] }
  const { next, traits, binding, ...attemptParts } = parts
  const exchange: Exchange = {
    next(event) {
      told.events.push(event)
      const decided = next?.(event)
      if (decided !== undefined) return decided
      if (event.type === 'head') return { type: 'relay', head: event.head, tunnel: false }
      if (event.type === 'failed') return respond(502, event.outcome.reason)
      return { ...ATTEMPT, ...attemptParts }
    },
    interim: () => undefined,
    trailers: () => [],
    end(outcome) {
      told.ends.push(outcome)
      return {} as AccessRecord // nothing here reads it
    },
  }
  const handle = createFetchEngine({
    begin(head) {
      if (!('type' in head)) told.head = head
      return exchange
    },
    fetch,
    ...(traits === undefined ? {} : { traits }),
    ...(binding === undefined ? {} : { binding }),
    log() {},
    fault: (error) => told.faults.push(error),
  })
  return { response: await handle(request, PEER), told }
}

export function respond(status: number, body: string): Step {
  return { type: 'respond', response: { status, fields: ['X', '1'], body }, requestBody: 'close' }
}

export const ATTEMPT: AttemptStep = {
  type: 'attempt',
  endpoint: { url: 'http://origin.test:81', scheme: 'http', hostname: 'origin.test', port: 81 },
  head: { method: 'GET', target: '/', host: 'a.test', fields: [] },
  timeouts: { connectMs: 0, firstByteMs: 0, idleMs: 0, totalMs: 0 },
  limits: { maxRequestBytes: 0 },
  replayBytes: 0,
  upgrade: undefined,
  mirrors: [],
}
export const POST = { ...ATTEMPT.head, method: 'POST' }

/** Reads its request and answers. */
export function answering(response: () => Response, seen: Request[] = []): FetchFunction {
  return async (request) => {
    seen.push(request.clone())
    await request.arrayBuffer()
    return response()
  }
}

/** A Request that is collected takes its signal along; the runtime's own fetch holds it. */
const held: Request[] = []

/** Never answers, and fails when it is aborted. */
export const hanging: FetchFunction = (request) => {
  held.push(request)
  return new Promise((_resolve, reject) => {
    request.signal.addEventListener('abort', () => reject(new Error('aborted')))
  })
}

export const ok: FetchFunction = answering(() => new Response('fine'))
