/** The scripts against the Node engine, with real sockets on both sides. */
import { once } from 'node:events'
import { createServer, type AddressInfo } from 'node:net'
import { afterEach, describe, expect, test } from 'vitest'
import { createEngine } from '../../adapters/node/engine/engine.ts'
import { startSites } from './sites.ts'
import { ENGINES, expectationOf, ScriptedExchange } from './script.ts'
import { SCRIPTS } from './scripts.ts'
import { runClient } from './client.ts'

const cleanups: (() => Promise<void>)[] = []
afterEach(async () => {
  for (const cleanup of cleanups.splice(0)) await cleanup()
})

describe('the Node engine', () => {
  test.each(SCRIPTS)('$name', async (script) => {
    const sites = await startSites(script)
    const ended = Promise.withResolvers<void>()
    const exchange = new ScriptedExchange(script, sites.endpoints, ended.resolve)
    const faults: unknown[] = []
    const engine = createEngine({
      begin: () => exchange,
      log: () => {},
      fault: (error) => faults.push(error),
      readShard: (key) => Promise.resolve(script.shards[key]),
    })
    const server = createServer({ allowHalfOpen: true, noDelay: true }, (socket) => {
      engine.accept(socket, { socket: 'seam', tls: undefined })
    })
    server.listen(0, '127.0.0.1')
    await once(server, 'listening')
    cleanups.push(async () => {
      engine.drain('seam')
      await sites.close()
      server.close()
      await once(server, 'close')
      await engine.close()
    })
    const { port } = server.address() as AddressInfo // bound to a port
    const client = await runClient(script.client, {
      port,
      fields: '',
      originBusy: sites.busy,
    })
    await ended.promise
    await sites.settled(expectationOf(script, ENGINES.node).origins)
    expect({ events: exchange.events, client, origins: sites.seen() }).toEqual(
      expectationOf(script, ENGINES.node),
    )
    expect(faults).toEqual([])
  })
})
