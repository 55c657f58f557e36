import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { ERRORS, type Reason } from '../../../src/errors.ts'
import { METRICS } from '../../../src/observe/metrics.ts'
import { RequestMetrics } from '../../../src/observe/request-metrics.ts'
import { valueOf } from '../../exposition.ts'
import { expose, exposeText } from './exposing.ts'
import { createRecord } from './records.ts'

const TRAFFIC = { route: 'default/web', backend: 'default/api:80' }

function samples(metrics: RequestMetrics, key: keyof typeof METRICS) {
  return expose(metrics).get(METRICS[key].name)?.samples ?? []
}

describe('requests', () => {
  it('are counted by route, backend, class of status and reason', () => {
    const metrics = new RequestMetrics()
    metrics.record(createRecord())
    metrics.record(createRecord({ status: 204 }))
    metrics.record(createRecord({ status: 499, reason: 'client_gone' }))
    metrics.record(createRecord({ status: 404, route: undefined, backend: undefined }))
    expect(samples(metrics, 'requests').map(({ labels, value }) => [labels, value])).toEqual([
      [{ ...TRAFFIC, status: '2xx', reason: '' }, 2],
      [{ ...TRAFFIC, status: '4xx', reason: 'client_gone' }, 1],
      [{ route: '', backend: '', status: '4xx', reason: '' }, 1],
    ])
    expect(metrics.byStatus()).toEqual({ '1xx': 0, '2xx': 2, '3xx': 0, '4xx': 2, '5xx': 0 })
  })

  it('that ended before a status was decided have the class none', () => {
    const metrics = new RequestMetrics()
    metrics.record(createRecord({ status: 0, reason: 'internal_error' }))
    expect(samples(metrics, 'requests')[0]?.labels).toMatchObject({ status: 'none' })
  })

  it.each([
    { name: 'half a millisecond into its own bucket', durationMs: 0.5, le: '0.0005' },
    { name: 'a little more into the next', durationMs: 0.501, le: '0.001' },
    { name: 'two milliseconds', durationMs: 2, le: '0.0025' },
    { name: 'a minute', durationMs: 60_000, le: '60' },
    { name: 'more than the last bound', durationMs: 60_000.001, le: '+Inf' },
  ])('fall by their duration: $name', ({ durationMs, le }) => {
    const metrics = new RequestMetrics()
    metrics.record(createRecord({ durationMs }))
    const lines = samples(metrics, 'requestDuration')
    expect(lines.find(({ value }) => value === 1)?.labels['le']).toBe(le)
    expect(valueOf(expose(metrics), 'postern_request_duration_seconds_sum')).toBe(durationMs / 1000)
  })

  it('add up exactly', () => {
    const metrics = new RequestMetrics()
    for (let i = 0; i < 1000; i++) metrics.record(createRecord({ durationMs: 0.1 }))
    expect(exposeText(metrics)).toContain(
      'postern_request_duration_seconds_sum{route="default/web",backend="default/api:80"} 0.1\n',
    )
  })

  it('have sizes where the engine can count them', () => {
    const metrics = new RequestMetrics()
    metrics.record(createRecord({ requestBytes: -1, responseBytes: -1 }))
    expect(samples(metrics, 'requestSize')).toEqual([])
    metrics.record(createRecord({ requestBytes: 0, responseBytes: 5e9 }))
    const read = expose(metrics)
    expect(valueOf(read, 'postern_request_body_bytes_bucket', { le: '256' })).toBe(1)
    expect(valueOf(read, 'postern_response_body_bytes_bucket', { le: '67108864' })).toBe(0)
    expect(valueOf(read, 'postern_response_body_bytes_sum')).toBe(5e9)
  })

  it('that became tunnels have no duration, but a time to the answer', () => {
    const metrics = new RequestMetrics()
    metrics.record(createRecord({ status: 101, durationMs: 3_600_000 }))
    expect(samples(metrics, 'requestDuration')).toEqual([])
    expect(valueOf(expose(metrics), 'postern_upstream_duration_seconds_count')).toBe(1)
    expect(metrics.byStatus()['1xx']).toBe(1)
  })

  it('tell attempts from retries, and neither where nothing was sent', () => {
    const metrics = new RequestMetrics()
    metrics.record(createRecord({ attempts: 0, upstreamMs: undefined, status: 403 }))
    expect(samples(metrics, 'attempts')).toEqual([])
    expect(samples(metrics, 'upstreamDuration')).toEqual([])
    metrics.record(createRecord())
    expect(samples(metrics, 'retries')).toMatchObject([{ labels: TRAFFIC, value: 0 }])
    metrics.record(createRecord({ attempts: 3 }))
    expect(samples(metrics, 'attempts')).toMatchObject([{ labels: TRAFFIC, value: 4 }])
    expect(samples(metrics, 'retries')).toMatchObject([{ labels: TRAFFIC, value: 2 }])
  })
})

