/** Postern's Node server over a case's rules, on loopback, with the peers that the case names. */
import { createServer, type PosternServer } from '../../../adapters/node/server.ts'
import type { EngineLimits } from '../../../adapters/node/engine/limits.ts'
import { begin } from '../../../src/gateway/begin.ts'
import type { Snapshot } from '../../../src/gateway/snapshot.ts'
import type { AccessRecord } from '../../../src/exchange.ts'
import type { SocketEntry } from '../../../src/model/bundle.ts'
import type { RuleSet } from '../case.ts'
import { buildAccepted, findSocket, openSnapshot, type Pod } from '../rules.ts'

/** A running server. */
export interface NodeServer {
  /** The port that serves `gateway`, or the first one. */
  portOf(gateway: string | undefined): number
  /**
   * Makes the connections from `localPort` of a client come from `address`: the server's own view
   * of its sockets is loopback, and `begin` is where an engine's facts reach the core.
   */
  setPeer(localPort: number, address: string | null): void
  /** The next record that is written. */
  nextRecord(): Promise<AccessRecord>
  /** Resolves when no exchange is under way. */
  quiet(): Promise<void>
  readonly records: AccessRecord[]
  readonly faults: unknown[]
  close(): Promise<void>
}

/** Starts a server for `rules`. The rules' ports stay what they are; the system chooses the real. */
export async function startNodeServer(
  rules: RuleSet,
  pods: readonly Pod[],
  limits: Partial<EngineLimits>,
): Promise<NodeServer> {
  const snapshot = await openSnapshot(buildAccepted(rules, pods))
  const peers = new Map<number, string | null>()
  const records: AccessRecord[] = []
  const faults: unknown[] = []
  const waiting: ((record: AccessRecord) => void)[] = []
  const server = createServer({
    sockets: [...snapshot.sockets.values()].map(({ entry }) => onLoopback(entry)),
    begin: (head, peer) => {
      const address = peers.get(peer.port)
      const seen = address === undefined ? peer : { ...peer, address: address ?? undefined }
      return begin(head, seen, snapshot)
    },
    log: {
      write(record) {
        records.push(record)
        waiting.shift()?.(record)
      },
      reopen() {},
      close: () => Promise.resolve(),
      dropped: 0,
    },
    drain: { lameDuckMs: 0, deadlineMs: 0 },
    fault: (error) => faults.push(error),
    limits,
  })
  await server.listen()
  return {
    portOf: (gateway) => findPort(server, snapshot, gateway),
    setPeer: (localPort, address) => peers.set(localPort, address),
    nextRecord: () =>
      new Promise((resolve) => {
        waiting.push(resolve)
      }),
    quiet: () => untilQuiet(server),
    records,
    faults,
    close: async () => {
      await server.drain()
    },
  }
}

function onLoopback(entry: SocketEntry): SocketEntry {
  return { ...entry, address: '127.0.0.1', port: 0 }
}

function findPort(server: PosternServer, snapshot: Snapshot, gateway: string | undefined): number {
  const { key } = findSocket(snapshot, gateway)
  const bound = server.sockets.find(({ entry }) => entry.key === key)
  if (bound === undefined) throw new Error(`socket ${key} is not bound`)
  return bound.port
}

/** A turn of the loop after the other: nothing tells when the last exchange has ended. */
async function untilQuiet(server: PosternServer): Promise<void> {
  for (let turn = 0; turn < 1000 && server.requests > 0; turn++) {
    await new Promise((resolve) => {
      setImmediate(resolve)
    })
  }
}
