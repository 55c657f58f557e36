/** The metrics of access records as text, read back. */
import { formatMetrics } from '../../../src/observe/exposition.ts'
import { METRICS, type MetricKey, type MetricValues } from '../../../src/observe/metrics.ts'
import type { RequestMetrics } from '../../../src/observe/request-metrics.ts'
import { readExposition, type ReadMetric } from '../../exposition.ts'

/** The text, with the metrics of a service left empty. */
export function exposeText(metrics: RequestMetrics): string {
  const keys = Object.keys(METRICS) as MetricKey[] // the keys of this very table
  const empty = Object.fromEntries(keys.map((key) => [key, []])) as unknown as MetricValues
  return [...formatMetrics({ ...empty, ...metrics.values() })].join('')
}

/** What a strict reader makes of it. */
export function expose(metrics: RequestMetrics): ReadonlyMap<string, ReadMetric> {
  return readExposition(exposeText(metrics))
}
