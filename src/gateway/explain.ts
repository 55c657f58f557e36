/**
 * Says what would happen to a request and why, by running the very code that serves it as far as
 * the first attempt. For the explain command and the control API; never on the request path.
 */
import type { Reason } from '../errors.ts'
import type { AttemptStep, LocalResponse } from '../exchange.ts'
import { fieldValue, type Peer, type RequestHead } from '../head.ts'
import { NO_WAIVERS } from '../canonical/gate.ts'
import type { BundleRoute, SourceEntry, VirtualHost } from '../model/bundle.ts'
import { routeName } from '../observe/route-name.ts'
import { explainMatch, type NearMiss } from '../routing/explain-match.ts'
import { decide, type Decision } from './decide.ts'
import { GatewayExchange } from './exchange.ts'
import { createProgress, type Progress } from './record.ts'
import type { Snapshot } from './snapshot.ts'

/** What would happen, in one word. */
export type Verdict =
  /** Sent to `endpoint`. */
  | 'forward'
  /** Answered with a redirect to `location`. */
  | 'redirect'
  /** Answered here with `status` for `reason`. */
  | 'refuse'
  /** Answered here because it asks about the server itself (`OPTIONS *`). */
  | 'answer'

/** A route as people see it. */
export interface ShownRoute {
  readonly name: string
  /** `file:line:column`, or the object where there is no file. */
  readonly source: string
  /** Host as written in rules: `*.a.test`, `*`. */
  readonly host: string
  /** Path with its type where it is no prefix: `/a`, `= /a`, `~ /a.*`. */
  readonly path: string
}

/** Why another route did not take the request. */
export interface ShownMiss {
  readonly route: ShownRoute
  readonly why: string
}

/** The whole story. */
export interface Explanation {
  readonly verdict: Verdict
  /** Of an answer that postern gives itself. */
  readonly status?: number
  readonly location?: string
  readonly route?: ShownRoute
  /** The reference as written. */
  readonly backend?: string
  /** URL of the endpoint that this request would be sent to. */
  readonly endpoint?: string
  /** What would be sent there. */
  readonly sent?: { readonly method: string; readonly target: string; readonly host: string }
  /** The computed client address. */
  readonly client: string | undefined
  readonly listener: string | undefined
  /** `matched`, `default_backend`, or the reason token of the answer. */
  readonly reason: Reason | 'matched' | 'default_backend'
  readonly detail: string | undefined
  /** The nearest others, best first. */
  readonly others: readonly ShownMiss[]
}

/** Explains one request. */
export function explain(head: RequestHead, peer: Peer, snapshot: Snapshot): Explanation {
  const decision = decide(head, peer, snapshot, NO_WAIVERS)
  const progress = createProgress('', { startedMs: 0, startedAtMs: 0 })
  const step = new GatewayExchange(decision, snapshot.runtime, progress).next({ type: 'start' })
  const shared = {
    client: decision.client?.address?.text,
    listener: decision.listener?.entry.name,
    detail: progress.detail,
    others: nearest(decision),
    ...optional('route', shownRoute(decision)),
    ...optional('backend', progress.backend),
  }
  if (step.type === 'attempt') return { ...shared, ...forwarded(step, decision) }
  if (step.type === 'respond') return { ...shared, ...answered(step.response, progress) }
  return { ...shared, verdict: 'refuse', reason: 'internal_error' }
}

function forwarded(
  step: AttemptStep,
  decision: Decision,
): Pick<Explanation, 'verdict' | 'endpoint' | 'sent' | 'reason'> {
  const { method, target, host } = step.head
  return {
    verdict: 'forward',
    endpoint: step.endpoint.url,
    sent: { method, target, host },
    reason: decision.route === undefined ? 'default_backend' : 'matched',
  }
}

function answered(
  response: LocalResponse,
  progress: Progress,
): Pick<Explanation, 'verdict' | 'status' | 'location' | 'reason'> {
  const { status } = response
  if (progress.reason !== undefined) return { verdict: 'refuse', status, reason: progress.reason }
  const location = fieldValue(response.fields, 'location')
  return {
    verdict: location === undefined ? 'answer' : 'redirect',
    status,
    ...optional('location', location),
    reason: 'matched',
  }
}

function shownRoute(decision: Decision): ShownRoute | undefined {
  const { host, route, listener, action } = decision
  if (host !== undefined && route !== undefined) return showRoute(host.document, route)
  const fallback = listener?.fallback?.entry
  if (action === undefined || fallback === undefined) return undefined
  return {
    name: fallback.source.name,
    source: place(fallback.source, fallback.line, fallback.column),
    host: '*',
    path: '(default backend)',
  }
}

/** A route of a virtual host as people see it. */
export function showRoute(host: VirtualHost, route: BundleRoute): ShownRoute {
  const source = host.sources[route.source]
  const sign = route.type === 'Exact' ? '= ' : route.type === 'RegularExpression' ? '~ ' : ''
  return {
    name: routeName(host, route) ?? '',
    source: source === undefined ? '' : place(source, route.line, route.column),
    // `**.` is the Bundle's word for two labels and more; the rules say `*.` for both.
    host: host.host.startsWith('**.') ? host.host.slice(1) : host.host,
    path: sign + route.path,
  }
}

function place(source: SourceEntry, line: number, column: number): string {
  if (source.file === undefined) return source.object ?? source.name
  return line === 0 ? source.file : `${source.file}:${line}:${column}`
}

function nearest(decision: Decision): ShownMiss[] {
  const { host, head, path, admitted } = decision
  if (host === undefined || head === undefined || path === undefined || admitted === undefined) {
    return []
  }
  const { nearest: misses } = explainMatch(host.table, {
    method: head.method,
    path: path.canonical,
    query: admitted.query,
    fields: head.fields,
  })
  return misses.map((miss: NearMiss) => ({
    route: showRoute(host.document, miss.route),
    why: miss.detail,
  }))
}

function optional<K extends string, V>(key: K, value: V | undefined): { [P in K]?: V } {
  // A computed key widens to string; the one property is what the type says.
  return value === undefined ? {} : ({ [key]: value } as { [P in K]?: V })
}
