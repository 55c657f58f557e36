/** What `/metrics` tells: the traffic of the process, and facts of the service at this moment. */
import { formatMetrics } from '../../src/observe/exposition.ts'
import type { MetricSeries, MetricValues, ServiceMetricKey } from '../../src/observe/metrics.ts'
import { countFindings } from './findings.ts'
import type { ServiceFacts } from './status-facts.ts'

/** The text of `/metrics`, in parts. */
export function exposeMetrics(facts: ServiceFacts): Iterable<string> {
  return formatMetrics({ ...facts.traffic.values(), ...serviceValues(facts) })
}

function serviceValues(facts: ServiceFacts): MetricValues<ServiceMetricKey> {
  const { server, revision, report, log } = facts
  const { errors, warnings, infos } = countFindings(report.findings)
  const { user, system } = process.cpuUsage()
  return {
    requestsInFlight: single(server?.requests ?? 0),
    connections: single(server?.connections ?? 0),
    connectionsAccepted: single(server?.accepted ?? 0),
    ready: single(Number(facts.ready)),
    reloads: [
      { labels: ['applied'], value: report.reloads.applied },
      { labels: ['config_rejected'], value: report.reloads.refused },
    ],
    findings: [
      { labels: ['error'], value: errors },
      { labels: ['warning'], value: warnings },
      { labels: ['info'], value: infos },
    ],
    rulesRevision: single(revision?.number ?? 0),
    // Without rules there is no such moment, and 0 would be one.
    rulesTimestamp: revision === undefined ? [] : single(revision.sinceMs / 1000),
    rulesOutdated: single(Number(report.outdated)),
    accessLogDropped: single(log?.dropped ?? 0),
    faults: single(report.faults),
    processStart: single(facts.startedAtMs / 1000),
    processCpu: single((user + system) / 1e6),
    processMemory: single(process.memoryUsage.rss()),
  }
}

function single(value: number): readonly [MetricSeries] {
  return [{ labels: [], value }]
}
