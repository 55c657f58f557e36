/** What the engine writes on either side, byte for byte. */
import { describe, expect, test } from 'vitest'
import { answering, LAST, startOrigin, startRig } from '../rig.ts'

/** Fields that node's server adds, which vary or belong to the connection. */
function withoutDate(response: string): string {
  return response.replace(/Date: [^\r]+\r\n/, '')
}

describe('towards the endpoint', () => {
  test('keeps spelling, order, repetition and bytes of fields, and adds none but framing', async () => {
    let raw = ''
    await using origin = await startOrigin(({ socket }) => {
      socket.on('data', (chunk: Buffer) => {
        raw += chunk.toString('latin1')
        if (raw.endsWith('\r\n\r\n')) socket.write('HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n')
      })
    })
    await using rig = await startRig(origin)
    await rig.send(
      'GET /a/%2e?q HTTP/1.1\r\nHost: Example.TEST:81\r\nX-b: 1\r\nx-A: caf\u00e9\r\nX-B:  2 \r\nConnection: close\r\n\r\n',
    )
    expect(raw).toBe(
      'GET /a/%2e?q HTTP/1.1\r\nHost: Example.TEST:81\r\nX-b: 1\r\nx-A: caf\u00e9\r\nX-B: 2\r\nConnection: keep-alive\r\n\r\n',
    )
  })

  test.each([
    { name: 'a length', sent: 'Content-Length: 005\r\n\r\nhello', fields: 'content-length=5' },
    {
      name: 'chunks',
      sent: 'Transfer-Encoding: chunked\r\n\r\n2;x=y\r\nhe\r\n3\r\nllo\r\n0\r\n\r\n',
      fields: 'transfer-encoding=chunked',
    },
  ])('frames a body with $name', async ({ sent, fields }) => {
    const seen: string[] = []
    await using origin = await answering('HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n', seen)
    await using rig = await startRig(origin)
    await rig.send(`PUT / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n${sent}`)
    expect(seen).toEqual([`PUT / HTTP/1.1|host=a|${fields}|connection=keep-alive|hello`])
  })

  test.each([
    { method: 'POST', fields: 'host=a|content-length=0|connection=keep-alive|' },
    { method: 'DELETE', fields: 'host=a|connection=keep-alive|' },
  ])('states an absent body for $method as methods want it', async ({ method, fields }) => {
    const seen: string[] = []
    await using origin = await answering('HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n', seen)
    await using rig = await startRig(origin)
    await rig.send(`${method} / HTTP/1.1\r\n${LAST}`)
    expect(seen).toEqual([`${method} / HTTP/1.1|${fields}`])
  })

  test('passes trailers of a chunked request on', async () => {
    let trailers: readonly string[] = []
    await using origin = await startOrigin(async ({ socket, reader }) => {
      const head = await reader.head()
      if (head === undefined) return
      trailers = (await reader.body(head)).trailers
      socket.write('HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n')
    })
    await using rig = await startRig(origin)
    await rig.send(
      'POST / HTTP/1.1\r\nHost: a\r\nConnection: close\r\nTransfer-Encoding: chunked\r\n\r\n1\r\na\r\n0\r\nX-Sum: 1\r\n\r\n',
    )
    expect(trailers).toEqual(['X-Sum: 1'])
  })
})

