/** The examples of embedding as they stand: on Node by their own files, the Worker in workerd. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { build } from 'esbuild'
import { Miniflare } from 'miniflare'
import { readFileSync } from 'node:fs'
import { createServer, request, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { fileURLToPath } from 'node:url'
import { describe, expect, it, onTestFinished } from 'vitest'
import { buildRules } from '../../adapters/rules/build.ts'
import { checkTarget } from '../../src/compile/check-target.ts'
import { createFolder } from '../unit/adapters/folder.ts'
import { sourceOf } from './source-of.ts'

const hook = new URL('from-source.ts', import.meta.url).href

function pathOf(example: string): string {
  return fileURLToPath(new URL(`../../examples/${example}`, import.meta.url))
}

/** A backend that answers with its name, the target and what it was told of the client. */
async function startBackend(name: string): Promise<string> {
  const server: Server = createServer((asked, response) => {
    const { method, url, headers } = asked
    asked.resume()
    response.setHeader('set-cookie', ['a=1', 'b=2'])
    response.end(`${name} ${method} ${url} for ${String(headers['x-forwarded-for'])}`)
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  onTestFinished(() => {
    server.close()
    server.closeAllConnections()
  })
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}

/** The rules of an example, with backends of our own in the place of theirs. */
async function writeRules(routes: Readonly<Record<string, string>>, denied = '192.0.2.0/24') {
  const list = await Promise.all(
    Object.entries(routes).map(async ([path, name]) => ({
      path,
      backend: await startBackend(name),
    })),
  )
  const hosts = { 'closed.test': { policy: { deny: [denied] } } }
  const closed = list.map((route) => ({ ...route, host: 'closed.test' }))
  return createFolder().write(
    'routes.json',
    JSON.stringify({ version: 1, hosts, routes: [...list, ...closed] }),
  )
}

/** Runs an example's file with Node; gives its URL. */
async function run(example: string, rules: string): Promise<string> {
  const child = spawn(process.execPath, ['--import', hook, pathOf(example), rules], {
    env: { ...process.env, PORT: '0' },
    stdio: ['ignore', 'ignore', 'pipe'],
  })
  const closed = once(child, 'close')
  onTestFinished(async () => {
    child.kill('SIGTERM')
    await closed
  })
  let said = ''
  return await new Promise((resolve, reject) => {
    child.stderr.on('data', (chunk: Buffer) => {
      said += chunk.toString()
      const url = /listening on (\S+)/.exec(said)?.[1]
      if (url !== undefined) resolve(url)
    })
    closed.then(() => reject(new Error(said)), reject)
  })
}

async function get(url: string, fields: Record<string, string> = {}) {
  const response = await fetch(url, { headers: { connection: 'close', ...fields } })
  const reason = response.headers.get('x-postern-reason')
  return { status: response.status, body: await response.text(), reason }
}

describe('hono-node', () => {
  it('serves the rules with the address of the socket', { timeout: 20_000 }, async () => {
    const rules = await writeRules({ '/': 'page', '/details': 'details' }, '127.0.0.0/8')
    const url = await run('hono-node/server.ts', rules)
    const forged = { 'x-forwarded-for': '6.6.6.6', 'cf-connecting-ip': '6.6.6.6' }
    const answer = await get(`${url}/details/1?a`, forged)
    expect(answer).toMatchObject({ status: 200, body: 'details GET /details/1?a for 127.0.0.1' })
    const { headers } = await fetch(url, { headers: { connection: 'close' } })
    expect(headers.getSetCookie()).toEqual(['a=1', 'b=2'])
    const closed = url.replace('127.0.0.1', 'closed.test')
    expect(await getAs(url, closed)).toMatchObject({ status: 403, reason: 'policy_denied' })
  })

  it('says what is wrong with its rules, and does not start', async () => {
    const path = createFolder().write('routes.json', '{ "version": 1, "routs": [] }')
    await expect(run('hono-node/server.ts', path)).rejects.toThrow(/routes\.json:1:\d+: error: /)
  })
})

describe('hono-route', () => {
  it('answers what it knows and forwards the rest', { timeout: 20_000 }, async () => {
    const url = await run(
      'hono-route/server.ts',
      await writeRules({ '/shop': 'shop', '/admin': 'admin' }),
    )
    expect(await get(`${url}/health`)).toMatchObject({ status: 200, body: 'ok' })
    expect((await get(`${url}/shop/1`)).body).toBe('shop GET /shop/1 for 127.0.0.1')
    expect(await get(`${url}/admin/x`)).toMatchObject({ status: 403, body: 'operators only' })
    expect((await get(`${url}/admin/x`, { 'x-team': 'ops' })).body).toBe(
      'admin GET /admin/x for 127.0.0.1',
    )
    expect(await get(`${url}/else`)).toMatchObject({ status: 404, reason: 'no_route' })
    const posted = await fetch(`${url}/shop`, {
      method: 'POST',
      body: 'x',
      headers: { connection: 'close' },
    })
    expect(await posted.text()).toBe('shop POST /shop for 127.0.0.1')
  })
})

describe('worker', () => {
  it('answers what it knows and leaves the rest to the rules', { timeout: 30_000 }, async () => {
    const shop = await startBackend('shop')
    const url = await startExample({
      version: 1,
      backends: { shop: { endpoints: [shop] }, account: { endpoints: ['binding:ACCOUNT'] } },
      routes: [
        { path: '/account', backend: 'account' },
        { path: '/', backend: 'shop' },
      ],
    })
    const from = { 'cf-connecting-ip': '192.0.2.7' }
    expect((await get(`${url}/robots.txt`)).body).toBe('User-agent: *\nDisallow: /\n')
    expect((await get(`${url}/shelf`, from)).body).toBe('shop GET /shelf for 192.0.2.7')
    const bound = await get(`${url}/account/me`, from)
    expect(bound.body).toBe(`account GET ${url}/account/me for 192.0.2.7`)
  })

  it('has rules that hold for a Worker', async () => {
    const bundle = compileText(readFileSync(pathOf('worker/routes.json'), 'utf8'))
    expect(checkTarget(bundle, { target: 'worker', severity: 'error' })).toEqual([])
  })
})

function compileText(text: string) {
  const options = {
    sources: ['routes.json'],
    className: 'postern',
    services: [],
    sockets: undefined,
  }
  const files = [{ name: 'routes.json', text }]
  const { bundle, findings } = buildRules({ files, findings: [], digest: '', options })
  if (bundle === undefined) throw new Error(JSON.stringify(findings))
  return bundle
}

/** The Worker as wrangler would make it, with these rules; gives its URL. */
async function startExample(rules: unknown): Promise<string> {
  const bundled = await build({
    entryPoints: [pathOf('worker/worker.ts')],
    bundle: true,
    write: false,
    format: 'esm',
    plugins: [
      {
        name: 'rules and source',
        setup(plugin) {
          plugin.onResolve({ filter: /^postern(?:\/|$)/ }, ({ path }) => ({
            path: sourceOf(path) ?? path,
          }))
          plugin.onResolve({ filter: /rules\.generated\.json$/ }, () => ({
            path: 'rules',
            namespace: 'rules',
          }))
          plugin.onLoad({ filter: /./, namespace: 'rules' }, () => ({
            contents: JSON.stringify(compileText(JSON.stringify(rules))),
            loader: 'json',
          }))
        },
      },
    ],
  })
  const account = `export default { fetch(request) {
    const { method, url, headers } = request
    return new Response('account ' + method + ' ' + url + ' for ' + headers.get('x-forwarded-for'))
  } }`
  const worker = (name: string, contents: string, env = {}) => ({
    name,
    compatibilityDate: '2026-10-23',
    compatibilityFlags: ['enable_request_signal'],
    manifest: {
      mainModule: 'worker.mjs',
      modules: { 'worker.mjs': { type: 'esm' as const, contents } },
    },
    env,
  })
  const miniflare = new Miniflare({
    cf: false,
    handleStructuredLogs: () => undefined,
    workers: [
      {
        config: worker('shop', bundled.outputFiles[0]?.text ?? '', {
          ACCOUNT: { type: 'worker', worker: 'account' },
        }),
        dev: { unsafeDirectSockets: [{ host: '127.0.0.1', port: 0 }] },
      },
      { config: worker('account', account) },
    ],
  })
  onTestFinished(() => miniflare.dispose())
  await miniflare.ready
  return (await miniflare.unsafeGetDirectURL('shop')).origin
}

/** Asks the server at `url` for another URL. */
async function getAs(url: string, target: string) {
  const { hostname, port } = new URL(url)
  return await new Promise((resolve, reject) => {
    const call = request({
      hostname,
      port,
      path: '/',
      setHost: false,
      headers: { host: new URL(target).host },
    })
    call.on('error', reject)
    call.on('response', (response) => {
      response.resume()
      const { statusCode, headers } = response
      response.on('end', () => resolve({ status: statusCode, reason: headers['x-postern-reason'] }))
    })
    call.end()
  })
}
