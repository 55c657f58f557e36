/** A response cut at every byte: no client takes a part for the whole, and nothing is left over. */
import { describe, expect, test } from 'vitest'
import { startOrigin, startRig } from '../rig.ts'

const FIELDS = 'Server: x\r\nContent-Type: text/plain\r\nX-A: b\r\n'
const BODY = 'a body that is long enough to be cut in many places of it'
const CHUNKS = [BODY.slice(0, 32), BODY.slice(32)]
  .map((piece) => `${piece.length.toString(16)}\r\n${piece}\r\n`)
  .join('')

const RESPONSES = [
  {
    name: 'a length',
    response: `HTTP/1.1 200 OK\r\n${FIELDS}Content-Length: ${BODY.length}\r\n\r\n${BODY}`,
    how: 'end',
  },
  {
    name: 'chunks and a trailer',
    response: `HTTP/1.1 200 OK\r\n${FIELDS}Transfer-Encoding: chunked\r\n\r\n${CHUNKS}0\r\nX-Sum: 1\r\n\r\n`,
    how: 'end',
  },
  {
    name: 'the end of the connection, which a reset is not',
    response: `HTTP/1.1 200 OK\r\n${FIELDS}\r\n${BODY}`,
    how: 'resetAndDestroy',
  },
] as const

describe('a response that is cut at any byte', () => {
  test.each(RESPONSES)('is never whole: $name', async ({ response, how }) => {
    let cut = 0
    await using origin = await startOrigin(async ({ socket, reader }) => {
      await reader.head()
      socket.write(response.slice(0, cut), () => socket[how]())
    })
    await using rig = await startRig(origin)
    const headEnd = response.indexOf('\r\n\r\n') + 4
    for (cut = 0; cut < response.length; cut++) {
      const received = await rig.send('GET / HTTP/1.1\r\nHost: a\r\n\r\n')
      const [status, whole] = judge(received)
      // A reset may overtake what was sent before it.
      if (how === 'end') expect([cut, status]).toEqual([cut, cut < headEnd ? 502 : 200])
      expect([cut, status === 200 && whole]).toEqual([cut, false])
    }
    const ended = await rig.ends(response.length)
    expect(
      ended.filter(
        ({ outcome, events }) => outcome.failure === undefined && events[1]?.type !== 'failed',
      ),
    ).toEqual([])
    expect(rig.engine.requests).toBe(0)
    expect(rig.faults).toEqual([])
  })

  test.each(RESPONSES.slice(0, 2))(
    'comes whole in two pieces, cut anywhere: $name',
    async ({ response }) => {
      let cut = 0
      await using origin = await startOrigin(async ({ socket, reader }) => {
        for (let head = await reader.head(); head !== undefined; head = await reader.head()) {
          socket.write(response.slice(0, cut))
          await new Promise(setImmediate)
          socket.write(response.slice(cut))
        }
      })
      await using rig = await startRig(origin)
      for (cut = 0; cut <= response.length; cut++) {
        const received = await rig.send('GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n')
        expect([cut, ...judge(received)]).toEqual([cut, 200, true])
      }
    },
  )
})

describe('a request that comes in two pieces, cut anywhere', () => {
  const request = `POST / HTTP/1.1\r\nHost: a\r\nConnection: close\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n6;a=b\r\n world\r\n0\r\nX-Sum: 1\r\n\r\n`

  test('arrives whole', async () => {
    const bodies = new Set<string>()
    await using origin = await startOrigin(async ({ socket, reader }) => {
      for (let head = await reader.head(); head !== undefined; head = await reader.head()) {
        const { body, trailers } = await reader.body(head)
        bodies.add(`${head.start}|${body}|${trailers.join()}`)
        socket.write('HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi')
      }
    })
    await using rig = await startRig(origin)
    for (let cut = 0; cut <= request.length; cut++) {
      const { socket, reader } = await rig.client()
      socket.write(request.slice(0, cut))
      await new Promise(setImmediate)
      socket.write(request.slice(cut))
      expect([cut, ...judge((await reader.rest()).toString())]).toEqual([cut, 200, true])
    }
    expect([...bodies]).toEqual(['POST / HTTP/1.1|hello world|X-Sum: 1'])
  })
})

/** Status, and whether a client that reads framing would take the body for whole. */
function judge(received: string): [number, boolean] {
  const status = Number(/^HTTP\/1.1 (\d+)/.exec(received)?.[1])
  const at = received.indexOf('\r\n\r\n')
  const body = received.slice(at + 4)
  const length = /content-length: (\d+)/i.exec(received.slice(0, at))?.[1]
  if (length !== undefined) return [status, body.length === Number(length)]
  return [status, /(?:^|\r\n)0\r\n(?:[^\r\n]+\r\n)*\r\n$/.test(body)]
}
