/** One rule set in memory, immutable; adapters replace the reference, never a part. */
import type { ClientAddressRule } from '../client-address/resolve.ts'
import type { BundleReader, Fallback, ListenerEntry, SocketEntry } from '../model/bundle.ts'
import type { LinkedNetworkPolicy } from '../policy/network-policy.ts'
import type { HostIndex } from '../routing/host-index.ts'
import type { LinkedAction, LinkedHost } from './linked-host.ts'
import type { Runtime } from './runtime.ts'

/** What `begin` needs to answer requests. */
export interface Snapshot {
  readonly reader: BundleReader
  readonly runtime: Runtime
  /** By `SocketEntry.key`, which is what `Peer.socket` names. */
  readonly sockets: ReadonlyMap<string, LinkedSocket>
}

/** A socket and the listeners that share it. */
export interface LinkedSocket {
  readonly entry: SocketEntry
  /** The most specific host first. */
  readonly listeners: readonly LinkedListener[]
}

/** A listener ready for requests. */
export interface LinkedListener {
  readonly entry: ListenerEntry
  /** Host key it admits, as `routing/listener.ts` reads it. */
  readonly host: string
  readonly clientAddress: ClientAddressRule
  readonly policy: LinkedNetworkPolicy | undefined
  readonly hosts: HostIndex<LinkedHost>
  readonly fallback: LinkedFallback | undefined
}

/** The default backend of a listener. */
export interface LinkedFallback {
  readonly entry: Fallback
  readonly action: LinkedAction
}
