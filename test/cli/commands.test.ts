import { once } from 'node:events'
import { createServer, type AddressInfo } from 'node:net'
import { describe, expect, it, onTestFinished } from 'vitest'
import { createFolder, routesJson } from '../unit/adapters/folder.ts'
import { start, type StartOptions } from './postern.ts'

async function run(args: readonly string[], options?: StartOptions) {
  const command = start(args, options)
  const code = await command.ended()
  return { code, out: command.out(), err: command.err() }
}

const lab = ['-c', 'examples/bookinfo/ingress.yaml', '--class', 'cilium']
const services = [
  ['--service', 'default/details:9080=http://127.0.0.1:9082'],
  ['--service', 'default/productpage:9080=http://127.0.0.1:9081'],
].flat()

describe('the command', { timeout: 30_000 }, () => {
  it.each([
    [['check'], 0],
    [['check', '-c', 'no-such-file.json'], 1],
    [['chekc'], 2],
    [['check', '--strikt'], 2],
  ])('%j exits with %i', async (args, code) => {
    expect((await run(args)).code).toBe(code)
  })

  it('reads routes.json of the folder that it runs in', async () => {
    const folder = createFolder()
    folder.write('routes.json', routesJson(9001, '/here'))
    const { code, out } = await run(['get', 'routes'], { cwd: folder.path })
    expect(code).toBe(0)
    expect(out).toContain('/here')
  })

  it('reads rules from a pipe', async () => {
    const { code, out } = await run(['get', '-c', '-'], { input: routesJson(9001, '/piped') })
    expect(code).toBe(0)
    expect(out).toContain('/piped')
  })

  it('colours where it is told to, and never in a pipe by itself', async () => {
    const escape = '\u001b['
    expect((await run(['check'])).out).not.toContain(escape)
    expect((await run(['check'], { env: { FORCE_COLOR: '1' } })).out).toContain(escape)
    expect((await run(['check'], { env: { NO_COLOR: '1' } })).out).not.toContain(escape)
  })

  it('ends quietly when its reader has had enough (O-13)', async () => {
    const folder = createFolder()
    const routes = Array.from({ length: 3000 }, (_, i) => ({
      path: `/p${i}`,
      backend: 'http://127.0.0.1:9001',
    }))
    const path = folder.write('routes.json', JSON.stringify({ version: 1, routes }))
    const command = start(['get', 'routes', '-c', path])
    command.child.stdout?.once('data', () => command.child.stdout?.destroy())
    expect(await command.ended()).toBe(0)
    expect(command.err()).toBe('')
  })

  it('explains the lab without serving it', async () => {
    const explained = await run(['explain', '--json', ...lab, ...services, 'http://h/details/1'])
    expect(explained.code).toBe(0)
    expect(JSON.parse(explained.out)).toMatchObject({
      verdict: 'forward',
      route: { name: 'default/basic-ingress', host: '*', path: '/details' },
      backend: 'default/details:9080',
      endpoint: 'http://127.0.0.1:9082',
    })
  })
})

describe('starting to serve', { timeout: 30_000 }, () => {
  it.each([
    ['a file that is not there', ['-c', 'no-such-file.json'], 1, 'file-not-found'],
    ['TLS', ['--https', '127.0.0.1:0'], 2, '--https is not available yet'],
    ['more than one worker', ['--workers', '4'], 2, '--workers 4 is not available yet'],
  ])('is refused for %s, in words', async (_name, args, code, text) => {
    const ended = await run(['serve', ...args])
    expect(ended.code).toBe(code)
    expect(ended.err).toContain(text)
    expect(ended.err).not.toMatch(/^ +at /m)
  })

  it('is refused for wrong rules, with every place', async () => {
    const path = createFolder().write('routes.json', '{ "version": 1, "routs": [] }')
    const { code, err } = await run(['serve', '-c', path, '--http', '127.0.0.1:0'])
    expect(code).toBe(1)
    expect(err).toMatch(/routes\.json:1:\d+: error /)
    expect(err).toContain('not started: the rules are refused')
  })

  it('is refused for warnings with --strict', async () => {
    const args = [...lab, '--service', 'default/none=http://127.0.0.1:1', '--strict']
    const { code, err } = await run(['serve', ...args, '--http', '127.0.0.1:0'])
    expect(code).toBe(1)
    expect(err).toContain('warning unused-service-override')
  })

  it.each(['--http', '--admin'])('says who is in the way of %s', async (flag) => {
    const taken = createServer().listen(0, '127.0.0.1')
    onTestFinished(() => void taken.close())
    await once(taken, 'listening')
    const where = `127.0.0.1:${(taken.address() as AddressInfo).port}`
    const free = flag === '--http' ? [] : ['--http', '127.0.0.1:0']
    const { code, err } = await run(['serve', ...lab, ...services, ...free, flag, where])
    expect(code).toBe(1)
    expect(err).toMatch(/error socket-not-bound: .*EADDRINUSE/)
    expect(err).toContain('  remedy: ')
    expect(err).not.toMatch(/^ +at /m)
  })

  it('is refused for an access log that cannot be written', async () => {
    const log = createFolder().path
    const args = ['--http', '127.0.0.1:0', '--access-log', log]
    const { code, err } = await run(['serve', ...lab, ...services, ...args])
    expect(code).toBe(1)
    expect(err).toContain('error access-log-not-opened: ')
  })

  it('opens no socket without TLS that asks for it', async () => {
    const rules = `apiVersion: gateway.networking.k8s.io/v1
kind: Gateway
metadata: { name: g }
spec:
  gatewayClassName: postern
  listeners:
    - { name: secure, port: 8443, protocol: HTTPS, tls: { certificateRefs: [{ name: c }] } }
---
apiVersion: gateway.networking.k8s.io/v1
kind: HTTPRoute
metadata: { name: r }
spec:
  parentRefs: [{ name: g }]
  rules: [{ backendRefs: [{ name: api, port: 80 }] }]
`
    const { code, err } = await run(['serve', '-c', '-'], { input: rules })
    expect(code).toBe(1)
    expect(err).toContain('warning tls-not-available: socket "https:*:8443" is not opened')
    expect(err).toContain('error no-socket: ')
  })
})
