/** An endpoint whose body is not what its coding says, before the fetch of Node, which decodes. */
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { expect, test } from 'vitest'
import { createGateway } from '../../../src/index.ts'
import { bundleOf } from './rules.ts'

test('a body that says gzip and is none breaks off, and the next request is served', async () => {
  const origin = createServer((request, response) => {
    const coding = request.url === '/wrong' ? 'gzip' : 'identity'
    response.writeHead(200, { 'content-encoding': coding }).end('plain')
  })
  await new Promise<void>((resolve) => origin.listen(0, '127.0.0.1', resolve))
  const { port } = origin.address() as AddressInfo // bound to a port
  try {
    const backend = `http://127.0.0.1:${port}`
    const faults: unknown[] = []
    const gateway = createGateway({
      bundle: bundleOf({ version: 1, routes: [{ path: '/', backend }] }),
      fault: (error) => faults.push(error),
    })
    const ask = (path: string): Promise<Response> =>
      gateway(new Request(`http://a.test${path}`), { address: '192.0.2.1' })
    const wrong = await ask('/wrong')
    expect([wrong.status, wrong.headers.get('content-encoding')]).toEqual([200, null])
    await expect(wrong.text()).rejects.toThrow('terminated')
    expect(await (await ask('/')).text()).toBe('plain')
    expect(faults).toEqual([])
  } finally {
    origin.close()
    origin.closeAllConnections()
  }
})
