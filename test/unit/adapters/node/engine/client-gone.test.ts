/** Clients that leave: endpoints are told at once, and every request has its record. */
import { describe, expect, test } from 'vitest'
import { startOrigin, startRig, type Ended } from '../rig.ts'

describe('clients that leave', () => {
  test('while the endpoint works: it is told within the tick, and the record says so', async () => {
    const asked = Promise.withResolvers<void>()
    const left = Promise.withResolvers<void>()
    await using origin = await startOrigin(async ({ socket, reader }) => {
      await reader.head()
      socket.on('close', left.resolve)
      asked.resolve()
    })
    await using rig = await startRig(origin)
    const { socket } = await rig.client()
    socket.write('GET / HTTP/1.1\r\nHost: a\r\n\r\n')
    await asked.promise
    socket.resetAndDestroy()
    await left.promise
    const [{ outcome, events }] = (await rig.ends(1)) as [Ended]
    expect(outcome.failure).toMatchObject({ side: 'client', phase: 'sent', reason: 'client_gone' })
    expect(events.map(({ type }) => type)).toEqual(['start'])
  })

  test('by half, with the request whole: it is answered, and the connection ends', async () => {
    const asked = Promise.withResolvers<void>()
    const answer = Promise.withResolvers<void>()
    await using origin = await startOrigin(async ({ socket, reader }) => {
      await reader.head()
      asked.resolve()
      await answer.promise
      socket.write('HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi')
    })
    await using rig = await startRig(origin)
    const { socket, reader } = await rig.client()
    socket.write('GET / HTTP/1.1\r\nHost: a\r\n\r\n')
    await asked.promise
    socket.end()
    // The end has arrived once somebody who came later has been heard.
    const later = await rig.client()
    later.socket.write('GET\r\n\r\n')
    await later.reader.head()
    answer.resolve()
    expect((await reader.rest()).toString()).toMatch(
      /^HTTP\/1.1 200 .*Connection: close\r\n\r\nhi$/s,
    )
    const [, { outcome }] = (await rig.ends(2)) as [Ended, Ended]
    expect(outcome).toEqual({ failure: undefined, requestBytes: 0, responseBytes: 2 })
  })

  test('within an upload: the endpoint sees no end of the body', async () => {
    const asked = Promise.withResolvers<void>()
    const cut = Promise.withResolvers<unknown>()
    await using origin = await startOrigin(async ({ reader }) => {
      const head = await reader.head()
      asked.resolve()
      if (head !== undefined) await reader.body(head).catch(cut.resolve)
    })
    await using rig = await startRig(origin)
    const { socket } = await rig.client()
    socket.write('POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nhi\r\n')
    await asked.promise
    socket.end()
    const [{ outcome }] = (await rig.ends(1)) as [Ended]
    expect(await cut.promise).toBeInstanceOf(Error)
    expect(outcome.failure).toMatchObject({ reason: 'client_gone' })
  })

  test('with requests waiting: each has its record', async () => {
    const asked = Promise.withResolvers<void>()
    await using origin = await startOrigin(async ({ reader }) => {
      await reader.head()
      asked.resolve()
    })
    await using rig = await startRig(origin)
    const { socket } = await rig.client()
    socket.write('GET / HTTP/1.1\r\nHost: a\r\n\r\n'.repeat(3))
    await asked.promise
    socket.resetAndDestroy()
    const ended = await rig.ends(3)
    expect(ended.map(({ outcome }) => outcome.failure?.reason)).toEqual(
      Array(3).fill('client_gone'),
    )
  })
})

describe('requests of a client that has ended its side', () => {
  test('are all answered, and the last says that it is the last', async () => {
    await using origin = await startOrigin(async ({ socket, reader }) => {
      for (let head = await reader.head(); head !== undefined; head = await reader.head()) {
        socket.write('HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi')
      }
    })
    await using rig = await startRig(origin)
    const { socket, reader } = await rig.client()
    socket.end('GET / HTTP/1.1\r\nHost: a\r\n\r\n'.repeat(3))
    const responses = (await reader.rest()).toString().split('HTTP/1.1 200 OK').slice(1)
    expect(responses.map((one) => /Connection: (\S+)/.exec(one)?.[1]).at(-1)).toBe('close')
    expect(responses).toHaveLength(3)
    const ended = await rig.ends(3)
    expect(ended.map(({ outcome }) => outcome.failure)).toEqual([undefined, undefined, undefined])
  })
})

describe('clients that leave early or late', () => {
  test('while a connection is waited for: the place in the queue is given up', async () => {
    const held = Promise.withResolvers<void>()
    const release = Promise.withResolvers<void>()
    const targets: string[] = []
    await using origin = await startOrigin(async ({ socket, reader }) => {
      for (let head = await reader.head(); head !== undefined; head = await reader.head()) {
        targets.push(head.start)
        held.resolve()
        await release.promise
        socket.write('HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi')
      }
    })
    await using rig = await startRig(origin, {}, { limits: { maxUpstreamConnections: 1 } })
    const [first, second] = [await rig.client(), await rig.client()]
    first.socket.write('GET /1 HTTP/1.1\r\nHost: a\r\n\r\n')
    await held.promise
    second.socket.write('GET /2 HTTP/1.1\r\nHost: a\r\n\r\n')
    while (rig.engine.requests < 2) await new Promise(setImmediate)
    second.socket.resetAndDestroy()
    const [gone] = (await rig.ends(1)) as [Ended]
    expect(gone.outcome.failure).toMatchObject({ phase: 'connect', reason: 'client_gone' })
    release.resolve()
    await rig.ends(2)
    expect(targets).toEqual(['GET /1 HTTP/1.1'])
  })

  test('within the response: the endpoint is told', async () => {
    const left = Promise.withResolvers<void>()
    await using origin = await startOrigin(async ({ socket, reader }) => {
      await reader.head()
      socket.on('close', left.resolve)
      socket.write('HTTP/1.1 200 OK\r\n\r\nbeginning')
    })
    await using rig = await startRig(origin)
    const { socket, reader } = await rig.client()
    socket.write('GET / HTTP/1.1\r\nHost: a\r\n\r\n')
    await reader.head()
    socket.resetAndDestroy()
    await left.promise
    const [{ outcome }] = (await rig.ends(1)) as [Ended]
    expect(outcome.failure).toMatchObject({ phase: 'body', reason: 'client_gone' })
  })
})
