/**
 * What outlives a snapshot: cluster state, request numbers, and the injected clock and chance.
 */
import type { BundleReader } from '../model/bundle.ts'
import { RequestIds } from '../observe/request-id.ts'
import { Timestamps } from '../observe/timestamps.ts'
import { createClusterState, type ClusterState } from '../upstream/cluster.ts'

/** Unused states are kept this long, so that a rule taken back and forth resets nothing. */
const KEEP_UNUSED_MS = 600_000

/** What the core cannot have by itself. */
export interface RuntimeOptions {
  /** Milliseconds since the epoch, for what is written down. */
  readonly now: () => number
  /** Milliseconds from any start, never back, for what is measured: a clock set anew must not. */
  readonly monotonic: () => number
  /** 0 ≤ x < 1. */
  readonly random: () => number
}

/** One process's lasting state. */
export class Runtime {
  readonly now: () => number
  readonly monotonic: () => number
  readonly random: () => number
  readonly requestIds: RequestIds
  readonly timestamps: Timestamps = new Timestamps()
  readonly #clusters = new Map<string, ClusterState>()

  constructor(options: RuntimeOptions) {
    this.now = options.now
    this.monotonic = options.monotonic
    this.random = options.random
    this.requestIds = new RequestIds(options.random)
  }

  /** State of the cluster, made when it is first asked for. */
  cluster(name: string): ClusterState {
    const known = this.#clusters.get(name)
    if (known !== undefined) return known
    const state = createClusterState(name, this.monotonic())
    this.#clusters.set(name, state)
    return state
  }

  /** Forgets clusters that `reader` no longer names and nobody used for ten minutes. */
  sweep(reader: BundleReader): void {
    const before = this.monotonic() - KEEP_UNUSED_MS
    for (const [name, state] of this.#clusters) {
      if (state.usedAtMs < before && reader.cluster(name) === undefined) this.#clusters.delete(name)
    }
  }
}
