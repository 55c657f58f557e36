/**
 * Reads the Prometheus text format 0.0.4 more strictly than Prometheus does: everything that the
 * format leaves open is an error here, so that what passes can be read by anybody.
 */

/** One metric of an exposition. */
export interface ReadMetric {
  readonly type: string
  readonly help: string
  readonly samples: readonly ReadSample[]
}

/** One line. */
export interface ReadSample {
  readonly name: string
  readonly labels: Readonly<Record<string, string>>
  readonly value: number
}

interface OpenMetric extends ReadMetric {
  readonly samples: ReadSample[]
}

const NAME = '[a-zA-Z_:][a-zA-Z0-9_:]*'
const HELP = new RegExp(`^# HELP (${NAME}) ((?:[^\\\\]|\\\\\\\\|\\\\n)+)$`)
const TYPE = new RegExp(`^# TYPE (${NAME}) (counter|gauge|histogram)$`)
const SAMPLE = new RegExp(`^(${NAME})(?:\\{(.+)\\})? (\\S+)$`)
const LABEL = /^([a-zA-Z_][a-zA-Z0-9_]*)="((?:[^"\\]|\\\\|\\"|\\n)*)"(?:,(?=.)|$)/
const NUMBER = /^(?:\d+(?:\.\d+)?(?:e[+-]\d+)?|\+Inf)$/

/** Reads `text`; throws an error that quotes the first line which breaks a rule. */
export function readExposition(text: string): ReadonlyMap<string, ReadMetric> {
  if (!text.endsWith('\n')) throw new Error('the last line does not end')
  const metrics = new Map<string, OpenMetric>()
  const seen = new Set<string>()
  let open: OpenMetric | undefined
  let help: readonly string[] | undefined
  for (const line of text.slice(0, -1).split('\n')) {
    const wrong = (what: string): Error => new Error(`${what}: ${line}`)
    if (line.startsWith('# HELP ')) {
      help = HELP.exec(line) ?? undefined
      if (help === undefined) throw wrong('no HELP')
      open = undefined
    } else if (line.startsWith('#')) {
      const [, name = '', type = ''] = TYPE.exec(line) ?? []
      if (help?.[1] !== name) throw wrong('no TYPE after a HELP of the same name')
      if (metrics.has(name)) throw wrong('a metric in two pieces')
      open = { type, help: help[2] ?? '', samples: [] }
      metrics.set(name, open)
      help = undefined
    } else {
      if (open === undefined) throw wrong('a sample without HELP and TYPE')
      const sample = readSample(line)
      const identity = sample.name + identityOf(sample.labels)
      if (seen.has(identity)) throw wrong('a series twice')
      seen.add(identity)
      open.samples.push(sample)
    }
  }
  for (const [name, metric] of metrics) checkSamples(name, metric)
  return metrics
}

function identityOf(labels: Readonly<Record<string, string>>): string {
  const pairs = Object.entries(labels).map((pair) => JSON.stringify(pair))
  return pairs.toSorted((a, b) => (a < b ? -1 : 1)).join()
}

function readSample(line: string): ReadSample {
  const [, name = '', inner = '', number = ''] = SAMPLE.exec(line) ?? []
  if (name === '' || !NUMBER.test(number)) throw new Error(`no sample: ${line}`)
  const labels: Record<string, string> = {}
  for (let rest = inner; rest !== '';) {
    const [pair, label = '', value = ''] = LABEL.exec(rest) ?? []
    if (pair === undefined) throw new Error(`no label at "${rest}": ${line}`)
    if (Object.hasOwn(labels, label)) throw new Error(`a label twice: ${line}`)
    labels[label] = value.replace(/\\(.)/g, (_, c: string) => (c === 'n' ? '\n' : c))
    rest = rest.slice(pair.length)
  }
  return { name, labels, value: number === '+Inf' ? Infinity : Number(number) }
}

function checkSamples(name: string, { type, samples }: ReadMetric): void {
  if (type === 'histogram') {
    checkHistograms(name, samples)
    return
  }
  for (const sample of samples) {
    if (sample.name !== name) throw new Error(`${sample.name} stands under ${name}`)
    if (!Number.isFinite(sample.value)) throw new Error(`${name} is ${sample.value}`)
  }
  if (type === 'counter' && !name.endsWith('_total')) throw new Error(`${name} has no _total`)
}

/** Each series: buckets in ascending order, cumulative, the last +Inf, then sum and count. */
function checkHistograms(name: string, samples: readonly ReadSample[]): void {
  const series = Map.groupBy(samples, ({ labels }) => identityOf({ ...labels, le: '' }))
  for (const [labels, lines] of series) {
    const buckets = lines.filter((sample) => sample.name === `${name}_bucket`)
    const bounds = buckets.map(({ labels: { le = '' } }) => (le === '+Inf' ? Infinity : Number(le)))
    const counts = buckets.map(({ value }) => value)
    const rest = lines.slice(buckets.length).map((sample) => sample.name)
    const right =
      bounds.at(-1) === Infinity &&
      bounds.every((bound, i) => i === 0 || bound > (bounds[i - 1] ?? NaN)) &&
      counts.every((count, i) => i === 0 || count >= (counts[i - 1] ?? NaN)) &&
      rest.join() === `${name}_sum,${name}_count` &&
      lines.at(-1)?.value === counts.at(-1)
    if (!right) throw new Error(`no histogram: ${name} ${labels}`)
  }
}

/** The value of the series of `name` that has at least these labels; several are added up. */
export function valueOf(
  metrics: ReadonlyMap<string, ReadMetric>,
  name: string,
  labels: Readonly<Record<string, string>> = {},
): number {
  let sum = 0
  for (const { samples } of metrics.values()) {
    for (const sample of samples) {
      const fits = Object.entries(labels).every(([label, value]) => sample.labels[label] === value)
      if (sample.name === name && fits) sum += sample.value
    }
  }
  return sum
}
