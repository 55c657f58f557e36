/** Default backends: one for each listener, the oldest Ingress's. */
import type { Finding } from '../errors.ts'
import type { Fallback } from '../model/bundle.ts'
import type { DefaultBackend, Route } from '../model/manifest.ts'
import type { ActionCompiler } from './actions.ts'
import type { Attacher } from './attach.ts'
import { compareText, createFinding, describeOrigin } from './finding.ts'
import type { CompiledRoute } from './routes.ts'

/** A default backend that may be chosen. */
export interface FallbackCandidate {
  readonly route: Route
  readonly compiled: CompiledRoute
  readonly backend: DefaultBackend
}

/** The default backend of each listener by index; the others are told, once each. */
export function chooseFallbacks(
  candidates: readonly FallbackCandidate[],
  attacher: Attacher,
  findings: Finding[],
): ReadonlyMap<number, FallbackCandidate> {
  const chosen = new Map<number, FallbackCandidate>()
  const losers = new Map<FallbackCandidate, FallbackCandidate>()
  for (const candidate of candidates.toSorted(compareCandidates)) {
    const attachments = attacher.attach(candidate.route, { type: 'any' })
    for (const listener of attachments.flatMap(({ set }) => attacher.listeners(set))) {
      const first = chosen.get(listener)
      if (first === undefined) chosen.set(listener, candidate)
      // A listener for a wildcard comes once for each depth.
      else if (first !== candidate && !losers.has(candidate)) losers.set(candidate, first)
    }
  }
  for (const [candidate, first] of losers) findings.push(conflict(candidate, first))
  return chosen
}

/** The entry of a listener for its default backend. */
export function compileFallback(
  { backend, compiled }: FallbackCandidate,
  actions: ActionCompiler,
): Fallback {
  const { line, column } = backend.origin
  return { action: actions.ofBackend(backend.backend), source: compiled.source.entry, line, column }
}

/** The oldest first; then by name and file order. */
function compareCandidates(a: FallbackCandidate, b: FallbackCandidate): number {
  return (
    compareAge(a.compiled.createdAtMs, b.compiled.createdAtMs) ||
    compareText(a.compiled.source.name, b.compiled.source.name) ||
    a.compiled.order - b.compiled.order
  )
}

function compareAge(a: number | undefined, b: number | undefined): number {
  if (a === b) return 0
  if (a === undefined || b === undefined) return a === undefined ? 1 : -1
  return a - b
}

function conflict({ backend }: FallbackCandidate, first: FallbackCandidate): Finding {
  const place = describeOrigin(first.backend.origin)
  return createFinding(backend.origin, {
    severity: 'warning',
    code: 'default-backend-conflict',
    message: `default backend "${backend.backend.ref}" is not used: that of ${place} is older`,
    value: backend.backend.ref,
    remedy: 'keep one default backend among the Ingresses',
  })
}
