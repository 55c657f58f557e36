/**
 * What access records add up to, by route and backend. The number of series is bounded, and no
 * label holds anything that a client sent: routes and backends are named by the rules, reasons by
 * the table of errors.
 */
import { ERRORS, type Reason } from '../errors.ts'
import type { AccessRecord } from '../exchange.ts'
import { DURATION_BUCKETS, Histogram, SIZE_BUCKETS } from './histogram.ts'
import type { MetricSeries, MetricValues, RequestMetricKey } from './metrics.ts'

/** Exchanges that ended, by the class of the status sent; 499 stands among `4xx`. */
export type StatusCounts = Readonly<Record<'1xx' | '2xx' | '3xx' | '4xx' | '5xx', number>>

/** Bounds. */
export interface RequestMetricsOptions {
  /**
   * Series of one metric that have a route and backend of their own; 1,000. What comes later is
   * counted under `other`, so that a rule set of any size costs a known amount of memory.
   */
  readonly maxSeries?: number
}

const MAX_SERIES = 1000

/** Route and backend of what is beyond the bound. */
const OTHER = 'other'

/** By hundreds; 0 is an exchange that ended before any status was decided. */
const STATUS_CLASSES = ['none', '1xx', '2xx', '3xx', '4xx', '5xx'] as const

interface Counter {
  value: number
}

/** What one route sent to one backend. */
interface Traffic {
  readonly labels: readonly [route: string, backend: string]
  /** By reason and status class in one small number, see `outcomeKey`. */
  readonly outcomes: Map<number, Counter>
  readonly duration: Histogram
  readonly upstream: Histogram
  readonly requestSize: Histogram
  readonly responseSize: Histogram
  attempts: number
  retries: number
}

/** Adds up access records. */
export class RequestMetrics {
  readonly #maxSeries: number
  readonly #reasons = new Map<string, number>(Object.keys(ERRORS).map((name, i) => [name, i + 1]))
  readonly #byClass = new Float64Array(STATUS_CLASSES.length)
  /** By route, then backend: two look-ups cost less than one string made of both. */
  readonly #known = new Map<string, Map<string, Traffic>>()
  readonly #traffic: Traffic[] = []
  readonly #requests: { readonly labels: readonly string[]; readonly counter: Counter }[] = []
  readonly #other: Traffic = createTraffic(OTHER, OTHER)
  #ownOutcomes = 0

  constructor({ maxSeries = MAX_SERIES }: RequestMetricsOptions = {}) {
    this.#maxSeries = maxSeries
    // Found as any other, so that rules which use this very name make no second series of it.
    this.#known.set(OTHER, new Map([[OTHER, this.#other]]))
  }

  /** Counts one exchange. Allocates only where a series is new. */
  record(record: AccessRecord): void {
    const { status, attempts, upstreamMs, requestBytes, responseBytes } = record
    const statusClass = classOf(status)
    this.#byClass[statusClass] = (this.#byClass[statusClass] ?? 0) + 1
    const traffic = this.#find(record.route ?? '', record.backend ?? '')
    this.#outcome(traffic, statusClass, record.reason).value++
    // A tunnel lasts as long as somebody talks, which would hide how long answers take.
    if (status !== 101) traffic.duration.observe(toMicroseconds(record.durationMs))
    if (upstreamMs !== undefined) traffic.upstream.observe(toMicroseconds(upstreamMs))
    // -1 where the engine cannot count them.
    if (requestBytes >= 0) traffic.requestSize.observe(requestBytes)
    if (responseBytes >= 0) traffic.responseSize.observe(responseBytes)
    traffic.attempts += attempts
    if (attempts > 1) traffic.retries += attempts - 1
  }

  /** All requests by class of status. */
  byStatus(): StatusCounts {
    const [, informational = 0, success = 0, redirect = 0, client = 0, server = 0] = this.#byClass
    return { '1xx': informational, '2xx': success, '3xx': redirect, '4xx': client, '5xx': server }
  }

  /** The series so far; they may be read while counting goes on. */
  values(): MetricValues<RequestMetricKey> {
    return {
      requests: this.#requestSeries(),
      requestDuration: this.#histograms(({ duration }) => duration),
      upstreamDuration: this.#histograms(({ upstream }) => upstream),
      requestSize: this.#histograms(({ requestSize }) => requestSize),
      responseSize: this.#histograms(({ responseSize }) => responseSize),
      attempts: this.#counters(({ attempts }) => attempts),
      retries: this.#counters(({ retries }) => retries),
    }
  }

  #find(route: string, backend: string): Traffic {
    return this.#known.get(route)?.get(backend) ?? this.#admit(route, backend)
  }

  #admit(route: string, backend: string): Traffic {
    if (this.#traffic.length >= this.#maxSeries) return this.#other
    const traffic = createTraffic(route, backend)
    const ofRoute = this.#known.get(route)
    if (ofRoute === undefined) this.#known.set(route, new Map([[backend, traffic]]))
    else ofRoute.set(backend, traffic)
    this.#traffic.push(traffic)
    return traffic
  }

  #outcome(traffic: Traffic, statusClass: number, reason: Reason | undefined): Counter {
    const key = outcomeKey(statusClass, reason === undefined ? 0 : (this.#reasons.get(reason) ?? 0))
    return traffic.outcomes.get(key) ?? this.#admitOutcome(traffic, key, statusClass, reason)
  }

  #admitOutcome(
    traffic: Traffic,
    key: number,
    statusClass: number,
    reason: Reason | undefined,
  ): Counter {
    let counter: Counter
    if (traffic !== this.#other && this.#ownOutcomes >= this.#maxSeries) {
      counter = this.#outcome(this.#other, statusClass, reason)
    } else {
      if (traffic !== this.#other) this.#ownOutcomes++
      counter = { value: 0 }
      const labels = [...traffic.labels, STATUS_CLASSES[statusClass] ?? '', reason ?? '']
      this.#requests.push({ labels, counter })
    }
    traffic.outcomes.set(key, counter)
    return counter
  }

  *#requestSeries(): Generator<MetricSeries> {
    for (const { labels, counter } of this.#requests) yield { labels, value: counter.value }
  }

  *#histograms(histogramOf: (traffic: Traffic) => Histogram): Generator<MetricSeries> {
    for (const traffic of this.#all()) {
      const histogram = histogramOf(traffic)
      if (!histogram.empty) yield { labels: traffic.labels, value: histogram }
    }
  }

  /** Of traffic that went to an endpoint; 0 retries are told from the first attempt on. */
  *#counters(valueOf: (traffic: Traffic) => number): Generator<MetricSeries> {
    for (const traffic of this.#all()) {
      if (traffic.attempts > 0) yield { labels: traffic.labels, value: valueOf(traffic) }
    }
  }

  *#all(): Generator<Traffic> {
    yield* this.#traffic
    yield this.#other
  }
}

function createTraffic(route: string, backend: string): Traffic {
  return {
    labels: [route, backend],
    outcomes: new Map(),
    duration: new Histogram(DURATION_BUCKETS),
    upstream: new Histogram(DURATION_BUCKETS),
    requestSize: new Histogram(SIZE_BUCKETS),
    responseSize: new Histogram(SIZE_BUCKETS),
    attempts: 0,
    retries: 0,
  }
}

function toMicroseconds(ms: number): number {
  return Math.round(ms * 1000)
}

/** Index into `STATUS_CLASSES`. */
function classOf(status: number): number {
  return status >= 100 && status < 600 ? Math.floor(status / 100) : 0
}

function outcomeKey(statusClass: number, reasonNumber: number): number {
  return reasonNumber * STATUS_CLASSES.length + statusClass
}
