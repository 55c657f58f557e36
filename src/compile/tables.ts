/**
 * Attached routes to tables of virtual hosts. Owns which listeners share a table: those to which
 * the very same routes are attached, so that one table is held and linked once for all of them.
 */
import type { Finding } from '../errors.ts'
import type { ListenerEntry, VirtualHost } from '../model/bundle.ts'
import type { Listener, RouteMatch } from '../model/manifest.ts'
import { NOWHERE, type ListenerSetId } from './attach.ts'
import type { HostPolicies } from './host-policies.ts'
import { ANY_HOST, broaderKeys } from './hosts.ts'
import type { SpecificRoutes } from './matches.ts'
import type { CompiledRoute } from './routes.ts'
import { createVirtualHost, inheritVirtualHost } from './virtual-host.ts'

/** The routes of one host key, each with the listeners it is attached to. */
export interface HostRoutes {
  readonly routes: CompiledRoute[]
  /** One for each route. */
  readonly sets: ListenerSetId[]
  /** One for each route: how specific the pattern is that brought it here. */
  readonly specificities: number[]
}

/** What tables are made of. */
export interface TableOptions {
  /** By host key. */
  readonly hosts: ReadonlyMap<string, HostRoutes>
  readonly listeners: readonly Listener[]
  /** The listeners of a set, as indexes. */
  readonly listenersOf: (set: ListenerSetId) => readonly number[]
  /** Whether the listener at this index has a default backend. */
  readonly hasFallback: (listener: number) => boolean
  readonly policies: HostPolicies
  readonly findings: Finding[]
}

/** One table. */
export interface Table {
  /** By host key, in no order. */
  readonly hosts: ReadonlyMap<string, VirtualHost>
  readonly wildcards: ListenerEntry['wildcards']
}

/** The tables and who uses them. */
export interface TablePlan {
  readonly tables: readonly Table[]
  /** The table of each listener. */
  readonly tableOf: readonly number[]
}

interface Draft {
  readonly hosts: Map<string, VirtualHost>
  readonly mergeSlashes: boolean
  hasFallback: boolean
}

/** Makes the tables. */
export function createTables(options: TableOptions): TablePlan {
  const { tableOf, drafts } = groupListeners(options)
  const tablesBySet = new Map<ListenerSetId, readonly number[]>()
  const tablesOf = (set: ListenerSetId): readonly number[] => {
    const known = tablesBySet.get(set)
    if (known !== undefined) return known
    const indexes = options.listenersOf(set)
    const tables = [...new Set(indexes.map((index) => tableOf[index] as number))] // one for each
    tablesBySet.set(set, tables)
    return tables
  }
  const told = new Set<RouteMatch>()
  // In the order of the names, so that messages name the same host whatever the order of objects.
  for (const host of [...options.hosts.keys()].sort()) {
    const hostRoutes = options.hosts.get(host) as HostRoutes // one of its own keys
    const policy = options.policies.policyOf(host)
    const made = new Map<string, VirtualHost>()
    for (const [table, present] of presentSets(hostRoutes.sets, tablesOf)) {
      const draft = drafts[table] as Draft // numbers come from the same list
      const key = `${draft.mergeSlashes} ${[...present].join(' ')}`
      const virtualHost =
        made.get(key) ??
        createVirtualHost(selectRoutes(hostRoutes, present), {
          host,
          mergeSlashes: draft.mergeSlashes,
          policy,
          findings: options.findings,
          told,
        })
      made.set(key, virtualHost)
      draft.hosts.set(host, virtualHost)
    }
  }
  for (const draft of drafts) addPolicyHosts(draft, options.policies)
  return { tableOf, tables: drafts.map(finishTable) }
}

/** Listeners belong together when every set of listeners that some route has names both or none. */
function groupListeners(options: TableOptions): { tableOf: number[]; drafts: Draft[] } {
  const used = new Set<ListenerSetId>()
  for (const { sets } of options.hosts.values()) for (const set of sets) used.add(set)
  const signatures = options.listeners.map((): ListenerSetId[] => [])
  for (const set of used) {
    for (const index of options.listenersOf(set)) signatures[index]?.push(set)
  }
  const numbers = new Map<string, number>()
  const drafts: Draft[] = []
  const tableOf = options.listeners.map(({ mergeSlashes }, index) => {
    // A rule's path is in the form in which its listener sees paths, so that form divides as well.
    const signature = `${mergeSlashes} ${signatures[index]?.join(' ')}`
    let number = numbers.get(signature)
    if (number === undefined) {
      number = drafts.push({ hosts: new Map(), mergeSlashes, hasFallback: false }) - 1
      numbers.set(signature, number)
    }
    const draft = drafts[number] as Draft // just made or found
    draft.hasFallback ||= options.hasFallback(index)
    return number
  })
  return { tableOf, drafts }
}

/** For each table those of the sets that reach it. */
function presentSets(
  sets: readonly ListenerSetId[],
  tablesOf: (set: ListenerSetId) => readonly number[],
): Map<number, Set<ListenerSetId>> {
  const present = new Map<number, Set<ListenerSetId>>()
  for (const set of new Set(sets)) {
    for (const table of tablesOf(set)) {
      const known = present.get(table)
      if (known === undefined) present.set(table, new Set([set]))
      else known.add(set)
    }
  }
  return present
}

/**
 * The routes that the sets bring, with their specificity. A route that reaches a host by two of its
 * patterns comes once, by the more specific one.
 */
function selectRoutes(
  { routes, sets, specificities }: HostRoutes,
  present: ReadonlySet<ListenerSetId>,
): SpecificRoutes {
  const selected = new Map<CompiledRoute, number>()
  for (const [i, route] of routes.entries()) {
    if (!present.has(sets[i] ?? NOWHERE)) continue
    const specificity = specificities[i] ?? 0
    selected.set(route, Math.max(specificity, selected.get(route) ?? 0))
  }
  return selected
}

/**
 * Makes a virtual host of each host that has a policy and no routes of its own. Without it the
 * policy would not hold, since a less specific host would be chosen; with nothing in it the host
 * would be taken from that one. So it has the routes of the next less specific host; where there is
 * none, it stands alone, for the sake of a default backend.
 */
function addPolicyHosts(draft: Draft, policies: HostPolicies): void {
  const added: VirtualHost[] = []
  for (const host of policies.keys()) {
    if (draft.hosts.has(host)) continue
    const broader = broaderKeys(host).find((key) => draft.hosts.has(key))
    if (broader === undefined && !draft.hasFallback) continue
    const policy = policies.policyOf(host)
    if (policy === undefined) continue
    const parent = broader === undefined ? undefined : draft.hosts.get(broader)
    added.push(inheritVirtualHost(host, policy, parent))
  }
  for (const virtualHost of added) draft.hosts.set(virtualHost.host, virtualHost)
}

function finishTable({ hosts }: Draft): Table {
  let one = false
  let deep = false
  for (const host of hosts.keys()) {
    one ||= host.startsWith('*.')
    deep ||= host.startsWith('**.')
  }
  return { hosts, wildcards: { one, deep, any: hosts.has(ANY_HOST) } }
}
