/**
 * What is known about a cluster while postern runs. It outlives snapshots: a reload that names the
 * same cluster resets neither its turn nor its retry budget.
 */
import type { EndpointAddress } from '../exchange.ts'
import type { Cluster } from '../model/bundle.ts'
import { parseEndpoint } from './endpoint.ts'
import { RetryBudget } from './retry-budget.ts'

/** State of one cluster name, shared by every snapshot that names it. */
export interface ClusterState {
  readonly name: string
  readonly budget: RetryBudget
  /** Turn of round robin. */
  cursor: number
  /** Monotonic milliseconds of the last pick; entries unused for long are dropped. */
  usedAtMs: number
}

/** One snapshot's view of a cluster: its endpoints, with the lasting state. */
export interface LinkedCluster {
  readonly cluster: Cluster
  readonly endpoints: readonly EndpointAddress[]
  readonly state: ClusterState
}

/** State for a cluster seen for the first time. */
export function createClusterState(name: string, nowMs: number): ClusterState {
  return { name, budget: new RetryBudget(), cursor: 0, usedAtMs: nowMs }
}

/** Joins the Bundle's cluster and the lasting state. */
export function linkCluster(cluster: Cluster, state: ClusterState): LinkedCluster {
  const endpoints: EndpointAddress[] = []
  for (const url of cluster.endpoints) {
    const endpoint = parseEndpoint(url)
    if (endpoint !== undefined) endpoints.push(endpoint)
  }
  return { cluster, endpoints, state }
}

/**
 * Next endpoint by round robin, past those in `tried` while another is left; `undefined` when the
 * cluster has none.
 */
export function pickEndpoint(
  linked: LinkedCluster,
  tried: readonly EndpointAddress[],
): EndpointAddress | undefined {
  const { endpoints, state } = linked
  const count = endpoints.length
  if (count === 0) return undefined
  const first = state.cursor % count
  state.cursor = (first + 1) % count
  if (tried.length === 0) return endpoints[first]
  for (let i = 0; i < count; i++) {
    const candidate = endpoints[(first + i) % count]
    if (candidate !== undefined && !tried.some((one) => one.url === candidate.url)) {
      return candidate
    }
  }
  return endpoints[first]
}
