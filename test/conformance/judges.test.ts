/** The judges themselves: what they have to notice, so that a passing case means something. */
import { describe, expect, it } from 'vitest'
import { request, type WireCase, type WireChecks } from './case.ts'
import { judge } from './judge.ts'
import { hazardRules } from './suites/hazard-rules.ts'
import type { Answer, ReceivedRequest, WireObservation } from './target.ts'
import { judgeWire } from './wire-judge.ts'
import { readMessage } from './wire/reader.ts'
import { readingsOf } from './wire/readings.ts'

const BYTES = 'POST /a HTTP/1.1\r\nHost: app.test\r\nX-A: 1\r\nContent-Length: 2\r\n\r\nab'

const received: ReceivedRequest = {
  service: 'default/pub',
  pod: '',
  method: 'POST',
  target: '/a',
  fields: ['Host', 'app.test', 'X-A', '1', 'Content-Length', '2'],
  body: 'ab',
  trailers: [],
  complete: true,
  abandoned: false,
  closed: false,
}

const record = {
  time: '',
  requestId: '',
  client: '127.0.0.1',
  peer: undefined,
  listener: undefined,
  method: undefined,
  scheme: 'http' as const,
  host: undefined,
  target: undefined,
  protocol: undefined,
  status: 200,
  reason: undefined,
  detail: undefined,
  route: undefined,
  backend: undefined,
  endpoint: undefined,
  attempts: 1,
  durationMs: 0,
  upstreamMs: undefined,
  requestBytes: 0,
  responseBytes: 0,
  userAgent: undefined,
}

const ok = { status: 200, fields: [], body: 'ok', complete: true }

const seen: WireObservation = {
  bytes: 'x',
  responses: [ok],
  interim: [],
  rest: '',
  closed: undefined,
  upstream: [received],
  attempts: 1,
  concurrent: 1,
  tookMs: 1,
  records: [record],
  faults: [],
}

const refused: WireObservation = {
  ...seen,
  responses: [{ ...ok, status: 400 }],
  closed: 'fin',
  upstream: [],
  records: [{ ...record, reason: 'malformed_request' }],
}

function wire(outcome: string, checks: Partial<WireChecks> = {}): WireCase {
  return {
    type: 'wire',
    id: '',
    text: '',
    rules: hazardRules({}),
    needs: [],
    script: [{ type: 'send', bytes: BYTES }],
    upstream: { bytes: 'HTTP/1.1 200 OK\r\nX-B: 1\r\nX-B: 2\r\n\r\nok', afterwards: 'fin' },
    outcome,
    also: [],
    checks: { framing: false, ...checks },
    haste: 1,
  }
}

const relayed = { ...seen, responses: [{ ...ok, fields: ['X-B', '1', 'X-B', '2'] }] }

describe('the judge of bytes', () => {
  it.each([
    { one: wire('forward-exact'), so: seen },
    { one: wire('forward-exact', { up: 1, upName: 'pub', upPath: '/a', body: 'ab' }), so: seen },
    { one: wire('reject-400', { framing: true, up: 0 }), so: refused },
    { one: wire('relay-exact'), so: relayed },
  ])('accepts $one.outcome', ({ one, so }) => {
    expect(judgeWire(one, so)).toEqual({ differences: [], preferred: true })
  })

  it('tells the second choice from the first', () => {
    const one = { ...wire('forward-exact'), also: ['reject-400'] }
    expect(judgeWire(one, refused)).toEqual({ differences: [], preferred: false })
  })

  it.each<{ name: string; one: WireCase; so: WireObservation }>([
    { name: 'a second request', one: wire('forward-exact'), so: upstream({}, {}) },
    { name: 'half a request', one: wire('forward-exact'), so: upstream({ complete: false }) },
    { name: 'another target', one: wire('forward-exact'), so: upstream({ target: '/b' }) },
    { name: 'another body', one: wire('forward-exact'), so: upstream({ body: 'a' }) },
    { name: 'a lost field', one: wire('forward-exact'), so: upstream({ fields: [] }) },
    {
      name: 'the denied endpoint',
      one: wire('forward-normalised'),
      so: upstream({ service: 'default/adm' }),
    },
    { name: 'another endpoint', one: wire('forward-normalised', { upName: 'alt' }), so: seen },
    {
      name: 'bytes that are no request',
      one: wire('forward-normalised'),
      so: upstream({ method: 'unreadable: x' }),
    },
    {
      name: 'a denied path in disguise',
      one: wire('forward-normalised', { neverUpstreamPath: '/admin' }),
      so: upstream({ target: '/x/..%2fadmin;y' }),
    },
    {
      name: 'a field that must not pass',
      one: wire('forward-stripped', { absent: ['x-a'] }),
      so: seen,
    },
    {
      name: 'a field that must be there',
      one: wire('forward-stripped', { present: ['x-a: 2'] }),
      so: seen,
    },
    {
      name: 'a refusal that reached an endpoint',
      one: wire('reject-400'),
      so: { ...refused, upstream: [received] },
    },
    { name: 'another status', one: wire('reject-501'), so: refused },
    {
      name: 'a connection that goes on',
      one: wire('reject-400', { framing: true }),
      so: { ...refused, closed: undefined },
    },
    { name: 'a fault', one: wire('reject-400'), so: { ...refused, faults: [new Error('x')] } },
    { name: 'too much time', one: wire('reject-400', { withinMs: 0.5 }), so: refused },
    {
      name: 'joined fields',
      one: wire('relay-exact'),
      so: { ...seen, responses: [{ ...ok, fields: ['X-B', '1, 2'] }] },
    },
    { name: 'bytes after a response', one: wire('relay-exact'), so: { ...relayed, rest: 'evil' } },
    {
      name: 'a broken response that looks whole',
      one: wire('abort-downstream'),
      so: { ...seen, closed: 'fin' },
    },
    { name: 'an upload that looks whole', one: wire('abort-upstream'), so: seen },
    { name: 'an outcome that it does not know', one: wire('something'), so: seen },
  ])('notices $name', ({ one, so }) => {
    expect(judgeWire(one, so).differences).not.toEqual([])
  })
})

