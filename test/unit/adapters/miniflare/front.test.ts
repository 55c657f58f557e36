import { once } from 'node:events'
import {
  createServer,
  request as sendRequest,
  type IncomingMessage,
  type RequestListener,
} from 'node:http'
import { connect, createServer as createTcpServer, type AddressInfo, type Socket } from 'node:net'
import { describe, expect, it, onTestFinished } from 'vitest'
import { openFront, type Front } from '../../../../adapters/miniflare/front.ts'
import { WorkerSlot } from '../../../../adapters/miniflare/worker-slot.ts'

/** A server in the place of a Worker; gives its port. */
async function startWorker(listener: RequestListener): Promise<number> {
  const server = createServer(listener).listen(0, '127.0.0.1')
  await once(server, 'listening')
  onTestFinished(() => {
    server.close()
    server.closeAllConnections()
  })
  return (server.address() as AddressInfo).port
}

interface Rig {
  readonly front: Front
  readonly slot: WorkerSlot<{ readonly port: number }>
  readonly port: number
}

async function open(listener?: RequestListener): Promise<Rig> {
  const slot = new WorkerSlot<{ readonly port: number }>()
  if (listener !== undefined) {
    slot.replace({ port: await startWorker(listener) })
    slot.release()
  }
  const front = await openFront({ address: '127.0.0.1', port: 0, slot })
  onTestFinished(() => front.close(0))
  return { front, slot, port: Number(new URL(front.url).port) }
}

function echo(request: IncomingMessage, response: Parameters<RequestListener>[1]): void {
  let body = ''
  request.on('data', (chunk: Buffer) => (body += chunk.toString('latin1')))
  request.on('end', () => {
    const { method, url, rawHeaders } = request
    response.end(JSON.stringify({ method, url, fields: rawHeaders, body }))
  })
}

interface Echo {
  readonly method: string
  readonly url: string
  readonly fields: readonly string[]
  readonly body: string
}

/** Writes bytes and reads until the server has closed the connection. */
async function exchangeBytes(port: number, bytes: string): Promise<string> {
  const socket = connect(port, '127.0.0.1')
  socket.write(bytes, 'latin1')
  let text = ''
  socket.on('data', (chunk) => (text += chunk.toString('latin1')))
  socket.on('error', () => undefined)
  await once(socket, 'close')
  return text
}

function echoOf(text: string): Echo {
  const json = text.slice(text.indexOf('{'), text.lastIndexOf('}') + 1)
  return JSON.parse(Buffer.from(json, 'latin1').toString()) as Echo // as `echo` writes it
}

function valueOf(fields: readonly string[], name: string): string | undefined {
  const at = fields.findIndex((field, i) => i % 2 === 0 && field.toLowerCase() === name)
  return at === -1 ? undefined : fields[at + 1]
}

