import { describe, expect, it } from 'vitest'
import type { Outcome } from '../../../src/exchange.ts'
import { isRetriable } from '../../../src/upstream/retry.ts'

const BASE: Outcome = {
  side: 'upstream',
  phase: 'connect',
  bytesSent: 0,
  reused: false,
  replayable: true,
  reason: 'connect_failed',
}

const ROWS: { name: string; outcome: Partial<Outcome>; method: string; expect: boolean }[] = [
  { name: 'a POST that never connected', outcome: {}, method: 'POST', expect: true },
  {
    name: 'a connect timeout',
    outcome: { reason: 'connect_timeout' },
    method: 'POST',
    expect: true,
  },
  { name: 'a body partly gone', outcome: { replayable: false }, method: 'POST', expect: false },
  {
    name: 'a GET on a reused connection that died',
    outcome: { phase: 'sent', reused: true, reason: 'upstream_reset' },
    method: 'GET',
    expect: true,
  },
  {
    name: 'a POST on a reused connection that died',
    outcome: { phase: 'sent', reused: true, reason: 'upstream_reset' },
    method: 'POST',
    expect: false,
  },
  {
    name: 'a GET on a fresh connection that died',
    outcome: { phase: 'sent', reason: 'upstream_reset' },
    method: 'GET',
    expect: false,
  },
  {
    name: 'a GET that broke within the head',
    outcome: { phase: 'head', reused: true, reason: 'upstream_reset' },
    method: 'GET',
    expect: false,
  },
  {
    name: 'a first byte that never came',
    outcome: { phase: 'sent', reused: true, reason: 'first_byte_timeout' },
    method: 'GET',
    expect: false,
  },
  {
    name: 'a client that left',
    outcome: { side: 'client', phase: 'request', reason: 'client_gone' },
    method: 'GET',
    expect: false,
  },
  {
    name: 'an address that is forbidden',
    outcome: { reason: 'address_forbidden' },
    method: 'GET',
    expect: false,
  },
]

describe('isRetriable', () => {
  it.each(ROWS)('$expect for $name', ({ outcome, method, expect: result }) => {
    expect(isRetriable({ ...BASE, ...outcome }, method)).toBe(result)
  })
})
