import { describe, expect, it } from 'vitest'
import { formatSeries } from '../../../src/observe/exposition.ts'
import { METRICS, type MetricDefinition } from '../../../src/observe/metrics.ts'
import { RequestMetrics } from '../../../src/observe/request-metrics.ts'
import { readExposition } from '../../exposition.ts'
import { expose, exposeText } from './exposing.ts'
import { createRecord } from './records.ts'

const GAUGE: MetricDefinition = { name: 'a_b', type: 'gauge', labels: ['x', 'y'], help: 'h' }

describe('the exposition', () => {
  it('is what the format asks for, to the letter', () => {
    const metrics = new RequestMetrics()
    metrics.record(createRecord({ responseBytes: 300 }))
    expect(exposeText(metrics)).toContain(
      [
        '# HELP postern_response_body_bytes Bytes of response bodies that were written to clients.',
        '# TYPE postern_response_body_bytes histogram',
        ...['256"} 0', '1024"} 1', '4096"} 1', '16384"} 1', '65536"} 1', '262144"} 1'].map(bucket),
        ...['1048576"} 1', '4194304"} 1', '16777216"} 1', '67108864"} 1', '+Inf"} 1'].map(bucket),
        'postern_response_body_bytes_sum{route="default/web",backend="default/api:80"} 300',
        'postern_response_body_bytes_count{route="default/web",backend="default/api:80"} 1',
        '# HELP postern_upstream_attempts_total Attempts to send a request to an endpoint.',
        '# TYPE postern_upstream_attempts_total counter',
        'postern_upstream_attempts_total{route="default/web",backend="default/api:80"} 1',
        '',
      ].join('\n'),
    )
  })

  it('names every metric before it has a series', () => {
    const read = expose(new RequestMetrics())
    expect([...read.keys()]).toEqual(Object.values(METRICS).map(({ name }) => name))
    for (const { name, type, help } of Object.values(METRICS)) {
      expect(read.get(name)).toEqual({ type, help, samples: [] })
    }
  })

  it.each([
    ['a quote', 'a"b', 'a\\"b'],
    ['a backslash', 'a\\b', 'a\\\\b'],
    ['a line feed', 'a\nb', 'a\\nb'],
    ['an escape that is none', '\\n', '\\\\n'],
    ['what closes the labels', '",y="1"} 9', '\\",y=\\"1\\"} 9'],
  ])('escapes %s in a label', (_name, value, escaped) => {
    const line = formatSeries(GAUGE, { labels: [value, ''], value: 1 })
    expect(line).toBe(`a_b{x="${escaped}",y=""} 1\n`)
    const read = readExposition(`# HELP a_b h\n# TYPE a_b gauge\n${line}`)
    expect(read.get('a_b')?.samples[0]?.labels).toEqual({ x: value, y: '' })
  })

  it.each([
    [0, '0'],
    [1.5, '1.5'],
    [1e21, '1e+21'],
    [Infinity, '+Inf'],
    [-Infinity, '-Inf'],
    [NaN, 'NaN'],
  ])('writes %d as Go reads it', (value, text) => {
    expect(formatSeries({ ...GAUGE, labels: [] }, { labels: [], value })).toBe(`a_b ${text}\n`)
  })
})

describe('names', () => {
  const UNITS = ['_seconds', '_bytes', '_ratio']

  it.each(Object.values(METRICS))(
    'follow the conventions: $name',
    ({ name, type, labels, help }) => {
      expect(name).toMatch(/^(?:postern|process)(?:_[a-z]+)+$/)
      expect(name.endsWith('_total')).toBe(type === 'counter')
      if (type === 'histogram') expect(UNITS.some((unit) => name.endsWith(unit))).toBe(true)
      expect(name).not.toMatch(/_(?:bucket|sum|count|info|created|ms|millis|milliseconds|kb|mb)$/)
      for (const label of labels) expect(label).toMatch(/^(?!le$|quantile$|__)[a-z]+$/)
      expect(help).toMatch(/^\S.*\.$/)
    },
  )

  it('are each given once', () => {
    const names = Object.values(METRICS).map(({ name }) => name)
    expect(new Set(names).size).toBe(names.length)
  })
})

describe('the strict reader of the tests', () => {
  const HEAD = '# HELP a_total h\n# TYPE a_total counter\n'

  it.each([
    ['an end without line feed', `${HEAD}a_total 1`, 'does not end'],
    ['a sample without TYPE', 'a_total 1\n', 'without HELP and TYPE'],
    ['a TYPE without HELP', '# TYPE a_total counter\na_total 1\n', 'no TYPE after a HELP'],
    ['an empty line', `${HEAD}\na_total 1\n`, 'no sample'],
    ['a series twice', `${HEAD}a_total{x="1"} 1\na_total{x="1"} 2\n`, 'a series twice'],
    ['a metric in two pieces', `${HEAD}a_total 1\n${HEAD}`, 'in two pieces'],
    ['a sample of another name', `${HEAD}b_total 1\n`, 'stands under'],
    ['a bare quote', `${HEAD}a_total{x="1"2"} 1\n`, 'no label'],
    ['an unknown escape', `${HEAD}a_total{x="\\t"} 1\n`, 'no label'],
    ['a comma at the end', `${HEAD}a_total{x="1",} 1\n`, 'no label'],
    ['a number that is none', `${HEAD}a_total 1x\n`, 'no sample'],
    ['a counter that falls below 0', `${HEAD}a_total -1\n`, 'no sample'],
    ['a counter without _total', '# HELP a h\n# TYPE a counter\na 1\n', 'no _total'],
    ['buckets that fall', histogram(['1', 2], ['+Inf', 1]), 'no histogram'],
    ['buckets without end', histogram(['1', 1], ['2', 1]), 'no histogram'],
    ['buckets out of order', histogram(['2', 1], ['1', 1], ['+Inf', 1]), 'no histogram'],
    [
      'a count of its own',
      histogram(['1', 1], ['+Inf', 1]).replace('a_count 1', 'a_count 2'),
      'no histogram',
    ],
  ])('refuses %s', (_name, text, message) => {
    expect(() => readExposition(text)).toThrow(message)
  })

  it('accepts the same without the mistake', () => {
    expect(readExposition(`${HEAD}a_total{x="1"} 1\na_total{x="2"} 2\n`).size).toBe(1)
    expect(readExposition(histogram(['1', 1], ['+Inf', 1])).size).toBe(1)
  })
})

function bucket(rest: string): string {
  return `postern_response_body_bytes_bucket{route="default/web",backend="default/api:80",le="${rest}`
}

function histogram(...buckets: readonly (readonly [string, number])[]): string {
  const lines = buckets.map(([le, count]) => `a_bucket{le="${le}"} ${count}\n`)
  return `# HELP a h\n# TYPE a histogram\n${lines.join('')}a_sum 1\na_count ${buckets.at(-1)?.[1]}\n`
}
