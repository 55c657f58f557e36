/** A gateway behind @hono/node-server, as an application on Node embeds it. */
import { createAdaptorServer } from '@hono/node-server'
import { once } from 'node:events'
import type { IncomingMessage, Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { createGateway } from '../../../src/index.ts'
import type { RuleSet } from '../case.ts'
import { buildAccepted, findEntry, type Pod } from '../rules.ts'
import { RecordKeeper, type RuleServer } from './server.ts'

/** Starts a server for `rules`; its waiting times are those of Node. */
export async function startFetchServer(rules: RuleSet, pods: readonly Pod[]): Promise<RuleServer> {
  const bundle = buildAccepted(rules, pods)
  const peers = new Map<number, string | null>()
  const keeper = new RecordKeeper()
  const faults: unknown[] = []
  const gateway = createGateway({
    bundle,
    log: (record) => keeper.add(record),
    fault: (error) => faults.push(error),
  })
  const servers = new Map<string, Server>()
  for (const { key } of bundle.sockets) {
    const server = createAdaptorServer({
      fetch: (request, env) => {
        const { incoming } = env as { readonly incoming: IncomingMessage } // of node:http
        const { remotePort = 0, remoteAddress } = incoming.socket
        const address = peers.get(remotePort) ?? (peers.has(remotePort) ? undefined : remoteAddress)
        return gateway(request, { address, port: remotePort, socket: key })
      },
      overrideGlobalObjects: false,
    }) as Server // of node:http, where no other is asked for
    server.listen(0, '127.0.0.1')
    await once(server, 'listening')
    servers.set(key, server)
  }
  return {
    admit: ({ gateway: name, peer }) =>
      Promise.resolve({
        port: portOf(servers.get(findEntry(bundle, name).key)),
        connected: (localPort) => void peers.set(localPort, peer),
      }),
    nextRecord: () => keeper.next(),
    quiet: () => new Promise((resolve) => setImmediate(resolve)),
    records: keeper.records,
    faults,
    parsedByRuntime: true,
    async close() {
      for (const server of servers.values()) {
        server.closeAllConnections()
        server.close()
        await once(server, 'close')
      }
    },
  }
}

function portOf(server: Server | undefined): number {
  if (server === undefined) throw new Error('no such socket')
  return (server.address() as AddressInfo).port // bound to a port
}
