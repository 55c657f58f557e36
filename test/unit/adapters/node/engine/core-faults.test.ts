/** A core that throws costs the request in hand and nothing else. */
import { describe, expect, test } from 'vitest'
import { LAST, startOrigin, startRig, type Ended } from '../rig.ts'

describe('a core that breaks its promises', () => {
  test.each(['start', 'head', 'failed'])(
    'throws at %s: 500, one record, and on it goes',
    async (at) => {
      const answer = at === 'failed' ? 'junk' : 'HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi'
      await using origin = await startOrigin(({ socket }) => socket.write(answer))
      await using rig = await startRig(origin, {
        next(event) {
          if (event.type === at) throw new Error('broken')
          return undefined
        },
      })
      expect(await rig.send(`GET / HTTP/1.1\r\n${LAST}`)).toMatch(/^HTTP\/1.1 500/)
      expect(rig.faults).toHaveLength(1)
      const [{ outcome }] = (await rig.ends(1)) as [Ended]
      expect(outcome.failure).toMatchObject({ reason: 'internal_error' })
    },
  )

  test.each(['interim', 'trailers'] as const)(
    'throws at %s: the request ends, and only it',
    async (at) => {
      await using origin = await startOrigin(async ({ socket, reader }) => {
        for (let head = await reader.head(); head !== undefined; head = await reader.head()) {
          socket.write(
            'HTTP/1.1 103 Early\r\n\r\nHTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n',
          )
          socket.write('2\r\nhi\r\n0\r\nX-Sum: 1\r\n\r\n')
        }
      })
      await using rig = await startRig(origin, { throwsAt: at })
      const response = await rig.send(`GET / HTTP/1.1\r\n${LAST}`)
      expect(response).not.toMatch(/\r\n0\r\n/)
      expect(rig.faults).toHaveLength(1)
      const [{ outcome }] = (await rig.ends(1)) as [Ended]
      expect(outcome.failure).toMatchObject({ reason: 'internal_error' })
    },
  )

  test('gives a field that no message can carry: 500', async () => {
    await using origin = await startOrigin(() => {})
    await using rig = await startRig(origin, {
      next: () => ({
        type: 'respond',
        response: { status: 200, fields: ['X', 'a\r\nSet-Cookie: b'], body: '' },
        requestBody: 'drain',
      }),
    })
    const response = await rig.send(`GET / HTTP/1.1\r\n${LAST}`)
    expect(response).toMatch(/^HTTP\/1.1 500/)
    expect(response).not.toContain('Set-Cookie')
  })
})
