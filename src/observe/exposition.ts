/**
 * Metrics as text, in version 0.0.4 of the Prometheus exposition format. Given in parts, each
 * series whole, so that a large set can be written while requests go on.
 */
import {
  METRICS,
  type HistogramValue,
  type MetricDefinition,
  type MetricKey,
  type MetricSeries,
  type MetricValues,
} from './metrics.ts'

/** Media type of the text. */
export const EXPOSITION_TYPE = 'text/plain; version=0.0.4; charset=utf-8'

/** The text. Every metric has its HELP and TYPE, also before it has a series. */
export function* formatMetrics(values: MetricValues): Generator<string> {
  // The keys of this very table.
  for (const key of Object.keys(METRICS) as MetricKey[]) {
    const { name, type, help } = METRICS[key]
    yield `# HELP ${name} ${escapeHelp(help)}\n# TYPE ${name} ${type}\n`
    for (const series of values[key]) yield formatSeries(METRICS[key], series)
  }
}

/** The lines of one series. */
export function formatSeries({ name, labels }: MetricDefinition, series: MetricSeries): string {
  const pairs = labels.map((label, i) => `${label}="${escapeValue(series.labels[i] ?? '')}"`)
  const { value } = series
  return typeof value === 'number'
    ? `${name}${braced(pairs)} ${formatNumber(value)}\n`
    : formatHistogram(name, pairs, value)
}

function formatHistogram(name: string, pairs: readonly string[], value: HistogramValue): string {
  const { bounds, sum } = value
  const start = `${name}_bucket{${pairs.map((pair) => `${pair},`).join('')}le="`
  let text = ''
  let count = 0
  for (let i = 0; i <= bounds.length; i++) {
    count += value.countAt(i)
    text += `${start}${formatNumber(bounds[i] ?? Infinity)}"} ${count}\n`
  }
  const all = braced(pairs)
  return `${text}${name}_sum${all} ${formatNumber(sum)}\n${name}_count${all} ${count}\n`
}

function braced(pairs: readonly string[]): string {
  return pairs.length === 0 ? '' : `{${pairs.join(',')}}`
}

/** As Go reads numbers, which differs from JavaScript in the infinities alone. */
function formatNumber(value: number): string {
  if (value === Infinity) return '+Inf'
  return value === -Infinity ? '-Inf' : String(value)
}

function escapeHelp(text: string): string {
  return text.replaceAll('\\', '\\\\').replaceAll('\n', '\\n')
}

function escapeValue(text: string): string {
  return escapeHelp(text).replaceAll('"', '\\"')
}
