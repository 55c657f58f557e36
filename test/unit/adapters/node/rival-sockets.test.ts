import { once } from 'node:events'
import { connect, createServer as createNetServer, type AddressInfo } from 'node:net'
import { afterEach, describe, expect, it } from 'vitest'
import { isInTheWay } from '../../../../adapters/node/listener.ts'
import { createServer, ListenError, type PosternServer } from '../../../../adapters/node/server.ts'
import type { SocketEntry } from '../../../../src/model/bundle.ts'

const servers: PosternServer[] = []
afterEach(async () => {
  for (const server of servers.splice(0)) await server.drain(0)
})

function entry(address: string | undefined, port: number): SocketEntry {
  const key = `http:${address ?? '*'}:${port}`
  const bound = address === undefined ? {} : { address }
  return { key, protocol: 'HTTP', ...bound, port, listeners: [0] }
}

/** A server on a socket that nobody writes to. */
async function start(socket: SocketEntry): Promise<PosternServer> {
  const server = createServer({
    sockets: [socket],
    begin: () => {
      throw new Error('no request is made')
    },
    log: { write() {}, reopen() {}, close: () => Promise.resolve(), dropped: 0 },
    drain: { lameDuckMs: 0, deadlineMs: 5000 },
    fault: (error) => {
      throw error
    },
  })
  servers.push(server)
  await server.listen()
  return server
}

async function freePort(): Promise<number> {
  const probe = createNetServer().listen(0, '127.0.0.1')
  await once(probe, 'listening')
  const { port } = probe.address() as AddressInfo // bound to a port
  probe.close()
  await once(probe, 'close')
  return port
}

async function accepts(port: number): Promise<boolean> {
  const socket = connect(port, '127.0.0.1')
  const connected = await once(socket, 'connect').then(
    () => true,
    () => false,
  )
  socket.destroy()
  return connected
}

describe('an update to a socket that cannot be bound beside the old one', () => {
  it.each([
    { name: 'one address instead of every', from: undefined, to: '127.0.0.1' },
    { name: 'every address instead of one', from: '127.0.0.1', to: undefined },
  ])('takes the port over: $name', async ({ from, to }) => {
    const port = await freePort()
    const server = await start(entry(from, port))
    const [bound] = await server.update([entry(to, port)])
    expect(bound?.entry).toEqual(entry(to, port))
    expect(server.sockets).toHaveLength(1)
    expect(await accepts(port)).toBe(true)
  })

  it('accepts where it did before when another socket fails', async () => {
    const port = await freePort()
    const server = await start(entry(undefined, port))
    const next = [entry('127.0.0.1', port), entry('192.0.2.1', port)]
    await expect(server.update(next)).rejects.toThrow(ListenError)
    expect(server.sockets.map((bound) => bound.entry)).toEqual([entry(undefined, port)])
    expect(await accepts(port)).toBe(true)
  })
})

describe('isInTheWay', () => {
  it.each([
    { one: undefined, other: '127.0.0.1', expect: true },
    { one: '127.0.0.1', other: '::', expect: true },
    { one: '127.0.0.1', other: '127.0.0.1', expect: true },
    { one: '127.0.0.1', other: '127.0.0.2', expect: false },
  ])('holds for $one and $other: $expect', ({ one, other, expect: held }) => {
    expect(isInTheWay(entry(one, 8080), entry(other, 8080))).toBe(held)
    expect(isInTheWay(entry(one, 8080), entry(other, 8081))).toBe(false)
    expect(isInTheWay(entry(one, 0), entry(other, 0))).toBe(false)
  })
})
