/**
 * BundleReader → Snapshot: the only step of the rules' way that runs where requests are served.
 * Constant work whatever the size of the rules; hosts and clusters are linked as they are asked for.
 */
import { linkClientAddress } from '../client-address/resolve.ts'
import type { BundleReader, ListenerEntry } from '../model/bundle.ts'
import { linkNetworkPolicy } from '../policy/network-policy.ts'
import type { PatternCompiler } from '../regex/pattern.ts'
import { HostIndex } from '../routing/host-index.ts'
import { linkCluster, type LinkedCluster } from '../upstream/cluster.ts'
import { linkAction, LinkedHost, type ClusterLinker } from './linked-host.ts'
import type { Runtime } from './runtime.ts'
import type { LinkedListener, LinkedSocket, Snapshot } from './snapshot.ts'

/** What a link needs beside the rules. */
export interface LinkOptions {
  readonly runtime: Runtime
  /** Makes regular expressions runnable; needed where `root.patterns` is set. */
  readonly patterns: PatternCompiler
}

/** A snapshot over `reader`. */
export function link(reader: BundleReader, options: LinkOptions): Snapshot {
  const { runtime, patterns } = options
  const clusters = createClusterLinker(reader, runtime)
  const tables = new Map<number, HostIndex<LinkedHost>>()
  const listeners = reader.root.listeners.map((entry): LinkedListener => {
    let hosts = tables.get(entry.table)
    if (hosts === undefined) {
      hosts = createTable(reader, entry, (document) => new LinkedHost(document, patterns, clusters))
      tables.set(entry.table, hosts)
    }
    return linkListener(entry, hosts, clusters)
  })
  const sockets = new Map<string, LinkedSocket>()
  for (const entry of reader.root.sockets) {
    const shared = entry.listeners.flatMap((index) => listeners[index] ?? [])
    sockets.set(entry.key, { entry, listeners: shared })
  }
  return { reader, runtime, sockets }
}

function createTable(
  reader: BundleReader,
  entry: ListenerEntry,
  create: (document: NonNullable<ReturnType<BundleReader['virtualHost']>>) => LinkedHost,
): HostIndex<LinkedHost> {
  return new HostIndex({ reader, table: entry.table, wildcards: entry.wildcards, create })
}

function linkListener(
  entry: ListenerEntry,
  hosts: HostIndex<LinkedHost>,
  clusters: ClusterLinker,
): LinkedListener {
  const { fallback, policy } = entry
  return {
    entry,
    host: entry.host,
    clientAddress: linkClientAddress(entry.clientAddress),
    policy: policy === undefined ? undefined : linkNetworkPolicy(policy),
    hosts,
    fallback:
      fallback === undefined
        ? undefined
        : { entry: fallback, action: linkAction(fallback.action, clusters) },
  }
}

function createClusterLinker(reader: BundleReader, runtime: Runtime): ClusterLinker {
  const linked = new Map<string, LinkedCluster>()
  return (name) => {
    const known = linked.get(name)
    if (known !== undefined) return known
    const cluster = reader.cluster(name)
    if (cluster === undefined) return undefined
    const made = linkCluster(cluster, runtime.cluster(name))
    linked.set(name, made)
    return made
  }
}
