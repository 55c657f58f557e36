/**
 * Manifest → Bundle: references resolved, defaults filled in, each host's routes in precedence
 * order. The same manifest gives the same bytes.
 */
import type { Finding } from '../errors.ts'
import { BUNDLE_FORMAT, hostDocumentKey } from '../model/bundle.ts'
import type { Bundle, Fallback, ListenerEntry, VirtualHost } from '../model/bundle.ts'
import type { Listener, Manifest } from '../model/manifest.ts'
import { createActionCompiler, policyOf, type ActionCompiler } from './actions.ts'
import { createAttacher, notAttached, type Attacher, type ListenerSetId } from './attach.ts'
import { createClusterRegistry } from './clusters.ts'
import { chooseFallbacks, compileFallback, type FallbackCandidate } from './fallbacks.ts'
import { compareFindings } from './finding.ts'
import { HostPolicies } from './host-policies.ts'
import { specificityOf } from './hosts.ts'
import { listenerHostKey, listenerName, planListeners, type SocketOptions } from './listeners.ts'
import { rememberCheck, type PatternCheck } from './patterns.ts'
import { createRouteCompiler, type CompiledRoute, type RouteCompiler } from './routes.ts'
import { createServiceResolver, type ServiceOverride } from './services.ts'
import { createTables, type HostRoutes, type Table, type TablePlan } from './tables.ts'

/** What the command line adds to the rules. */
export interface CompileOptions {
  /** `--service`, in the order given. */
  readonly services: readonly ServiceOverride[]
  /**
   * `--http` and `--https`: every listener of the protocol is served on each of these instead of
   * its own address and port. `undefined` uses the listeners' own.
   */
  readonly sockets: SocketOptions | undefined
  /** Checks the source of a regular expression; injected, so that no engine is loaded with this. */
  readonly checkPattern: PatternCheck
}

/** What `compile` gives. */
export interface CompileResult {
  /** Always usable: what is wrong answers 500 or is left out, as its finding says. */
  readonly bundle: Bundle
  /** By file and place. */
  readonly findings: readonly Finding[]
}

/** Compiles `manifest`. Throws nothing; everything wrong is in the findings. */
export function compile(manifest: Manifest, options: CompileOptions): CompileResult {
  const findings: Finding[] = []
  const plan = planListeners(manifest, options.sockets, findings)
  const services = createServiceResolver(manifest, options.services, findings)
  const clusters = createClusterRegistry({ manifest, services, findings })
  const actions = createActionCompiler(clusters, findings)
  const attacher = createAttacher(manifest, plan.listeners)
  let patterned = false
  const compileRoute = createRouteCompiler({
    actions,
    checkPattern: rememberCheck((source) => {
      patterned = true
      return options.checkPattern(source)
    }),
    findings,
    count: manifest.routes.length,
  })
  const { hosts, candidates } = attachRoutes(manifest, { attacher, compileRoute, findings })
  const fallbacks = chooseFallbacks(candidates, attacher, findings)
  const policies = new HostPolicies(manifest.hosts, findings)
  const tables = createTables({
    hosts,
    listeners: plan.listeners,
    listenersOf: (set) => attacher.listeners(set),
    hasFallback: (listener) => fallbacks.has(listener),
    policies,
    findings,
  })
  const listeners = listenerEntries({ listeners: plan.listeners, tables, fallbacks, actions })
  const bundle: Bundle = {
    format: BUNDLE_FORMAT,
    sockets: plan.sockets,
    listeners,
    hosts: hostDocuments(tables.tables),
    clusters: clusters.clusters(),
    ...(patterned ? { patterns: true } : {}),
  }
  for (const finding of policies.unused()) findings.push(finding)
  for (const finding of services.unusedOverrides()) findings.push(finding)
  return { bundle, findings: findings.sort(compareFindings) }
}

interface AttachOptions {
  readonly attacher: Attacher
  readonly compileRoute: RouteCompiler
  readonly findings: Finding[]
}

interface AttachedRoutes {
  /** By host key. */
  readonly hosts: ReadonlyMap<string, HostRoutes>
  readonly candidates: readonly FallbackCandidate[]
}

function attachRoutes({ routes }: Manifest, options: AttachOptions): AttachedRoutes {
  const { attacher, compileRoute, findings } = options
  const hosts = new Map<string, HostRoutes>()
  const candidates: FallbackCandidate[] = []
  for (const [position, route] of routes.entries()) {
    const compiled = compileRoute(route, position)
    const { defaultBackend } = route
    if (defaultBackend !== undefined) {
      candidates.push({ route, compiled, backend: defaultBackend })
    }
    if (compiled.rules.length === 0) continue
    let attached = false
    for (const pattern of route.hostnames) {
      for (const { key, set } of attacher.attach(route, pattern)) {
        attached = true
        addRoute(hosts, key, { compiled, set, specificity: specificityOf(pattern) })
      }
    }
    if (!attached) findings.push(notAttached(route))
  }
  return { hosts, candidates }
}

interface HostRoute {
  readonly compiled: CompiledRoute
  readonly set: ListenerSetId
  readonly specificity: number
}

/** Adds a route to a host. In lists beside each other, since there may be millions. */
function addRoute(hosts: Map<string, HostRoutes>, key: string, added: HostRoute): void {
  let host = hosts.get(key)
  if (host === undefined) {
    host = { routes: [], sets: [], specificities: [] }
    hosts.set(key, host)
  }
  host.routes.push(added.compiled)
  host.sets.push(added.set)
  host.specificities.push(added.specificity)
}

interface EntryOptions {
  readonly listeners: readonly Listener[]
  readonly tables: TablePlan
  readonly fallbacks: ReadonlyMap<number, FallbackCandidate>
  readonly actions: ActionCompiler
}

function listenerEntries({ listeners, tables, fallbacks, actions }: EntryOptions): ListenerEntry[] {
  const compiled = new Map<FallbackCandidate, Fallback>()
  return listeners.map((listener, index): ListenerEntry => {
    const candidate = fallbacks.get(index)
    if (candidate !== undefined && !compiled.has(candidate)) {
      compiled.set(candidate, compileFallback(candidate, actions))
    }
    const fallback = candidate === undefined ? undefined : compiled.get(candidate)
    const table = tables.tableOf[index] as number // one for each listener
    return {
      name: listenerName(listener),
      host: listenerHostKey(listener),
      table,
      wildcards: (tables.tables[table] as Table).wildcards, // numbers come from the same list
      ...(listener.clientAddress === undefined ? {} : { clientAddress: listener.clientAddress }),
      ...policyOf(listener.policy),
      pathAmbiguity: listener.pathAmbiguity,
      mergeSlashes: listener.mergeSlashes,
      ...(fallback === undefined ? {} : { fallback }),
    }
  })
}

/** All virtual hosts by document key, each table's in the order of their names. */
function hostDocuments(tables: readonly Table[]): Readonly<Record<string, VirtualHost>> {
  const documents: Record<string, VirtualHost> = Object.create(null)
  for (const [number, { hosts }] of tables.entries()) {
    for (const host of [...hosts.keys()].sort()) {
      documents[hostDocumentKey(number, host)] = hosts.get(host) as VirtualHost // its own key
    }
  }
  return documents
}
