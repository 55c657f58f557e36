/** Access records for tests of what is made of them. */
import type { AccessRecord } from '../../../src/exchange.ts'

const RECORD: AccessRecord = {
  time: '2026-01-01T00:00:00.000Z',
  requestId: 'r1',
  client: '192.0.2.1',
  peer: '192.0.2.1',
  listener: 'web',
  method: 'GET',
  scheme: 'http',
  host: 'a.test',
  target: '/',
  protocol: 'HTTP/1.1',
  status: 200,
  reason: undefined,
  detail: undefined,
  route: 'default/web',
  backend: 'default/api:80',
  endpoint: 'http://127.0.0.1:9001',
  attempts: 1,
  durationMs: 2,
  upstreamMs: 1,
  requestBytes: 0,
  responseBytes: 3,
  userAgent: undefined,
}

/** A record of a request that was answered by a backend, changed by `more`. */
export function createRecord(more: Partial<AccessRecord> = {}): AccessRecord {
  return { ...RECORD, ...more }
}
