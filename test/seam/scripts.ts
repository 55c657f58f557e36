/** The nine scripts: everything that the seam must be able to say, one at a time. */
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

const GET = { type: 'plain', method: 'GET', body: '' } as const

function endpoint(endpoints: Endpoints, name: string): EndpointAddress {
  const found = endpoints[name]
  if (found === undefined) throw new Error(`no origin ${name}`)
  return found
}

function attempt(to: EndpointAddress, parts: Partial<AttemptStep> = {}): AttemptStep {
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

/** Head of a POST. */
const POST = { method: 'POST', target: '/', host: 'seam.test', fields: [] }

/** What the core does with framing and connection fields. */
const NOT_PASSED: ReadonlySet<string> = new Set([
  'connection',
  'content-length',
  'keep-alive',
  'transfer-encoding',
  'upgrade',
])

function relay(head: ResponseHead): RelayStep {
  const fields = head.fields.filter(
    (_part, i) => !NOT_PASSED.has((head.fields[i - (i % 2)] ?? '').toLowerCase()),
  )
  return { type: 'relay', head: { ...head, fields }, tunnel: head.status === 101 }
}

function respond(status: number, body: string): RespondStep {
  const response = { status, fields: ['Content-Type', 'text/plain'], body }
  return { type: 'respond', response, requestBody: 'close' }
}

function unexpected(event: ExchangeEvent): Step {
  return respond(500, `unexpected ${event.type}`)
}

export const SCRIPTS: readonly Script[] = [
  {
    name: 'retries elsewhere after a failed connect',
    client: GET,
    shards: {},
    origins: {
      one: [{ type: 'refuse' }],
      two: [{ type: 'answer', status: 200, body: 'two' }],
    },
    next(event, endpoints) {
      switch (event.type) {
        case 'start':
          return attempt(endpoint(endpoints, 'one'))
        case 'failed':
          return event.outcome.replayable
            ? attempt(endpoint(endpoints, 'two'))
            : respond(502, event.outcome.reason)
        case 'head':
          return relay(event.head)
        default:
          return unexpected(event)
      }
    },
    expect: {
      events: [
        'start',
        'failed upstream connect connect_failed replayable',
        'head 200 replayable',
        'end whole 0/3',
      ],
      client: '200 two',
      origins: { one: [], two: ['GET / ""'] },
    },
    without: {
      'connect-outcome': {
        events: [
          'start',
          'failed upstream sent upstream_reset replayable',
          'head 200 replayable',
          'end whole 0/-1',
        ],
      },
    },
  },
  {
    name: 'retries a status after a pause, with the body it kept',
    client: { type: 'plain', method: 'POST', body: 'kept body' },
    shards: {},
    origins: {
      one: [
        { type: 'answer', status: 503, body: 'later' },
        { type: 'answer', status: 201, body: 'made' },
      ],
    },
    next(event, endpoints) {
      switch (event.type) {
        case 'head':
          if (event.head.status !== 503) return relay(event.head)
          return event.replayable ? { type: 'wait', ms: 1 } : relay(event.head)
        case 'start':
        case 'elapsed':
          return attempt(endpoint(endpoints, 'one'), { head: POST, replayBytes: 64 })
        default:
          return unexpected(event)
      }
    },
    expect: {
      events: ['start', 'head 503 replayable', 'elapsed', 'head 201 replayable', 'end whole 9/4'],
      client: '201 made',
      origins: { one: ['POST / "kept body"', 'POST / "kept body"'] },
    },
    without: {
      'body-outcome': {
        events: [
          'start',
          'head 503 replayable',
          'elapsed',
          'head 201 replayable',
          'end whole 9/-1',
        ],
      },
    },
  },
  {
    name: 'asks an authorisation service first',
    client: GET,
    shards: {},
    origins: {
      auth: [{ type: 'answer', status: 200, body: 'allowed' }],
      one: [{ type: 'answer', status: 200, body: 'one' }],
    },
    next(event, endpoints) {
      switch (event.type) {
        case 'start': {
          const url = `${endpoint(endpoints, 'auth').url}/check?a=b`
          const request = { type: 'http', url, method: 'GET', fields: [], maxBytes: 5 } as const
          return { type: 'call', request, timeoutMs: 5000 }
        }
        case 'result':
          return event.response?.body === 'allow'
            ? attempt(endpoint(endpoints, 'one'))
            : respond(403, 'denied')
        case 'head':
          return relay(event.head)
        default:
          return unexpected(event)
      }
    },
    expect: {
      events: ['start', 'result 200 allow', 'head 200 replayable', 'end whole 0/3'],
      client: '200 one',
      origins: { auth: ['GET /check?a=b ""'], one: ['GET / ""'] },
    },
    without: {
      'body-outcome': {
        events: ['start', 'result 200 allow', 'head 200 replayable', 'end whole 0/-1'],
      },
    },
  },
  {
    name: 'ends when the client leaves during a call, and takes the call with it',
    client: { type: 'leaves' },
    shards: {},
    origins: { auth: [{ type: 'hold' }] },
    next(event, endpoints) {
      if (event.type !== 'start') return unexpected(event)
      const url = `${endpoint(endpoints, 'auth').url}/`
      const request = { type: 'http', url, method: 'GET', fields: [], maxBytes: 5 } as const
      return { type: 'call', request, timeoutMs: 5000 }
    },
    expect: {
      events: ['start', 'end client request client_gone replayable 0/0'],
      client: 'none',
      origins: { auth: ['GET / ""', 'gone'] },
    },
    without: {},
  },
  {
    name: 'reads a cold shard',
    client: GET,
    shards: { 'hosts/seam.test': 'one' },
    origins: { one: [{ type: 'answer', status: 200, body: 'found' }] },
    next(event, endpoints) {
      switch (event.type) {
        case 'start':
          return shard('hosts/absent.test')
        case 'result':
          if (event.response?.status === 404) return shard('hosts/seam.test')
          return attempt(endpoint(endpoints, event.response?.body ?? ''))
        case 'head':
          return relay(event.head)
        default:
          return unexpected(event)
      }
    },
    expect: {
      events: ['start', 'result 404', 'result 200 one', 'head 200 replayable', 'end whole 0/5'],
      client: '200 found',
      origins: { one: ['GET / ""'] },
    },
    without: {
      'body-outcome': {
        events: ['start', 'result 404', 'result 200 one', 'head 200 replayable', 'end whole 0/-1'],
      },
    },
  },
  {
    name: 'relays an answer that comes before the upload is whole',
    client: { type: 'uploads', body: 'first half second half' },
    shards: {},
    origins: { one: [{ type: 'early', status: 403, body: 'enough' }] },
    next(event, endpoints) {
      switch (event.type) {
        case 'start':
          return attempt(endpoint(endpoints, 'one'), { head: POST })
        case 'head':
          return relay(event.head)
        default:
          return unexpected(event)
      }
    },
    expect: {
      // Half of the 22 bytes had been read when the response was whole.
      events: ['start', 'head 403', 'end whole 11/6'],
      client: '403 enough',
      origins: { one: ['POST / early'] },
    },
    without: { 'body-outcome': { events: ['start', 'head 403', 'end whole -1/-1'] } },
  },
  {
    name: 'joins both sides after an upgrade',
    client: { type: 'websocket', text: 'echo this' },
    shards: {},
    origins: { one: [{ type: 'switch' }] },
    next: upgrade('websocket'),
    expect: {
      // A masked text frame of 15 bytes and a close frame; the echo has no mask.
      events: ['start', 'head 101 replayable', 'end whole 23/15'],
      client: '101 echo this',
      origins: { one: ['GET / websocket'] },
    },
    without: {
      'body-outcome': { events: ['start', 'head 101 replayable', 'end whole 0/-1'] },
    },
  },
  {
    name: 'turns a 101 that nobody asked for into 502, without a tunnel',
    client: GET,
    shards: {},
    origins: { one: [{ type: 'switch' }] },
    next: upgrade(undefined),
    expect: {
      events: [
        'start',
        'failed upstream head upstream_unexpected_upgrade replayable',
        'end whole 0/27',
      ],
      client: '502 upstream_unexpected_upgrade',
      origins: { one: ['GET / ""'] },
    },
    without: {},
  },
  {
    name: 'passes trailers on',
    client: GET,
    shards: {},
    origins: {
      one: [{ type: 'answer', status: 200, body: 'body', trailers: ['X-Sum', '1', 'x-sum', '2'] }],
    },
    next(event, endpoints) {
      switch (event.type) {
        case 'start':
          return attempt(endpoint(endpoints, 'one'))
        case 'head':
          return relay(event.head)
        default:
          return unexpected(event)
      }
    },
    expect: {
      events: ['start', 'head 200 replayable', 'end whole 0/4'],
      client: '200 body X-Sum: 1, x-sum: 2',
      origins: { one: ['GET / ""'] },
    },
    without: {
      trailers: { client: '200 body' },
      'body-outcome': { events: ['start', 'head 200 replayable', 'end whole 0/-1'] },
    },
  },
]

function shard(key: string): Step {
  return { type: 'call', request: { type: 'shard', key }, timeoutMs: 5000 }
}

function upgrade(token: string | undefined): Script['next'] {
  return (event, endpoints) => {
    switch (event.type) {
      case 'start': {
        const key = ['Sec-WebSocket-Key', 'dGhlIHNhbXBsZSBub25jZQ==', 'Sec-WebSocket-Version', '13']
        const fields = token === undefined ? [] : key
        const head = { method: 'GET', target: '/', host: 'seam.test', fields }
        return attempt(endpoint(endpoints, 'one'), { head, upgrade: token })
      }
      case 'head':
        return relay(event.head)
      case 'failed':
        return respond(502, event.outcome.reason)
      default:
        return unexpected(event)
    }
  }
}
