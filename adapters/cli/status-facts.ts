/** What `/status` tells: one value for programs, from which `postern status` writes its lines. */
import type { Finding } from '../../src/errors.ts'
import type { RequestMetrics, StatusCounts } from '../../src/observe/request-metrics.ts'
import type { RuleCounts } from '../rules/build.ts'
import type { Revision } from '../rules/served-rules.ts'
import type { AccessLog } from '../node/access-log.ts'
import type { PosternServer } from '../node/server.ts'
import type { ReportFacts } from './report.ts'

/** The state of a running router. */
export interface ServiceStatus {
  readonly ready: boolean
  /** Milliseconds. */
  readonly uptimeMs: number
  readonly revision: {
    /** Counts from 1 in each process. */
    readonly number: number
    /** SHA-256 over the rules and how they are read, hexadecimal. */
    readonly digest: string
    readonly counts: RuleCounts
  } | null
  readonly listeners: readonly { readonly socket: string; readonly url: string }[]
  /** At most 1,000. */
  readonly backends: readonly { readonly name: string; readonly endpoints: readonly string[] }[]
  /** Of the last build, served or refused; at most 1,000. */
  readonly findings: readonly Finding[]
  /** Whether the last build was refused, so that older rules are served. */
  readonly outdated: boolean
  readonly reloads: ReportFacts['reloads']
  readonly connections: number
  readonly requests: {
    readonly active: number
    readonly byStatus: StatusCounts
  }
  readonly accessLog: { readonly dropped: number }
  /** Exceptions that nobody expected: any is a fault of postern. */
  readonly faults: number
}

/** What is known of a running router at one moment; `/status` and `/metrics` are told from it. */
export interface ServiceFacts {
  /** Milliseconds since the epoch. */
  readonly startedAtMs: number
  /** Milliseconds since the epoch. */
  readonly nowMs: number
  readonly ready: boolean
  readonly revision: Revision | undefined
  readonly server: PosternServer | undefined
  /** What the access records of the process add up to. */
  readonly traffic: RequestMetrics
  readonly log: AccessLog | undefined
  readonly report: ReportFacts
}

/** The state of the moment. */
export function describeStatus(facts: ServiceFacts): ServiceStatus {
  const { startedAtMs, nowMs, ready, revision, server, traffic, log, report } = facts
  return {
    ready,
    uptimeMs: Math.max(0, nowMs - startedAtMs),
    revision:
      revision === undefined
        ? null
        : { number: revision.number, digest: revision.digest, counts: revision.counts },
    listeners: (server?.sockets ?? []).map(({ entry, url }) => ({ socket: entry.key, url })),
    backends: revision?.clusters ?? [],
    findings: report.findings,
    outdated: report.outdated,
    reloads: report.reloads,
    connections: server?.connections ?? 0,
    requests: { active: server?.requests ?? 0, byStatus: traffic.byStatus() },
    accessLog: { dropped: log?.dropped ?? 0 },
    faults: report.faults,
  }
}
