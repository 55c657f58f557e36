import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { DURATION_BUCKETS, Histogram, SIZE_BUCKETS } from '../../../src/observe/histogram.ts'
import { METRICS } from '../../../src/observe/metrics.ts'

const page = readFileSync(new URL('../../../docs/metrics.md', import.meta.url), 'utf8')

/** The rows of every table, cell by cell, without heads and rules. */
const rows = [...page.matchAll(/^\| (.+) \|$/gm)]
  .map(([, row = '']) => row.split(' | '))
  .filter(([first = '']) => !/^(?:---|name|what)$/.test(first))

describe('docs/metrics.md', () => {
  it('has a row for every metric as it is, in the order of the exposition, and no other', () => {
    const metrics = Object.values(METRICS).map(({ name, type, labels, help }) => {
      const shown = labels.map((label) => `\`${label}\``).join(', ')
      return [`\`${name}\``, type, shown === '' ? 'none' : shown, help]
    })
    expect(rows.filter(({ length }) => length === 4)).toEqual(metrics)
  })

  it('names the buckets that there are', () => {
    const shown = (buckets: typeof SIZE_BUCKETS): string => new Histogram(buckets).bounds.join(', ')
    expect(rows.filter(({ length }) => length === 2)).toEqual([
      ['seconds', shown(DURATION_BUCKETS)],
      ['bytes', shown(SIZE_BUCKETS)],
    ])
  })

  it('asks for metrics and labels that there are', () => {
    const [, queries = ''] = /^```promql\n([^]*?)^```$/m.exec(page) ?? []
    const names = [...queries.matchAll(/\bpostern_[a-z_]+/g)].map(([name]) => name)
    expect(names.length).toBeGreaterThan(3)
    const known = new Set(
      Object.values(METRICS).map(({ name, type }) =>
        type === 'histogram' ? `${name}_bucket` : name,
      ),
    )
    for (const name of names) expect(known).toContain(name)
    const labels = [...queries.matchAll(/by \(([^)]+)\)|\{([a-z]+)/g)]
      .flatMap(([, by = '', selected = '']) => `${by}, ${selected}`.split(', '))
      .filter((label) => label !== '' && label !== 'le')
    const allowed = new Set(Object.values(METRICS).flatMap((metric) => metric.labels))
    for (const label of labels) expect(allowed).toContain(label)
  })
})