describe('towards the client', () => {
  test('passes on more fields than a client may send', async () => {
    const many = Array.from({ length: 300 }, (_, i) => `X-${i}: ${i}\r\n`).join('')
    await using origin = await answering(`HTTP/1.1 200 OK\r\n${many}Content-Length: 0\r\n\r\n`)
    await using rig = await startRig(origin)
    const answer = await rig.send(`GET / HTTP/1.1\r\n${LAST}`)
    expect(answer.match(/^X-\d+: /gm)).toHaveLength(300)
  })

  test.each([
    {
      name: 'a length as a length',
      answer: 'HTTP/1.1 200 Fine\r\nx-A: 1\r\nX-a: caf\u00e9\r\nContent-Length: 02\r\n\r\nhi',
      request: 'GET / HTTP/1.1',
      expected:
        'HTTP/1.1 200 Fine\r\nx-A: 1\r\nX-a: caf\u00e9\r\nContent-Length: 2\r\nConnection: close\r\n\r\nhi',
    },
    {
      name: 'chunks as chunks',
      answer: 'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nhi\r\n0\r\n\r\n',
      request: 'GET / HTTP/1.1',
      expected:
        'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nConnection: close\r\n\r\n2\r\nhi\r\n0\r\n\r\n',
    },
    {
      name: 'chunks to HTTP/1.0 as everything up to the end of the connection',
      answer: 'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nhi\r\n0\r\n\r\n',
      request: 'GET / HTTP/1.0',
      expected: 'HTTP/1.1 200 OK\r\nConnection: close\r\n\r\nhi',
    },
    {
      name: 'the length of a HEAD without its body',
      answer: 'HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n',
      request: 'HEAD / HTTP/1.1',
      expected: 'HTTP/1.1 200 OK\r\nContent-Length: 9\r\nConnection: close\r\n\r\n',
    },
    {
      name: '204 without a length',
      answer: 'HTTP/1.1 204 No Content\r\nContent-Length: 0\r\n\r\n',
      request: 'GET / HTTP/1.1',
      expected: 'HTTP/1.1 204 No Content\r\nConnection: close\r\n\r\n',
    },
    {
      name: '205 with the length 0 and without its body',
      answer: 'HTTP/1.1 205 Reset Content\r\nContent-Length: 2\r\n\r\nhi',
      request: 'GET / HTTP/1.1',
      expected: 'HTTP/1.1 205 Reset Content\r\nContent-Length: 0\r\nConnection: close\r\n\r\n',
    },
    {
      name: '304 with the length of what it stands for',
      answer: 'HTTP/1.1 304 Not Modified\r\nContent-Length: 9\r\n\r\n',
      request: 'GET / HTTP/1.1',
      expected: 'HTTP/1.1 304 Not Modified\r\nContent-Length: 9\r\nConnection: close\r\n\r\n',
    },
    {
      name: 'no announcement of trailers where none can follow',
      answer: 'HTTP/1.1 200 OK\r\nTrailer: X-Sum\r\nContent-Length: 2\r\n\r\nhi',
      request: 'GET / HTTP/1.1',
      expected: 'HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\nhi',
    },
  ])('frames $name', async ({ answer, request, expected }) => {
    await using origin = await answering(answer)
    await using rig = await startRig(origin)
    expect(withoutDate(await rig.send(`${request}\r\n${LAST}`))).toBe(expected)
    expect(rig.faults).toEqual([])
  })

  test('sends the head of a response whose body has not begun', async () => {
    await using origin = await startOrigin(({ socket }) => {
      socket.write('HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n\r\n')
    })
    await using rig = await startRig(origin)
    const { socket, reader } = await rig.client()
    socket.write('GET / HTTP/1.1\r\nHost: a\r\n\r\n')
    expect((await reader.head())?.start).toBe('HTTP/1.1 200 OK')
  })

  test('serves one request after another on one connection, also to HTTP/1.0 that asks for it', async () => {
    await using origin = await answering('HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi')
    await using rig = await startRig(origin)
    const { socket, reader } = await rig.client()
    for (const start of ['GET / HTTP/1.1\r\n', 'GET / HTTP/1.0\r\nConnection: keep-alive\r\n']) {
      socket.write(`${start}Host: a\r\n\r\n`)
      const head = await reader.head()
      expect(head?.fields.get('connection')).toBe('keep-alive')
      expect((await reader.bytes(2)).toString()).toBe('hi')
    }
  })

  test('keeps the connection of a response without body, and no other one with a body unread', async () => {
    const connections: string[] = []
    await using origin = await startOrigin(async ({ socket, reader }) => {
      const index = connections.push('') - 1
      for (let head = await reader.head(); head !== undefined; head = await reader.head()) {
        const target = head.start.split(' ')[1] ?? ''
        connections[index] += target
        const answers: Readonly<Record<string, string>> = {
          '/head': '200 OK\r\nContent-Length: 5\r\n\r\n',
          '/204': '204 No Content\r\n\r\n',
          '/205': '205 Reset Content\r\nContent-Length: 2\r\n\r\nhi',
          '/304': '304 Not Modified\r\n\r\n',
        }
        socket.write(`HTTP/1.1 ${answers[target]}`)
      }
    })
    await using rig = await startRig(origin)
    for (const [i, request] of [
      'HEAD /head',
      'GET /204',
      'GET /304',
      'GET /205',
      'HEAD /head',
    ].entries()) {
      await rig.send(`${request} HTTP/1.1\r\n${LAST}`)
      await rig.ends(i + 1)
    }
    expect(connections).toEqual(['/head/204/304/205', '/head'])
  })
})
