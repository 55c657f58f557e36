/** Rules against a runtime: what they need and it lacks, each with the first place that needs it. */
import type { Finding, Origin, Severity } from '../errors.ts'
import type { Action, Bundle, Cluster, SourceEntry } from '../model/bundle.ts'
import { LACKS, type Lacks, type RuntimeName } from './capabilities.ts'
import { compareText, compareFindings, createFinding } from './finding.ts'
import { needsOfAction, needsOfBackend, needsOfSocket, type Need } from './target-needs.ts'

/** Against what, and how grave a need is that is not met. */
export interface TargetCheck {
  readonly target: RuntimeName
  /** `error` where the rules are checked, `warning` where they are built all the same. */
  readonly severity: Exclude<Severity, 'info'>
}

const TARGET_NAMES: Readonly<Record<RuntimeName, string>> = {
  node: 'the Node service',
  fetch: 'a fetch handler',
  worker: 'a Worker',
}

/**
 * Findings about everything in `bundle` that `target` cannot honour: by file and place, each need of
 * each backend once however many rules lead there. Looks at every route.
 */
export function checkTarget(bundle: Bundle, { target, severity }: TargetCheck): Finding[] {
  const unmet = new UnmetNeeds(LACKS[target], bundle.clusters)
  const counts = { HTTP: 0, HTTPS: 0 }
  for (const socket of bundle.sockets) {
    unmet.add(needsOfSocket(socket, counts[socket.protocol]++), NOWHERE)
  }
  for (const { fallback } of bundle.listeners) {
    if (fallback !== undefined)
      unmet.addAction(fallback.action, originOf(fallback.source, fallback))
  }
  // Listeners with the same routes for a host share the very object.
  for (const host of new Set(Object.values(bundle.hosts))) {
    for (const route of host.routes) {
      const action = host.actions[route.action]
      const source = host.sources[route.source]
      if (action !== undefined) unmet.addAction(action, originOf(source, route))
    }
  }
  const name = TARGET_NAMES[target]
  return unmet.findings(severity, name).sort(compareFindings)
}

const NOWHERE: Origin = { object: '', file: '', line: 0, column: 0 }

interface UnmetNeed {
  readonly need: Need
  readonly reason: string
  origin: Origin
}

class UnmetNeeds {
  readonly #lacks: Lacks
  readonly #clusters: Bundle['clusters']
  readonly #unmet = new Map<string, UnmetNeed>()
  /** By cluster: a million routes may lead to one. */
  readonly #clusterNeeds = new Map<string, readonly Need[]>()

  constructor(lacks: Lacks, clusters: Bundle['clusters']) {
    this.#lacks = lacks
    this.#clusters = clusters
  }

  addAction(action: Action, origin: Origin): void {
    this.add(needsOfAction(action), origin)
    for (const backend of action.backends) {
      if (backend.cluster === undefined) continue
      let needs = this.#clusterNeeds.get(backend.cluster)
      if (needs === undefined) {
        const cluster: Cluster | undefined = this.#clusters[backend.cluster]
        needs = cluster === undefined ? [] : needsOfBackend(backend, cluster)
        this.#clusterNeeds.set(backend.cluster, needs)
      }
      this.add(needs, origin)
    }
  }

  add(needs: readonly Need[], origin: Origin): void {
    for (const need of needs) {
      const reason = this.#lacks[need.capability]
      if (reason === undefined) continue
      const key = `${need.code} ${need.subject}`
      const known = this.#unmet.get(key)
      if (known === undefined) this.#unmet.set(key, { need, reason, origin })
      else if (compareOrigins(origin, known.origin) < 0) known.origin = origin
    }
  }

  findings(severity: Severity, target: string): Finding[] {
    return [...this.#unmet.values()].map(({ need, reason, origin }) =>
      createFinding(origin, {
        severity,
        code: need.code,
        message: `${need.subject}, and ${target} lacks ${need.capability}: ${reason}`,
        value: need.value,
        remedy: need.remedy,
      }),
    )
  }
}

function originOf(
  source: SourceEntry | undefined,
  { line, column }: Pick<Origin, 'line' | 'column'>,
): Origin {
  const { object = '', file = '' } = source ?? {}
  return { object, file, line, column }
}

function compareOrigins(a: Origin, b: Origin): number {
  return compareText(a.file, b.file) || a.line - b.line || a.column - b.column
}
