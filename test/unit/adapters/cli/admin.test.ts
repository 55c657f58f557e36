import { request } from 'node:http'
import { createServer, type AddressInfo } from 'node:net'
import { describe, expect, it, onTestFinished } from 'vitest'
import { startAdmin, type Admin } from '../../../../adapters/cli/admin.ts'

interface Rig {
  readonly admin: Admin
  ready: boolean
}

async function start(): Promise<Rig> {
  const rig = { ready: false }
  const facts = { ready: () => rig.ready, status: () => ({ revision: 3 }) }
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

  it.each([
    ['/', {}, 404],
    ['/status/', {}, 404],
    ['/status', { method: 'POST' }, 405],
    ['/status', { method: 'HEAD' }, 200],
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
    const facts = { ready: () => true, status: () => ({}) }
    const starting = startAdmin({ address: '127.0.0.1', port }, facts)
    await expect(starting).rejects.toMatchObject({ code: 'EADDRINUSE' })
  })
})