describe('the front', () => {
  it('hands a request on as it is, target and fields raw, with the address of the peer', async () => {
    const { port } = await open(echo)
    const seen = echoOf(
      await exchangeBytes(
        port,
        'GET /a//b/%2e/..?x=/.. HTTP/1.1\r\nHost: A.test\r\nX-E: \xe9\r\nCF-Connecting-IP: 6.6.6.6\r\n' +
          'cf-connecting-ip: 7.7.7.7\r\nConnection: close\r\n\r\n',
      ),
    )
    expect(seen).toMatchObject({ method: 'GET', url: '/a//b/%2e/..?x=/..', body: '' })
    expect(valueOf(seen.fields, 'host')).toBe('A.test')
    expect(valueOf(seen.fields, 'x-e')).toBe('\xe9')
    expect(seen.fields.filter((field) => /^cf-connecting-ip$/i.test(field))).toHaveLength(1)
    expect(valueOf(seen.fields, 'cf-connecting-ip')).toBe('127.0.0.1')
  })

  it.each([
    ['none', 'POST / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n', '0', undefined, ''],
    [
      'one of known length',
      'POST / HTTP/1.1\r\nHost: a\r\nConnection: close\r\nContent-Length: 3\r\n\r\nabc',
      '3',
      undefined,
      'abc',
    ],
    [
      'a chunked one',
      'PUT / HTTP/1.1\r\nHost: a\r\nConnection: close\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n',
      undefined,
      'chunked',
      'abc',
    ],
    [
      'one of a GET',
      'GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\nContent-Length: 3\r\n\r\nabc',
      '3',
      undefined,
      'abc',
    ],
    [
      'one that waits to be asked for',
      'POST / HTTP/1.1\r\nHost: a\r\nConnection: close\r\nExpect: 100-continue\r\nContent-Length: 3\r\n\r\nabc',
      '3',
      undefined,
      'abc',
    ],
  ])('passes bodies: %s', async (_name, bytes, length, coding, body) => {
    const { port } = await open(echo)
    const seen = echoOf(await exchangeBytes(port, bytes))
    expect(seen.body).toBe(body)
    expect(valueOf(seen.fields, 'content-length')).toBe(length)
    expect(valueOf(seen.fields, 'transfer-encoding')).toBe(coding)
    expect(valueOf(seen.fields, 'expect')).toBeUndefined()
  })

  it('passes status, reason, repeated fields and the length of a HEAD', async () => {
    const { port } = await open((_request, response) => {
      response.writeHead(299, 'Odd', [
        'Set-Cookie',
        'a=1',
        'Set-Cookie',
        'b=2',
        'Content-Length',
        '9',
      ])
      response.end()
    })
    const text = await exchangeBytes(
      port,
      'HEAD / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n',
    )
    expect(text).toMatch(/^HTTP\/1\.1 299 Odd\r\n/)
    expect(text.match(/set-cookie: /gi)).toHaveLength(2)
    expect(text).toMatch(/content-length: 9\r\n/i)
  })

  it('shows the head of an answer before there is a body', async () => {
    let finish: (() => void) | undefined
    const { front } = await open((_request, response) => {
      response.flushHeaders()
      finish = () => void response.end('late')
    })
    const response = await fetch(front.url)
    finish?.()
    expect(await response.text()).toBe('late')
  })

  it('breaks off what the Worker breaks off: a part is never taken for the whole (F-12)', async () => {
    const { port } = await open((_request, response) => {
      response.write('part')
      setImmediate(() => response.destroy())
    })
    const text = await exchangeBytes(port, 'GET / HTTP/1.1\r\nHost: a\r\n\r\n')
    expect(text).not.toContain('\r\n0\r\n\r\n')
  })

  it('resets the Worker when the client leaves, which workerd cancels by (F-09)', async () => {
    const reset = Promise.withResolvers<string | undefined>()
    const worker = createTcpServer((socket: Socket) => {
      socket.on('error', (error: NodeJS.ErrnoException) => reset.resolve(error.code))
      socket.once('data', () => client.destroy())
    }).listen(0, '127.0.0.1')
    await once(worker, 'listening')
    onTestFinished(() => void worker.close())
    const { slot, port } = await open()
    slot.replace({ port: (worker.address() as AddressInfo).port })
    slot.release()
    const client = sendRequest({ port, host: '127.0.0.1', agent: false })
    client.on('error', () => undefined)
    client.end()
    expect(await reset.promise).toBe('ECONNRESET')
  })

  it('answers 502 where the Worker closes without an answer', async () => {
    const { front } = await open((request) => void request.socket.destroy())
    const response = await fetch(front.url)
    expect([response.status, response.headers.get('x-postern-reason')]).toEqual([
      502,
      'upstream_reset',
    ])
  })

  it('holds requests while there is no Worker, and forgets those that leave', async () => {
    const { front, slot, port } = await open()
    const gone = connect(port, '127.0.0.1')
    gone.write('GET /gone HTTP/1.1\r\nHost: a\r\n\r\n')
    const waiting = fetch(`${front.url}/kept`)
    await once(gone, 'connect')
    gone.destroy()
    await once(gone, 'close')
    const seen: (string | undefined)[] = []
    const worker = await startWorker((request, response) => {
      seen.push(request.url)
      response.end('new')
    })
    slot.replace({ port: worker })
    slot.release()
    expect(await (await waiting).text()).toBe('new')
    expect(seen).toContain('/kept')
    // Nobody is busy with it, the request that left included.
    await slot.replace({ port: 1 })?.idle
  })
})

describe('upgrades', () => {
  const handshake =
    'GET /chat HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n' +
    'CF-Connecting-IP: 6.6.6.6\r\n\r\n'

  async function openUpgraded(): Promise<Rig & { readonly heads: string[] }> {
    const heads: string[] = []
    const worker = createServer((_request, response) => void response.writeHead(426).end('plain'))
    worker.on('upgrade', (request: IncomingMessage, socket: Socket) => {
      heads.push(JSON.stringify(request.rawHeaders))
      if (request.url !== '/chat') {
        socket.end('HTTP/1.1 403 No\r\nContent-Length: 2\r\n\r\nno')
        return
      }
      socket.write('HTTP/1.1 101 Yes\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\nhello')
      socket.on('data', (chunk) => void socket.end(`echo ${chunk.toString()}`))
    })
    worker.listen(0, '127.0.0.1')
    await once(worker, 'listening')
    onTestFinished(() => void worker.close())
    const rig = await open()
    rig.slot.replace({ port: (worker.address() as AddressInfo).port })
    rig.slot.release()
    return { ...rig, heads }
  }

  it('pass bytes both ways once the Worker has agreed, with the address of the peer', async () => {
    const { port, heads } = await openUpgraded()
    const text = await exchangeBytes(port, `${handshake}early`)
    expect(text).toMatch(/^HTTP\/1\.1 101 Yes\r\n[^]*\r\n\r\nhelloecho early$/)
    expect(heads[0]).toContain('"CF-Connecting-IP","127.0.0.1"')
    expect(heads[0]).not.toContain('6.6.6.6')
  })

  it('leave no way for a second request when the Worker refuses (IP-01)', async () => {
    const { port, heads } = await openUpgraded()
    const refused = handshake.replace('/chat', '/no')
    const text = await exchangeBytes(port, `${refused}GET /smuggled HTTP/1.1\r\nHost: a\r\n\r\n`)
    expect(text).toMatch(/^HTTP\/1\.1 403 No\r\n[^]*\r\n\r\nno$/)
    expect(heads).toHaveLength(1)
  })

  it('of other protocols are plain requests', async () => {
    const { port } = await open(echo)
    const text = await exchangeBytes(
      port,
      'POST / HTTP/1.1\r\nHost: a\r\nConnection: Upgrade, close\r\nUpgrade: h2c\r\nContent-Length: 3\r\n\r\nabc',
    )
    // node:http in the place of the Worker has no listener for upgrades, so it answers as usual.
    expect(echoOf(text).body).toBe('abc')
  })
})
