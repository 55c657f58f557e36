/**
 * Every metric that postern exposes, and the shape of their values. Knows neither who counts nor
 * how it is written; whoever exposes metrics must give a value for each, or does not compile.
 */

/** What a metric is called and means. Names follow Prometheus: base units, `_total` for counters. */
export interface MetricDefinition {
  readonly name: string
  readonly type: 'counter' | 'gauge' | 'histogram'
  /** In the order of the values of a series. Their values come from rules, never from a client. */
  readonly labels: readonly string[]
  /** One or two sentences; they stand in the exposition and in the documentation. */
  readonly help: string
}

/** One line of a metric, or the lines of one histogram. */
export interface MetricSeries {
  /** Values of the labels, in their order. */
  readonly labels: readonly string[]
  readonly value: number | HistogramValue
}

/** What a histogram has seen. */
export interface HistogramValue {
  /** Upper bounds, inclusive and ascending; what is beyond the last falls into one more bucket. */
  readonly bounds: readonly number[]
  /** Observations in bucket `index`, not cumulated. */
  countAt(index: number): number
  readonly sum: number
}

/** Metrics that access records feed. */
export type RequestMetricKey =
  | 'requests'
  | 'requestDuration'
  | 'upstreamDuration'
  | 'requestSize'
  | 'responseSize'
  | 'attempts'
  | 'retries'

/** Metrics that are read off a running service at the moment they are asked for. */
export type ServiceMetricKey =
  | 'requestsInFlight'
  | 'connections'
  | 'connectionsAccepted'
  | 'ready'
  | 'reloads'
  | 'findings'
  | 'rulesRevision'
  | 'rulesTimestamp'
  | 'rulesOutdated'
  | 'accessLogDropped'
  | 'faults'
  | 'processStart'
  | 'processCpu'
  | 'processMemory'

/** What a metric goes by in the code. */
export type MetricKey = RequestMetricKey | ServiceMetricKey

/** The series of every metric. They are read one by one, while counting goes on. */
export type MetricValues<Key extends MetricKey = MetricKey> = Readonly<
  Record<Key, Iterable<MetricSeries>>
>

/** Labels that say whose traffic it is. Both are empty where no rule answered. */
const TRAFFIC = ['route', 'backend'] as const

function counter(name: string, labels: readonly string[], help: string): MetricDefinition {
  return { name, type: 'counter', labels, help }
}
function gauge(name: string, labels: readonly string[], help: string): MetricDefinition {
  return { name, type: 'gauge', labels, help }
}
function histogram(name: string, help: string): MetricDefinition {
  return { name, type: 'histogram', labels: TRAFFIC, help }
}

/** The metrics, in the order of the exposition. */
export const METRICS: Readonly<Record<MetricKey, MetricDefinition>> = {
  requests: counter(
    'postern_requests_total',
    [...TRAFFIC, 'status', 'reason'],
    'Requests that ended, by the class of the status sent and the reason token of the access record.',
  ),
  requestDuration: histogram(
    'postern_request_duration_seconds',
    'Time from the head of a request to the end of its response. Tunnels (status 101) are left out.',
  ),
  upstreamDuration: histogram(
    'postern_upstream_duration_seconds',
    'Time from the start of the last attempt to its response head.',
  ),
  requestSize: histogram(
    'postern_request_body_bytes',
    'Bytes of request bodies that were read from clients.',
  ),
  responseSize: histogram(
    'postern_response_body_bytes',
    'Bytes of response bodies that were written to clients.',
  ),
  attempts: counter(
    'postern_upstream_attempts_total',
    TRAFFIC,
    'Attempts to send a request to an endpoint.',
  ),
  retries: counter(
    'postern_upstream_retries_total',
    TRAFFIC,
    'Attempts after the first one of a request.',
  ),
  requestsInFlight: gauge(
    'postern_requests_in_flight',
    [],
    'Requests begun and not ended, tunnels included.',
  ),
  connections: gauge('postern_connections', [], 'Open connections of clients.'),
  connectionsAccepted: counter(
    'postern_connections_total',
    [],
    'Connections of clients that were accepted.',
  ),
  ready: gauge('postern_ready', [], '1 while /readyz answers 200, else 0.'),
  reloads: counter(
    'postern_reloads_total',
    ['result'],
    'Reloads that changed the rules (applied) or left the old ones serving (config_rejected).',
  ),
  findings: gauge(
    'postern_findings',
    ['severity'],
    'Findings of the last build, served or refused. At most 1,000 are kept, the errors first.',
  ),
  rulesRevision: gauge(
    'postern_rules_revision',
    [],
    'Number of the rule set being served, from 1 in each process. 0 while there is none.',
  ),
  rulesTimestamp: gauge(
    'postern_rules_timestamp_seconds',
    [],
    'When the rules being served took effect, in Unix time. Their age is time() less this.',
  ),
  rulesOutdated: gauge(
    'postern_rules_outdated',
    [],
    '1 while newer rules were refused and older ones serve, else 0.',
  ),
  accessLogDropped: counter(
    'postern_access_log_dropped_total',
    [],
    'Lines of the access log that could not be written.',
  ),
  faults: counter(
    'postern_faults_total',
    [],
    'Exceptions that nobody expected. Any is a fault of postern.',
  ),
  processStart: gauge('process_start_time_seconds', [], 'When the service started, in Unix time.'),
  processCpu: counter(
    'process_cpu_seconds_total',
    [],
    'Processor time of the process, user and system.',
  ),
  processMemory: gauge('process_resident_memory_bytes', [], 'Resident memory of the process.'),
}
