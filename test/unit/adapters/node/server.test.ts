import { once } from 'node:events'
import { connect, createServer as createNetServer, type AddressInfo } from 'node:net'
import { afterEach, describe, expect, test } from 'vitest'
import {
  createServer,
  ListenError,
  type PosternServer,
  type ServerOptions,
} from '../../../../adapters/node/server.ts'
import type { AccessRecord, Exchange, Step } from '../../../../src/exchange.ts'
import type { SocketEntry } from '../../../../src/model/bundle.ts'
import { readMessage } from '../../../seam/message.ts'
import type { Wire } from './rig.ts'

const servers: PosternServer[] = []
afterEach(async () => {
  for (const server of servers.splice(0)) await server.drain(0)
})

function entry(port: number, key = `http:127.0.0.1:${port}`): SocketEntry {
  return { key, protocol: 'HTTP', address: '127.0.0.1', port, listeners: [0] }
}

/** An exchange that answers when `answer` resolves. */
function answering(answer: Promise<string> | undefined): Exchange {
  const respond = (body: string): Step => ({
    type: 'respond',
    response: { status: 200, fields: [], body },
    requestBody: 'drain',
  })
  return {
    next(event) {
      if (answer === undefined || event.type === 'result') return respond('now')
      const request = { type: 'shard', key: 'answer' } as const
      return { type: 'call', request, timeoutMs: 60_000 }
    },
    interim: () => undefined,
    trailers: () => [],
    end: () => ({}) as AccessRecord, // nothing here reads it
  }
}

function start(options: Partial<ServerOptions> & { readonly answer?: Promise<string> }): {
  readonly server: PosternServer
  readonly records: AccessRecord[]
} {
  const records: AccessRecord[] = []
  const server = createServer({
    sockets: [entry(0, 'web')],
    begin: () => answering(options.answer),
    log: {
      write: (record) => void records.push(record),
      reopen() {},
      close: () => Promise.resolve(),
      dropped: 0,
    },
    drain: { lameDuckMs: 0, deadlineMs: 5000 },
    fault: (error) => {
      throw error
    },
    readShard: () => options.answer ?? Promise.resolve('now'),
    ...options,
  })
  servers.push(server)
  return { server, records }
}

async function client(port: number): Promise<Wire> {
  const socket = connect(port, '127.0.0.1')
  await once(socket, 'connect')
  return { socket, reader: readMessage(socket) }
}

const REQUEST = 'GET / HTTP/1.1\r\nHost: a\r\n\r\n'

/** Resolves when `holds` does, checked at every turn of the loop. */
async function eventually(holds: () => boolean): Promise<void> {
  while (!holds()) await new Promise(setImmediate)
}

describe('listening', () => {
  test('gives what was bound and counts what comes', async () => {
    const { server, records } = start({})
    const [bound] = await server.listen()
    expect(bound?.url).toBe(`http://127.0.0.1:${bound?.port}`)
    const { socket, reader } = await client(bound?.port ?? 0)
    socket.write(REQUEST)
    expect((await reader.head())?.start).toBe('HTTP/1.1 200 OK')
    await eventually(() => records.length === 1)
    expect({ connections: server.connections, requests: server.requests }).toEqual({
      connections: 1,
      requests: 0,
    })
    socket.destroy()
    await eventually(() => server.connections === 0)
  })

  test('opens all or none, with a finding and a remedy for each that fails', async () => {
    const other = createNetServer().listen(0, '127.0.0.1')
    await once(other, 'listening')
    const { port } = other.address() as AddressInfo // bound to a port
    const free = entry(0, 'free')
    const elsewhere = { ...entry(0, 'elsewhere'), address: '192.0.2.1' }
    const { server } = start({ sockets: [free, entry(port, 'taken'), elsewhere] })
    const error = await server.listen().catch((reason: unknown) => reason)
    expect(error).toBeInstanceOf(ListenError)
    expect((error as ListenError).findings).toMatchObject([
      {
        code: 'socket-not-bound',
        object: 'taken',
        remedy: expect.stringContaining('another port'),
      },
      { object: 'elsewhere', remedy: expect.stringContaining('address of this machine') },
    ])
    expect(server.sockets).toEqual([])
    other.close()
  })
})

