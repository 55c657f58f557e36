/** Postern's Node server over a case's rules, on loopback, with the peers that the case names. */
import { createServer, type PosternServer } from '../../../adapters/node/server.ts'
import { DEFAULT_LIMITS, type EngineLimits } from '../../../adapters/node/engine/limits.ts'
import { begin } from '../../../src/gateway/begin.ts'
import type { Snapshot } from '../../../src/gateway/snapshot.ts'
import type { SocketEntry } from '../../../src/model/bundle.ts'
import type { RuleSet } from '../case.ts'
import { buildAccepted, findSocket, openSnapshot, type Pod } from '../rules.ts'
import { RecordKeeper, type RuleServer } from './server.ts'

/** Starts a server for `rules`. The rules' ports stay what they are; the system chooses the real. */
export async function startNodeServer(
  rules: RuleSet,
  pods: readonly Pod[],
  haste: number,
): Promise<RuleServer> {
  const snapshot = await openSnapshot(buildAccepted(rules, pods))
  const peers = new Map<number, string | null>()
  const keeper = new RecordKeeper()
  const faults: unknown[] = []
  const server = createServer({
    sockets: [...snapshot.sockets.values()].map(({ entry }) => onLoopback(entry)),
    begin: (head, peer) => {
      const address = peers.get(peer.port)
      const seen = address === undefined ? peer : { ...peer, address: address ?? undefined }
      return begin(head, seen, snapshot)
    },
    log: {
      write: (record) => keeper.add(record),
      reopen() {},
      close: () => Promise.resolve(),
      dropped: 0,
    },
    drain: { lameDuckMs: 0, deadlineMs: 0 },
    fault: (error) => faults.push(error),
    limits: scaledLimits(haste),
  })
  await server.listen()
  return {
    admit: ({ gateway, peer }) =>
      Promise.resolve({
        port: findPort(server, snapshot, gateway),
        // `begin` is where an engine's facts reach the core.
        connected: (localPort) => void peers.set(localPort, peer),
      }),
    nextRecord: () => keeper.next(),
    quiet: () => untilQuiet(server),
    records: keeper.records,
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

/** The server's waiting times, shortened as the script's are. */
function scaledLimits(haste: number): Partial<EngineLimits> {
  return {
    // A client here reads all it is sent, so that nothing can be lost by closing soon.
    lingerMs: 100,
    headTimeoutMs: Math.round(DEFAULT_LIMITS.headTimeoutMs / haste),
    keepAliveMs: Math.round(DEFAULT_LIMITS.keepAliveMs / haste),
  }
}