/** The observation with requests that differ from what was sent. */
function upstream(...parts: readonly Partial<ReceivedRequest>[]): WireObservation {
  const requests = parts.map((part): ReceivedRequest => Object.assign({}, received, part))
  return { ...seen, upstream: requests }
}

describe('the judge of requests in parts', () => {
  const asked = request({ path: '/a', host: 'app.test', method: 'POST', body: 'ab' })
  const answer: Answer = { response: ok, upstream: [received], record }

  it('accepts what is as it must be', () => {
    const expected = { status: [200], servedBy: 'default/pub', clientIp: ['127.0.0.1'] }
    expect(judge(asked, expected, [answer])).toEqual([])
  })

  it.each([
    { name: 'the status', expected: { status: [404] } },
    { name: 'the service', expected: { status: [200], servedBy: 'default/alt' } },
    { name: 'that nobody may be asked', expected: { status: [200], servedBy: null } },
    { name: 'the client', expected: { status: [200], clientIp: ['192.0.2.1'] } },
    { name: 'the target', expected: { status: [200], backend: { path: '/b' } } },
    { name: 'a field', expected: { status: [200], backend: { headers: { 'X-A': '2' } } } },
    { name: 'an absent field', expected: { status: [200], backend: { absentHeaders: ['x-a'] } } },
    { name: 'the location', expected: { status: [200], redirect: { host: 'b.test' } } },
    { name: 'shares', expected: { status: [200], shares: { 'default/pub': 2 } } },
  ])('notices $name', ({ expected }) => {
    expect(judge(asked, expected, [answer])).not.toEqual([])
  })
})

describe('the reader of both ends', () => {
  const framing = { bodiless: false, otherwise: 'none' as const, ended: false }

  it.each([
    ['Content-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n', 'both length and coding'],
    ['Content-Length: 1\r\nContent-Length: 1\r\n\r\na', 'more than one length'],
    ['Transfer-Encoding: chunked\r\n\r\n1;a=b\r\nx\r\n0\r\n\r\n', 'chunk size'],
    ['X A: 1\r\n\r\n', 'field line'],
    ['Content-Length: +1\r\n\r\na', 'length +1'],
  ])('refuses %j', (rest, message) => {
    expect(() => readMessage(`POST / HTTP/1.1\r\n${rest}`, 0, () => framing)).toThrow(message)
  })
})

it.each([
  ['/admin', '/admin'],
  ['/x/../admin', '/admin'],
  ['/%61dmin', '/admin'],
  ['/x%2f..%2fadmin', '/admin'],
  ['/admin;a=b', '/admin'],
  ['/\\admin', '/admin'],
  ['//admin', '/admin'],
  ['/x/..;/admin?q', '/admin'],
])('some server reads %s as %s', (target, reading) => {
  expect(readingsOf(target)).toContain(reading)
})
