/** Makes the access record of an exchange from what was decided and how it went. */
import { ERRORS, type Reason } from '../errors.ts'
import type { AccessRecord, EndOutcome } from '../exchange.ts'
import { fieldValue } from '../head.ts'
import { routeName } from '../observe/route-name.ts'
import type { Decision } from './decide.ts'

/** Characters of a target that a record keeps. */
const MAX_TARGET = 2048
const MAX_USER_AGENT = 512

/** How far an exchange has come; written by the exchange alone. */
export interface Progress {
  readonly requestId: string
  /** Monotonic milliseconds. */
  readonly startedMs: number
  /** Milliseconds since the epoch. */
  readonly startedAtMs: number
  status: number
  reason: Reason | undefined
  detail: string | undefined
  backend: string | undefined
  endpoint: string | undefined
  attempts: number
  upstreamMs: number | undefined
}

/** How and when an exchange ended. */
export interface RecordedEnd {
  readonly outcome: EndOutcome
  /** Monotonic milliseconds. */
  readonly endedMs: number
  /** When the exchange started, as the log writes it. */
  readonly time: string
}

/** The progress of an exchange that begins. */
export function createProgress(
  requestId: string,
  started: Pick<Progress, 'startedMs' | 'startedAtMs'>,
): Progress {
  return {
    requestId,
    startedMs: started.startedMs,
    startedAtMs: started.startedAtMs,
    status: 0,
    reason: undefined,
    detail: undefined,
    backend: undefined,
    endpoint: undefined,
    attempts: 0,
    upstreamMs: undefined,
  }
}

/** The record. A client that left before the end is logged as 499, whatever had been sent. */
export function accessRecord(
  decision: Decision,
  progress: Progress,
  { outcome, endedMs, time }: RecordedEnd,
): AccessRecord {
  const { head, peer, listener, client, admitted } = decision
  const gone = outcome.failure?.reason === 'client_gone'
  return {
    time,
    requestId: progress.requestId,
    client: client?.address?.text ?? decision.peerAddress?.text,
    peer: peer.address,
    listener: listener?.entry.name,
    method: head?.method,
    scheme: peer.tls === undefined ? 'http' : 'https',
    host: admitted?.host.name ?? (head && receivedHost(head)),
    target: head?.target.slice(0, MAX_TARGET),
    protocol: head && `HTTP/${head.version}`,
    status: gone ? ERRORS.client_gone.status : progress.status,
    reason: gone ? 'client_gone' : progress.reason,
    detail: progress.detail,
    route: routeOf(decision),
    backend: progress.backend,
    endpoint: progress.endpoint,
    attempts: progress.attempts,
    durationMs: toMicroseconds(Math.max(0, endedMs - progress.startedMs)),
    upstreamMs: progress.upstreamMs && toMicroseconds(progress.upstreamMs),
    requestBytes: outcome.requestBytes,
    responseBytes: outcome.responseBytes,
    userAgent: head && fieldValue(head.fields, 'user-agent')?.slice(0, MAX_USER_AGENT),
  }
}

/** Milliseconds to three decimals: a clock says no more, and a log should not pretend to. */
function toMicroseconds(ms: number): number {
  return Math.round(ms * 1000) / 1000
}

function receivedHost(head: NonNullable<Decision['head']>): string | undefined {
  return (head.authority ?? fieldValue(head.fields, 'host'))?.slice(0, 255)
}

/** Name of the rule that answered, the default backend's object included. */
export function routeOf(decision: Decision): string | undefined {
  const { host, route, action, listener } = decision
  if (host !== undefined && route !== undefined) return routeName(host.document, route)
  return action === undefined ? undefined : listener?.fallback?.entry.source.name
}