describe('the number of series', () => {
  const OTHER = { route: 'other', backend: 'other' }

  it('is bounded; what comes later is counted under other', () => {
    const metrics = new RequestMetrics({ maxSeries: 3 })
    for (let i = 0; i < 10; i++) metrics.record(createRecord({ route: `default/r${i}` }))
    metrics.record(createRecord({ route: 'default/r1' }))
    const read = expose(metrics)
    const routes = samples(metrics, 'requests').map(({ labels, value }) => [labels['route'], value])
    expect(routes).toEqual([
      ['default/r0', 1],
      ['default/r1', 2],
      ['default/r2', 1],
      ['other', 7],
    ])
    expect(valueOf(read, 'postern_request_duration_seconds_count', OTHER)).toBe(7)
    expect(valueOf(read, 'postern_request_duration_seconds_count')).toBe(11)
    expect(valueOf(read, 'postern_upstream_attempts_total', OTHER)).toBe(7)
  })

  it('is 1,000 a metric unless told otherwise, whatever names the rules have', () => {
    const metrics = new RequestMetrics()
    const reasons = Object.keys(ERRORS) as Reason[] // the keys of this very table
    for (let i = 0; i < 5000; i++) {
      const reason = reasons[i % reasons.length]
      metrics.record(createRecord({ route: `default/r${i}`, backend: `b${i % 7}`, reason }))
      metrics.record(createRecord({ route: 'default/r1', status: 100 * (i % 6), reason }))
    }
    const series = samples(metrics, 'requests')
    expect(series.filter(({ labels }) => labels['route'] !== 'other')).toHaveLength(1000)
    const most = 1000 + 6 * (reasons.length + 1)
    expect(series.length).toBeLessThanOrEqual(most)
    const counts = samples(metrics, 'responseSize').filter(({ name }) => name.endsWith('_count'))
    expect(counts).toHaveLength(1001)
    expect(valueOf(expose(metrics), 'postern_requests_total')).toBe(10_000)
  })

  it('does not grow by what a client sends: host, target, method and agent are no labels', () => {
    const metrics = new RequestMetrics()
    metrics.record(createRecord())
    const before = exposeText(metrics)
    for (let i = 0; i < 100; i++) {
      const evil = `x"}\n${i}`
      metrics.record(
        createRecord({ host: evil, target: evil, method: evil, userAgent: evil, protocol: evil }),
      )
    }
    const after = exposeText(metrics)
    expect(after.split('\n').length).toBe(before.split('\n').length)
    expect(after).not.toContain('x\\"')
  })

  it('keeps one series where rules use the name other themselves', () => {
    const metrics = new RequestMetrics({ maxSeries: 1 })
    metrics.record(createRecord(OTHER))
    metrics.record(createRecord({ route: 'other', backend: 'api' }))
    metrics.record(createRecord({ route: 'default/late' }))
    expect(samples(metrics, 'requests').map(({ labels, value }) => [labels, value])).toEqual([
      [{ ...OTHER, status: '2xx', reason: '' }, 2],
      [{ route: 'other', backend: 'api', status: '2xx', reason: '' }, 1],
    ])
  })

  it('is none twice and loses no request, whatever is recorded', () => {
    const names = fc.constantFrom('', 'other', 'a', 'b"\\\n', 'ü')
    const record = fc.record({
      route: names,
      backend: names,
      status: fc.integer({ min: 0, max: 700 }),
      reason: fc.constantFrom<(Reason | undefined)[]>(undefined, 'client_gone', 'no_route'),
      attempts: fc.nat(3),
      durationMs: fc.double({ min: 0, max: 1e7, noNaN: true }),
    })
    fc.assert(
      fc.property(fc.array(record), fc.nat(4), (records, maxSeries) => {
        const metrics = new RequestMetrics({ maxSeries })
        for (const one of records) metrics.record(createRecord(one))
        const read = expose(metrics)
        expect(valueOf(read, 'postern_requests_total')).toBe(records.length)
        expect(valueOf(read, 'postern_response_body_bytes_count')).toBe(records.length)
        const attempts = records.reduce((sum, one) => sum + one.attempts, 0)
        expect(valueOf(read, 'postern_upstream_attempts_total')).toBe(attempts)
      }),
    )
  })
})
