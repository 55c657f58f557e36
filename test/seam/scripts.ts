/** The scripts: everything that the seam must be able to say, one at a time. */
import type { Script } from './script.ts'
import {
  ask,
  attempt,
  endpoint,
  follow,
  IMPATIENT,
  POST,
  postKept,
  relay,
  relayHead,
  respond,
  shard,
  upgrade,
} from './steps.ts'

const GET = { type: 'plain', method: 'GET', body: '' } as const

/** All of them. */
export const SCRIPTS: readonly Script[] = [
  {
    name: 'retries elsewhere after a failed connect',
    client: GET,
    shards: {},
    origins: {
      one: [{ type: 'refuse' }],
      two: [{ type: 'answer', status: 200, body: 'two' }],
    },
    next: follow({
      start: (_event, endpoints) => attempt(endpoint(endpoints, 'one')),
      failed: ({ outcome }, endpoints) =>
        outcome.replayable ? attempt(endpoint(endpoints, 'two')) : respond(502, outcome.reason),
      head: relayHead,
    }),
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
    next: follow({
      start: (_event, endpoints) => postKept(endpoints),
      head: ({ head, replayable }) =>
        head.status === 503 && replayable ? { type: 'wait', ms: 1 } : relay(head),
      elapsed: (_event, endpoints) => postKept(endpoints),
    }),
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
    next: follow({
      start: (_event, endpoints) => ask(endpoints, '/check?a=b'),
      result: ({ response }, endpoints) =>
        response?.body === 'allow' ? attempt(endpoint(endpoints, 'one')) : respond(403, 'denied'),
      head: relayHead,
    }),
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
    next: follow({ start: (_event, endpoints) => ask(endpoints, '/') }),
    expect: {
      events: ['start', 'end client request client_gone replayable 0/0'],
      client: 'none',
      origins: { auth: ['GET / ""', 'gone'] },
    },
    without: {},
  },
  {
    name: 'ends when the client leaves during an attempt, and takes the attempt with it',
    client: { type: 'leaves' },
    shards: {},
    origins: { one: [{ type: 'hold' }] },
    next: follow({ start: (_event, endpoints) => attempt(endpoint(endpoints, 'one')) }),
    expect: {
      events: ['start', 'end client sent client_gone replayable 0/0'],
      client: 'none',
      origins: { one: ['GET / ""', 'gone'] },
    },
    without: {},
  },
  {
    name: 'gives an endpoint up that says nothing, and lets go of it',
    client: GET,
    shards: {},
    origins: { one: [{ type: 'hold' }] },
    next: follow({
      start: (_event, endpoints) => attempt(endpoint(endpoints, 'one'), { timeouts: IMPATIENT }),
      failed: ({ outcome }) => respond(504, outcome.reason),
    }),
    expect: {
      events: ['start', 'failed upstream sent first_byte_timeout replayable', 'end whole 0/18'],
      client: '504 first_byte_timeout',
      origins: { one: ['GET / ""', 'gone'] },
    },
    without: {},
  },
  {
    name: 'reads a cold shard',
    client: GET,
    shards: { 'hosts/seam.test': 'one' },
    origins: { one: [{ type: 'answer', status: 200, body: 'found' }] },
    next: follow({
      start: () => shard('hosts/absent.test'),
      result: ({ response }, endpoints) =>
        response?.status === 404
          ? shard('hosts/seam.test')
          : attempt(endpoint(endpoints, response?.body ?? '')),
      head: relayHead,
    }),
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
    next: follow({
      start: (_event, endpoints) => attempt(endpoint(endpoints, 'one'), { head: POST }),
      head: relayHead,
    }),
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
    next: follow({
      start: (_event, endpoints) => attempt(endpoint(endpoints, 'one')),
      head: relayHead,
    }),
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
