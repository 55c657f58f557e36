import { describe, expect, it } from 'vitest'
import type { Cluster } from '../../../src/model/bundle.ts'
import {
  createClusterState,
  linkCluster,
  pickEndpoint,
  type LinkedCluster,
} from '../../../src/upstream/cluster.ts'

function linked(...endpoints: string[]): LinkedCluster {
  const cluster: Cluster = { name: 'api', endpoints, host: { type: 'preserve' } }
  return linkCluster(cluster, createClusterState('api', 0))
}

const A = 'http://127.0.0.1:9001'
const B = 'http://127.0.0.1:9002'

describe('pickEndpoint', () => {
  it('goes round in order', () => {
    const cluster = linked(A, B)
    const picks = [1, 2, 3].map(() => pickEndpoint(cluster, [])?.url)
    expect(picks).toEqual([A, B, A])
  })

  it('passes over what was tried while another is left', () => {
    const cluster = linked(A, B)
    const first = pickEndpoint(cluster, [])
    const second = pickEndpoint(cluster, first === undefined ? [] : [first])
    expect(second?.url).toBe(B)
  })

  it('tries the only endpoint again', () => {
    const cluster = linked(A)
    const first = pickEndpoint(cluster, [])
    expect(pickEndpoint(cluster, first === undefined ? [] : [first])?.url).toBe(A)
  })

  it('gives nothing for a cluster without endpoints', () => {
    expect(pickEndpoint(linked(), [])).toBeUndefined()
  })

  it('goes on where an older snapshot of the same cluster stopped', () => {
    const old = linked(A, B)
    pickEndpoint(old, [])
    const fresh = linkCluster(old.cluster, old.state)
    expect(pickEndpoint(fresh, [])?.url).toBe(B)
  })
})