describe('changing sockets', () => {
  test('opens the new before it lets the old go, response in hand included', async () => {
    const { promise: answer, resolve } = Promise.withResolvers<string>()
    const { server } = start({ answer })
    const [old] = await server.listen()
    const { socket, reader } = await client(old?.port ?? 0)
    socket.write(REQUEST)
    await eventually(() => server.requests === 1)
    const [added] = await server.update([entry(0, 'other')])
    expect(server.sockets.map((one) => one.entry.key)).toEqual(['other'])
    const refused = connect(old?.port ?? 0, '127.0.0.1')
    const [error] = (await once(refused, 'error')) as [NodeJS.ErrnoException]
    expect(error.code).toBe('ECONNREFUSED')
    resolve('now')
    expect((await reader.head())?.fields.get('connection')).toBe('close')
    const second = await client(added?.port ?? 0)
    second.socket.write(REQUEST)
    expect((await second.reader.head())?.fields.get('connection')).toBe('keep-alive')
    second.socket.destroy()
  })

  test('that cannot all be opened changes nothing', async () => {
    const { server } = start({})
    const [bound] = await server.listen()
    const port = bound?.port ?? 0
    await expect(server.update([entry(0, 'new'), entry(port, 'same port')])).rejects.toThrow(
      ListenError,
    )
    expect(server.sockets.map((one) => one.entry.key)).toEqual(['web'])
    const { socket } = await client(port)
    socket.destroy()
  })
})

describe('draining', () => {
  test('closes idle and unused connections at once and waits for responses', async () => {
    const { promise: answer, resolve } = Promise.withResolvers<string>()
    const { server } = start({ answer })
    const [bound] = await server.listen()
    const port = bound?.port ?? 0
    const [busy, unused] = [await client(port), await client(port)]
    busy.socket.write(REQUEST)
    await eventually(() => server.requests === 1 && server.connections === 2)
    const drained = server.drain()
    await unused.reader.rest()
    expect(server.requests).toBe(1)
    resolve('now')
    const response = (await busy.reader.rest()).toString()
    expect(response).toMatch(/^HTTP\/1.1 200 .*Connection: close\r\n/s)
    expect(await drained).toEqual({ reset: 0 })
  })

  test('resets what has not ended at the deadline', async () => {
    const { server, records } = start({ answer: new Promise(() => {}) })
    const [bound] = await server.listen()
    const { socket } = await client(bound?.port ?? 0)
    socket.write(REQUEST)
    await eventually(() => server.requests === 1)
    const reset = once(socket, 'error') as Promise<[NodeJS.ErrnoException]>
    expect(await server.drain(20)).toEqual({ reset: 1 })
    const [error] = await reset
    expect(error.code).toBe('ECONNRESET')
    expect(records).toHaveLength(1)
  })

  test('goes on accepting as a lame duck, each response being the last', async () => {
    const { server } = start({ drain: { lameDuckMs: 200, deadlineMs: 5000 } })
    const [bound] = await server.listen()
    const drained = server.drain()
    const { socket, reader } = await client(bound?.port ?? 0)
    socket.write(REQUEST)
    expect((await reader.rest()).toString()).toMatch(/^HTTP\/1.1 200 .*Connection: close\r\n/s)
    expect(await drained).toEqual({ reset: 0 })
    expect(server.sockets).toEqual([])
  })

  test('keeps a connection that has a request in its head', async () => {
    const { server } = start({})
    const [bound] = await server.listen()
    const { socket, reader } = await client(bound?.port ?? 0)
    socket.write(REQUEST)
    await reader.head()
    await reader.bytes(3)
    socket.write('GET / HTTP/1.1\r\n')
    // The half head has arrived once this much has been answered on a second connection.
    const second = await client(bound?.port ?? 0)
    second.socket.write(REQUEST)
    await second.reader.head()
    const drained = server.drain()
    socket.write('Host: a\r\n\r\n')
    expect((await reader.head())?.start).toBe('HTTP/1.1 200 OK')
    second.socket.destroy()
    expect(await drained).toEqual({ reset: 0 })
  })
})
