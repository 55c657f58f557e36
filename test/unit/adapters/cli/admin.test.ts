import { request } from 'node:http'
import { createServer, type AddressInfo } from 'node:net'
import { describe, expect, it, onTestFinished } from 'vitest'
import { startAdmin, type Admin } from '../../../../adapters/cli/admin.ts'

interface Rig {
  readonly admin: Admin
  ready: boolean
  metrics: Iterable<string>
}

async function start(): Promise<Rig> {
  const rig: { ready: boolean; metrics: Iterable<string> } = { ready: false, metrics: ['a 1\n'] }
  const facts = {
    ready: () => rig.ready,
    status: () => ({ revision: 3 }),
    metrics: () => rig.metrics,
  }
  const admin = await startAdmin({ address: undefined, port: 0 }, facts)
  onTestFinished(() => admin.close())
  return Object.assign(rig, { admin })
}

async function ask(
  { admin }: Rig,
  path: string,
  { method = 'GET', host }: { readonly method?: string; readonly host?: string } = {},
): Promise<{ status: number; body: string; type: string | undefined }> {
  return new Promise((resolve, reject) => {
    const headers = host === undefined ? {} : { host }
    const call = request(`${admin.url}${path}`, { method, headers }, (response) => {
      let body = ''
      response.setEncoding('utf8')
      response.on('data', (part: string) => (body += part))
      response.on('end', () => {
        const { statusCode: status = 0, headers: fields } = response
        resolve({ status, body, type: fields['content-type'] })
      })
    })
    call.on('error', reject)
    call.end()
  })
}

describe('the admin listener', () => {
  it('is on loopback where only a port is given (G-19)', async () => {
    expect((await start()).admin.url).toMatch(/^http:\/\/127\.0\.0\.1:\d+$/)
  })

  it('is alive at once and ready when it is said to be', async () => {
    const rig = await start()
    expect(await ask(rig, '/livez')).toMatchObject({ status: 200 })
    expect(await ask(rig, '/readyz')).toMatchObject({ status: 503 })
    rig.ready = true
    expect(await ask(rig, '/readyz?verbose')).toMatchObject({ status: 200, body: 'ok\n' })
  })

  it('tells the status as JSON', async () => {
    const { status, body, type } = await ask(await start(), '/status')
    expect([status, type, JSON.parse(body)]).toEqual([200, 'application/json', { revision: 3 }])
  })

  it('tells the metrics as Prometheus reads them', async () => {
    expect(await ask(await start(), '/metrics')).toEqual({
      status: 200,
      body: 'a 1\n',
      type: 'text/plain; version=0.0.4; charset=utf-8',
    })
  })

  it('answers others while it writes many metrics', async () => {
    const rig = await start()
    const alive: Promise<unknown>[] = []
    const order: string[] = []
    const part = `${'x'.repeat(999)}\n`
    rig.metrics = (function* parts() {
      for (let i = 0; i < 1000; i++) {
        if (i === 1) alive.push(ask(rig, '/livez').then(() => order.push('livez')))
        yield part
      }
    })()
    const { body } = await ask(rig, '/metrics')
    order.push('metrics')
    await Promise.all(alive)
    expect(body).toBe(part.repeat(1000))
    expect(order).toEqual(['livez', 'metrics'])
  })

  it('stops making metrics when nobody reads them', async () => {
    const rig = await start()
    const stopped = Promise.withResolvers<void>()
    rig.metrics = (function* endless() {
      try {
        for (;;) yield 'x'.repeat(1000)
      } finally {
        stopped.resolve()
      }
    })()
    const call = request(`${rig.admin.url}/metrics`, (response) => {
      response.once('data', () => call.destroy())
    })
    call.on('error', () => {})
    call.end()
    await stopped.promise
    expect((await ask(rig, '/livez')).status).toBe(200)
  })

  it.each([
    ['/', {}, 404],
    ['/status/', {}, 404],
    ['/status', { method: 'POST' }, 405],
    ['/status', { method: 'HEAD' }, 200],
    ['/metrics', { method: 'HEAD' }, 200],
    ['/metrics', { method: 'POST' }, 405],
    ['/metrics', { host: 'evil.test' }, 421],
    ['/status', { host: 'evil.test' }, 421],
    ['/status', { host: '127.0.0.1.evil.test' }, 421],
    ['/status', { host: 'localhost:9901' }, 200],
    ['/status', { host: '[::1]:9901' }, 200],
  ])('answers %s with %o by %i (G-19)', async (path, options, status) => {
    expect((await ask(await start(), path, options)).status).toBe(status)
  })

  it('rejects where its address is taken', async () => {
    const taken = createServer().listen(0, '127.0.0.1')
    onTestFinished(() => void taken.close())
    await new Promise((resolve) => taken.once('listening', resolve))
    const { port } = taken.address() as AddressInfo
    const facts = { ready: () => true, status: () => ({}), metrics: () => [] }
    const starting = startAdmin({ address: '127.0.0.1', port }, facts)
    await expect(starting).rejects.toMatchObject({ code: 'EADDRINUSE' })
  })
})
