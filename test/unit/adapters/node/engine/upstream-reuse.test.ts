/** Which connections to endpoints are used again, and which never. */
import { once } from 'node:events'
import type { Socket } from 'node:net'
import { describe, expect, test } from 'vitest'
import type { EndpointAddress } from '../../../../../src/exchange.ts'
import { startOrigin, startRig, type Rig } from '../rig.ts'

const OK = 'HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi'

/** An origin that keeps account of its connections. */
async function counting(
  answer: string,
): Promise<EndpointAddress & AsyncDisposable & { readonly sockets: Socket[] }> {
  const sockets: Socket[] = []
  const origin = await startOrigin(async ({ socket, reader }) => {
    sockets.push(socket)
    for (let head = await reader.head(); head !== undefined; head = await reader.head()) {
      await reader.body(head)
      socket.write(answer)
    }
  })
  return Object.assign(origin, { sockets })
}

/** One request on a connection of its own, until its record is there. */
async function ask(rig: Rig, request: string): Promise<void> {
  const count = rig.ended.length
  const { socket } = await rig.client()
  socket.write(request)
  await rig.ends(count + 1)
  socket.destroy()
}

const GET = 'GET / HTTP/1.1\r\nHost: a\r\n\r\n'
const POST = 'POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nhello'
const CHUNKS = `POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\nX: 1\r\n\r\n`

describe('a connection', () => {
  test.each([
    { name: 'a length', request: GET, answer: OK },
    {
      name: 'a length of nothing',
      request: GET,
      answer: 'HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n',
    },
    {
      name: 'chunks',
      request: GET,
      answer: 'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nhi\r\n0\r\n\r\n',
    },
    {
      name: 'trailers',
      request: GET,
      answer:
        'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nhi\r\n0\r\nX-Sum: 1\r\n\r\n',
    },
    { name: '204', request: GET, answer: 'HTTP/1.1 204 No\r\n\r\n' },
    { name: '304', request: GET, answer: 'HTTP/1.1 304 No\r\nContent-Length: 9\r\n\r\n' },
    {
      name: 'HEAD',
      request: GET.replace('GET', 'HEAD'),
      answer: 'HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n',
    },
    { name: 'hints', request: GET, answer: `HTTP/1.1 103 Hints\r\nLink: </a>\r\n\r\n${OK}` },
    { name: 'an upload', request: POST, answer: OK },
    { name: 'an upload in chunks', request: CHUNKS, answer: OK },
    {
      name: 'HTTP/1.0 that says so',
      request: GET,
      answer: 'HTTP/1.0 200 OK\r\nConnection: keep-alive\r\nContent-Length: 2\r\n\r\nhi',
    },
  ])('is used again after $name', async ({ request, answer }) => {
    await using origin = await counting(answer)
    await using rig = await startRig(origin)
    for (let asked = 0; asked < 3; asked++) await ask(rig, request)
    expect(origin.sockets).toHaveLength(1)
    expect(rig.ended.map(({ outcome }) => outcome.failure)).toEqual([
      undefined,
      undefined,
      undefined,
    ])
  })

  test.each([
    { name: 'the endpoint says close', answer: OK.replace('\r\n', '\r\nConnection: close\r\n') },
    { name: 'the endpoint speaks HTTP/1.0', answer: OK.replace('1.1', '1.0') },
    { name: 'more came than the response', answer: `${OK}x` },
    { name: '204 came with a body', answer: 'HTTP/1.1 204 No\r\nContent-Length: 2\r\n\r\nhi' },
  ])('is not used again where $name', async ({ answer }) => {
    await using origin = await counting(answer)
    await using rig = await startRig(origin)
    for (let asked = 0; asked < 2; asked++) await ask(rig, GET)
    expect(origin.sockets).toHaveLength(2)
  })

  test('is not used again where the answer came before the request was out', async () => {
    let connections = 0
    await using origin = await startOrigin(async ({ socket, reader }) => {
      connections++
      await reader.head()
      socket.write(OK)
    })
    await using rig = await startRig(origin)
    await ask(rig, POST.replace('hello', 'he'))
    await ask(rig, GET)
    expect(connections).toBe(2)
  })

  test.each([
    { name: 'its requests are used up', limits: { maxUpstreamRequests: 1 } },
    { name: 'it is too old', limits: { upstreamAgeMs: 1e-9 } },
  ])('is closed when $name', async ({ limits }) => {
    await using origin = await counting(OK)
    await using rig = await startRig(origin, {}, { limits })
    await ask(rig, GET)
    await ask(rig, GET)
    expect(origin.sockets).toHaveLength(2)
  })

  test('is closed when nobody wants it for a while', async () => {
    await using origin = await counting(OK)
    await using rig = await startRig(origin, {}, { limits: { upstreamIdleMs: 30 } })
    await ask(rig, GET)
    await once(origin.sockets[0] as Socket, 'close') // the one that was asked
  })

  test('that speaks without being asked is closed, and nobody hears it', async () => {
    await using origin = await counting(OK)
    await using rig = await startRig(origin)
    await ask(rig, GET)
    const [first] = origin.sockets as [Socket]
    first.write('HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nevil')
    await once(first, 'close')
    await ask(rig, GET)
    expect(origin.sockets).toHaveLength(2)
    expect(rig.ended[1]?.outcome).toMatchObject({ failure: undefined, responseBytes: 2 })
  })
})

describe('several connections', () => {
  test('that died together cost one failure: the next attempt gets a new one', async () => {
    const sockets: Socket[] = []
    let alive = true
    await using origin = await startOrigin(async ({ socket, reader }) => {
      sockets.push(socket)
      for (let head = await reader.head(); head !== undefined; head = await reader.head()) {
        if (!alive && sockets.indexOf(socket) < 2) socket.resetAndDestroy()
        else if (alive && sockets.length < 2) continue // until both are there
        else for (const one of alive ? sockets : [socket]) one.write(OK)
      }
    })
    let failed = 0
    await using rig = await startRig(origin, {
      next: (event, head) => {
        if (event.type !== 'failed' || 'type' in head) return undefined
        failed++
        expect(event.outcome).toMatchObject({ phase: 'sent', reused: true, replayable: true })
        return {
          type: 'attempt',
          endpoint: origin,
          head: { method: 'GET', target: '/', host: 'a', fields: [] },
          timeouts: { connectMs: 0, firstByteMs: 0, idleMs: 0, totalMs: 0 },
          limits: { maxRequestBytes: 0 },
          replayBytes: 0,
          upgrade: undefined,
          mirrors: [],
        }
      },
    })
    const clients = [await rig.client(), await rig.client()]
    for (const { socket } of clients) socket.write(GET)
    await rig.ends(2)
    alive = false
    await ask(rig, GET)
    expect(failed).toBe(1)
    expect(sockets).toHaveLength(3)
    expect(rig.ended[2]?.outcome.failure).toBeUndefined()
  })

  test('are bounded, and who waits for one gets it in turn', async () => {
    await using origin = await counting(OK)
    await using rig = await startRig(origin, {}, { limits: { maxUpstreamConnections: 2 } })
    const clients = await Promise.all(Array.from({ length: 20 }, () => rig.client()))
    for (const { socket } of clients) socket.write(GET)
    await rig.ends(20)
    expect(origin.sockets).toHaveLength(2)
    expect(rig.ended.filter(({ outcome }) => outcome.failure !== undefined)).toEqual([])
  })
})
