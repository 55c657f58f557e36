/** One virtual host ready for requests: its table, its policy and its actions, linked on demand. */
import type { Action, VirtualHost, WeightedBackend } from '../model/bundle.ts'
import type { Filter, Timeouts } from '../model/manifest.ts'
import { linkNetworkPolicy, type LinkedNetworkPolicy } from '../policy/network-policy.ts'
import type { PatternCompiler } from '../regex/pattern.ts'
import { createHostTable, type HostTable } from '../routing/host-table.ts'
import type { LinkedCluster } from '../upstream/cluster.ts'

/** Gives the linked cluster of a name; `undefined` where the Bundle has none. */
export type ClusterLinker = (name: string) => LinkedCluster | undefined

/** An action with everything looked up. */
export interface LinkedAction {
  readonly filters: readonly Filter[]
  readonly backends: readonly LinkedBackend[]
  readonly policy: LinkedNetworkPolicy | undefined
  readonly timeouts: Required<Timeouts>
  /** The rule could not be read and answers 500. */
  readonly invalid: boolean
}

/** A backend of an action. */
export interface LinkedBackend {
  readonly ref: string
  readonly weight: number
  /** `undefined`: the reference is invalid and its share answers 500. */
  readonly cluster: LinkedCluster | undefined
  readonly filters: readonly Filter[]
}

const NO_FILTERS: readonly Filter[] = []

/** Links one action; `clusters` is asked once for each backend. */
export function linkAction(action: Action, clusters: ClusterLinker): LinkedAction {
  return {
    filters: action.filters,
    backends: action.backends.map((backend) => linkBackend(backend, clusters)),
    policy: action.policy === undefined ? undefined : linkNetworkPolicy(action.policy),
    timeouts: action.timeouts,
    invalid: action.invalid === true,
  }
}

function linkBackend(backend: WeightedBackend, clusters: ClusterLinker): LinkedBackend {
  return {
    ref: backend.ref,
    weight: backend.weight,
    cluster: backend.cluster === undefined ? undefined : clusters(backend.cluster),
    filters: backend.filters ?? NO_FILTERS,
  }
}

/** A virtual host as the request path sees it. */
export class LinkedHost {
  readonly document: VirtualHost
  readonly table: HostTable
  readonly policy: LinkedNetworkPolicy | undefined
  readonly #clusters: ClusterLinker
  #actions: (LinkedAction | undefined)[] | undefined

  constructor(document: VirtualHost, patterns: PatternCompiler, clusters: ClusterLinker) {
    this.document = document
    this.table = createHostTable(document, patterns)
    this.policy = document.policy === undefined ? undefined : linkNetworkPolicy(document.policy)
    this.#clusters = clusters
  }

  /** The action at `index`, linked when it is first used: most hosts of a large set rest. */
  action(index: number): LinkedAction {
    this.#actions ??= []
    const known = this.#actions[index]
    if (known !== undefined) return known
    const action = this.document.actions[index]
    if (action === undefined) throw new RangeError(`no action ${index} in ${this.document.host}`)
    const linked = linkAction(action, this.#clusters)
    this.#actions[index] = linked
    return linked
  }
}
