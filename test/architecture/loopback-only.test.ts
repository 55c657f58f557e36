import { once } from 'node:events'
import { createServer, connect, type AddressInfo, type Socket } from 'node:net'
import { expect, test } from 'vitest'

/** An address of the range that is set aside for documentation: nobody answers there. */
const elsewhere = '192.0.2.1'

async function failure(socket: Socket): Promise<unknown> {
  const [error] = await once(socket, 'error')
  return error
}

test.each([
  ['an address', () => connect({ host: elsewhere, port: 9 })],
  ['an address given as arguments', () => connect(9, elsewhere)],
  ['a name', () => connect({ host: 'example.com', port: 9 })],
  [
    'a name that a test resolves elsewhere',
    () =>
      connect({
        host: 'backend.test',
        port: 9,
        lookup: (_host, options, done) => {
          if (options.all === true) done(null, [{ address: elsewhere, family: 4 }])
          else done(null, elsewhere, 4)
        },
      }),
  ],
])('a test cannot connect to %s outside loopback', async (_name, open) => {
  expect(await failure(open())).toMatchObject({ code: 'ENETUNREACH' })
})

test('fetch is held to loopback too', async () => {
  await expect(fetch('http://example.com/')).rejects.toMatchObject({
    cause: { code: 'ENETUNREACH' },
  })
})

test('a test can connect to loopback by address and by name', async () => {
  const server = createServer((socket) => socket.end()).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  for (const host of ['127.0.0.1', 'localhost']) {
    const socket = connect({ host, port }).resume()
    await once(socket, 'close')
    expect(socket.errored).toBeNull()
  }
  server.close()
})
