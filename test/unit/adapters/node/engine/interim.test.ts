/** 1xx responses, and the 100 that a client may wait for. */
import { describe, expect, test } from 'vitest'
import { LAST, startOrigin, startRig } from '../rig.ts'

const FINAL = 'HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi'
const HINTS = 'HTTP/1.1 103 Early Hints\r\nLink: </a>\r\nlink: </b>\r\n\r\n'

describe('interim responses', () => {
  test.each([
    { name: 'hints pass as they came', version: '1.1', interim: HINTS, first: HINTS },
    { name: 'hints do not pass to HTTP/1.0', version: '1.0', interim: HINTS, first: '' },
    {
      name: 'a 100 that nobody waits for does not pass',
      version: '1.1',
      interim: 'HTTP/1.1 100 Continue\r\n\r\n',
      first: '',
    },
  ])('$name', async ({ version, interim, first }) => {
    await using origin = await startOrigin(async ({ socket, reader }) => {
      await reader.head()
      socket.write(interim + FINAL)
    })
    await using rig = await startRig(origin)
    const response = await rig.send(`GET / HTTP/${version}\r\n${LAST}`)
    expect(response.startsWith(`${first}HTTP/1.1 200 OK\r\n`)).toBe(true)
    expect(response).toMatch(/hi$/)
  })

  test('an endpoint that sends them without end is broken', async () => {
    await using origin = await startOrigin(async ({ socket, reader }) => {
      await reader.head()
      socket.write(HINTS.repeat(33) + FINAL)
    })
    await using rig = await startRig(origin)
    const response = await rig.send(`GET / HTTP/1.1\r\n${LAST}`)
    expect(response.split('HTTP/1.1 103').length - 1).toBe(32)
    expect(response).toMatch(/HTTP\/1.1 502 .*upstream_invalid$/s)
  })
})

const EXPECTING = 'PUT / HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\nExpect: 100-continue\r\n\r\n'

describe('a client that waits for 100', () => {
  test('gets the one of the endpoint, and the endpoint gets the expectation', async () => {
    let expectation: string | undefined
    await using origin = await startOrigin(async ({ socket, reader }) => {
      const head = await reader.head()
      if (head === undefined) return
      expectation = head.fields.get('expect')
      socket.write('HTTP/1.1 100 Go on\r\n\r\n')
      await reader.body(head)
      socket.write(FINAL)
    })
    await using rig = await startRig(origin)
    const { socket, reader } = await rig.client()
    socket.write(EXPECTING)
    expect((await reader.head())?.start).toBe('HTTP/1.1 100 Go on')
    socket.write('hi')
    expect((await reader.head())?.start).toBe('HTTP/1.1 200 OK')
    expect(expectation).toBe('100-continue')
  })

  test('gets one from the engine where the core keeps the expectation to itself', async () => {
    await using origin = await startOrigin(async ({ socket, reader }) => {
      const head = await reader.head()
      if (head !== undefined) await reader.body(head)
      socket.write(FINAL)
    })
    await using rig = await startRig(origin, {
      attempt: ({ method, target }) => ({ head: { method, target, host: 'a', fields: [] } }),
    })
    const { socket, reader } = await rig.client()
    socket.write(EXPECTING)
    expect((await reader.head())?.start).toBe('HTTP/1.1 100 Continue')
    socket.write('hi')
    expect((await reader.head())?.start).toBe('HTTP/1.1 200 OK')
  })

  test('gets none where the answer is final, and the connection ends, for the body may follow', async () => {
    await using origin = await startOrigin(async ({ socket, reader }) => {
      await reader.head()
      socket.write('HTTP/1.1 401 No\r\nContent-Length: 0\r\n\r\n')
    })
    await using rig = await startRig(origin)
    const response = await rig.send(EXPECTING)
    expect(response).toMatch(/^HTTP\/1.1 401 No\r\n/)
    expect(response).toContain('Connection: close')
  })
})
