import { rmSync, writeFileSync, readFileSync } from 'node:fs'
import { connect } from 'node:net'
import { describe, expect, it } from 'vitest'
import type { AccessRecord } from '../../src/exchange.ts'
import type { ServiceStatus } from '../../adapters/cli/status-facts.ts'
import { createFolder, routesJson } from '../unit/adapters/folder.ts'
import { findFreePort, start, startBackend, startSlowBackend, type Command } from './postern.ts'

async function get(url: string): Promise<{ status: number; body: string }> {
  const response = await fetch(url)
  return { status: response.status, body: await response.text() }
}

/** Ends the command as a supervisor would. */
async function end(command: Command): Promise<number> {
  command.signal('SIGTERM')
  return await command.ended()
}

describe('serving', { timeout: 30_000 }, () => {
  it('does what explain says: the lab', async () => {
    const [details, productpage] = [await startBackend('details'), await startBackend('page')]
    const command = start([
      'serve',
      '-c',
      'examples/bookinfo/ingress.yaml',
      '--class=cilium',
      '--http=127.0.0.1:0',
      `--service=default/details:9080=http://127.0.0.1:${details}`,
      `--service=default/productpage:9080=http://127.0.0.1:${productpage}`,
    ])
    const url = await command.url()
    expect(url).toMatch(/^http:\/\/127\.0\.0\.1:\d+$/)
    expect(await get(`${url}/`)).toEqual({ status: 200, body: 'page GET /' })
    expect(await get(`${url}/details/1`)).toEqual({ status: 200, body: 'details GET /details/1' })
    // The rule for / takes it: the 404 of the lab is the page's own.
    expect(await get(`${url}/ratings`)).toEqual({ status: 200, body: 'page GET /ratings' })
    expect(await end(command)).toBe(0)
    const records = command
      .out()
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as AccessRecord)
    expect(records.map(({ target, backend, status }) => [target, backend, status])).toEqual([
      ['/', 'default/productpage:9080', 200],
      ['/details/1', 'default/details:9080', 200],
      ['/ratings', 'default/productpage:9080', 200],
    ])
  })

  it('listens on every address that is given, IPv6 in brackets', async () => {
    const backend = await startBackend('one')
    const input = routesJson(backend)
    const addresses = ['--http', '127.0.0.1:0', '--http', '[::1]:0']
    const command = start(['serve', '-c', '-', ...addresses], { input })
    const six = (await command.said(/^listening on (http:\/\/\[::1\]:\d+)$/m))[1]
    const four = (await command.said(/^listening on (http:\/\/127\.0\.0\.1:\d+)$/m))[1]
    for (const url of [four, six]) expect((await get(`${url}/`)).status).toBe(200)
    expect(await end(command)).toBe(0)
  })

  it("opens the rules' own listeners where no flag names any", async () => {
    const backend = await startBackend('one')
    // A port that was free a moment ago: the rules cannot ask for any.
    const port = await findFreePort()
    const input = JSON.stringify({
      version: 1,
      listeners: [{ name: 'web', port, address: '127.0.0.1' }],
      routes: [{ path: '/', backend: `http://127.0.0.1:${backend}` }],
    })
    const command = start(['serve', '-c', '-'], { input })
    expect(await command.url()).toBe(`http://127.0.0.1:${port}`)
    expect(await end(command)).toBe(0)
  })

  it('writes access records to a file, and to a new one after SIGHUP', async () => {
    const folder = createFolder()
    const path = folder.write('routes.json', routesJson(await startBackend('one')))
    const log = folder.at('access.log')
    const args = ['-c', path, '--http', '127.0.0.1:0', '--access-log', log]
    const command = start(['serve', ...args])
    const url = await command.url()
    await get(`${url}/first`)
    rmSync(log)
    command.signal('SIGHUP')
    await command.said(/rules unchanged/)
    await get(`${url}/third`)
    expect(await end(command)).toBe(0)
    expect(command.out()).toBe('')
    expect(readFileSync(log, 'utf8')).toContain('"target":"/third"')
  })

  it('serves on when the reader of its log goes away (O-13)', async () => {
    const command = start(['serve', '-c', '-', '--http', '127.0.0.1:0'], {
      input: routesJson(await startBackend('one')),
    })
    const url = await command.url()
    command.child.stdout?.destroy()
    for (let i = 0; i < 20; i++) expect((await get(`${url}/${i}`)).status).toBe(200)
    expect(await end(command)).toBe(0)
  })
})

describe('reloading', { timeout: 30_000 }, () => {
  it('serves a changed file by itself and says what it is', async () => {
    const folder = createFolder()
    const [one, two] = [await startBackend('one'), await startBackend('two')]
    const path = folder.write('routes.json', routesJson(one))
    const command = start(['serve', '-c', path, '--http', '127.0.0.1:0'])
    const url = await command.url()
    expect((await get(`${url}/`)).body).toContain('one')
    writeFileSync(path, routesJson(two))
    await command.said(/^rules reloaded: 1 route, 1 host, 0 errors in \d+ ms$/m)
    expect((await get(`${url}/`)).body).toContain('two')
    expect(await end(command)).toBe(0)
  })

  it('keeps the old rules when the new ones are wrong, and mends with them (G-02)', async () => {
    const folder = createFolder()
    const [one, two] = [await startBackend('one'), await startBackend('two')]
    const path = folder.write('routes.json', routesJson(one))
    const command = start(['serve', '-c', path, '--http', '127.0.0.1:0'])
    const url = await command.url()
    const wrong: readonly [string, RegExp][] = [
      ['{', /error json-syntax[^]*rules refused: 1 error; the rules before go on serving/],
      ['', /error empty-file[^]*rules refused: 1 error/],
      ['{ "version": 1, "routs": [] }', /error unknown-key[^]*rules refused/],
    ]
    for (const [text, said] of wrong) {
      writeFileSync(path, text)
      await command.said(said)
      expect((await get(`${url}/`)).body).toContain('one')
    }
    rmSync(path)
    await command.said(/error file-not-found[^]*rules refused/)
    expect((await get(`${url}/`)).body).toContain('one')
    folder.write('routes.json', routesJson(two))
    await command.said(/rules reloaded/)
    expect((await get(`${url}/`)).body).toContain('two')
    expect(await end(command)).toBe(0)
  })

  it('opens a new port before the old one is let go, and keeps the old one where it cannot', async () => {
    const folder = createFolder()
    const backend = await startBackend('one')
    const [first, second] = [await findFreePort(), await findFreePort()]
    const rules = (port: number): string =>
      JSON.stringify({
        version: 1,
        listeners: [{ name: 'web', port, address: '127.0.0.1' }],
        routes: [{ path: '/', backend: `http://127.0.0.1:${backend}` }],
      })
    const path = folder.write('routes.json', rules(first))
    const command = start(['serve', '-c', path])
    await command.url()
    writeFileSync(path, rules(backend))
    await command.said(/error socket-not-bound[^]*rules failed; the rules before go on/)
    expect((await get(`http://127.0.0.1:${first}/`)).status).toBe(200)
    writeFileSync(path, rules(second))
    await command.said(/rules reloaded/)
    expect(command.err()).toContain(`listening on http://127.0.0.1:${second}\n`)
    expect((await get(`http://127.0.0.1:${second}/`)).status).toBe(200)
    expect(await refusesConnections(first)).toBe(true)
    expect(await end(command)).toBe(0)
  })
})

describe('a start without readable rules', { timeout: 30_000 }, () => {
  it('serves the last good ones of the same project, and says so (G-03)', async () => {
    const folder = createFolder()
    const path = folder.write('routes.json', routesJson(await startBackend('one')))
    const args = ['serve', '-c', path, '--http', '127.0.0.1:0', '--state', folder.at('state')]
    const first = start(args)
    await first.url()
    expect(await end(first)).toBe(0)
    rmSync(path)
    const second = start(args)
    const url = await second.url()
    expect(second.err()).toMatch(/error file-not-found[^]*warning last-good-rules/)
    expect((await get(`${url}/`)).body).toContain('one')
    folder.write('routes.json', routesJson(await startBackend('two')))
    await second.said(/rules reloaded/)
    expect((await get(`${url}/`)).body).toContain('two')
    expect(await end(second)).toBe(0)
    rmSync(path)
    const strict = start([...args, '--strict'])
    expect(await strict.ended()).toBe(1)
  })
})

describe('the admin listener of a router', { timeout: 30_000 }, () => {
  it('tells what it serves, to programs and to people', async () => {
    const folder = createFolder()
    const backend = await startBackend('one')
    const path = folder.write('routes.json', routesJson(backend))
    const command = start(['serve', '-c', path, '--http', '127.0.0.1:0', '--admin', '0'])
    const [, admin = ''] = await command.said(/^admin on (\S+)$/m)
    const url = await command.url()
    expect((await get(`${admin}/readyz`)).status).toBe(200)
    await get(`${url}/`)
    const where = ['--admin', admin.slice('http://'.length)]
    const asked = start(['status', ...where, '--json'])
    expect(await asked.ended()).toBe(0)
    const status = JSON.parse(asked.out()) as ServiceStatus
    expect(status).toMatchObject({
      ready: true,
      revision: { number: 1, counts: { routes: 1, hosts: 1 } },
      listeners: [{ url }],
      backends: [{ endpoints: [`http://127.0.0.1:${backend}`] }],
      findings: [],
      outdated: false,
      requests: { active: 0, byStatus: { '2xx': 1 } },
      faults: 0,
    })
    writeFileSync(path, '{')
    await command.said(/rules refused/)
    const shown = start(['status', ...where])
    expect(await shown.ended()).toBe(0)
    expect(shown.out()).toMatch(/^state +ready$/m)
    expect(shown.out()).toContain('newer rules were refused')
    expect(shown.out()).toContain('error json-syntax')
    command.signal('SIGINT')
    await command.said(/SIGINT: draining/)
    expect((await get(`${admin}/readyz`)).status).toBe(503)
    command.signal('SIGINT')
    expect(await command.ended()).toBe(1)
  })
})

describe('ending', { timeout: 30_000 }, () => {
  it('lets a request under way finish and accepts no new one (O-04)', async () => {
    const backend = await startSlowBackend()
    const command = start(['serve', '-c', '-', '--http', '127.0.0.1:0'], {
      input: routesJson(backend.port),
    })
    const url = await command.url()
    const slow = get(`${url}/`)
    await backend.asked
    command.signal('SIGTERM')
    await command.said(/SIGTERM: draining/)
    expect(await refusesConnections(Number(new URL(url).port))).toBe(true)
    backend.answer()
    expect(await slow).toEqual({ status: 200, body: 'slow' })
    expect(await command.ended()).toBe(0)
  })

  it.each(['SIGTERM', 'SIGINT', 'SIGHUP'] as const)(
    'takes %s at any moment of a start',
    async (signal) => {
      const command = start(['serve', '-c', '-', '--http=127.0.0.1:0', '--admin=0'], {
        input: routesJson(1),
      })
      await command.said(/^admin on /m)
      command.signal(signal)
      if (signal === 'SIGHUP') expect((await command.url()).length).toBeGreaterThan(0)
      else expect(await command.ended()).toBe(0)
    },
  )

  it('does not wait after a second SIGINT', async () => {
    const backend = await startSlowBackend()
    const command = start(['serve', '-c', '-', '--http', '127.0.0.1:0'], {
      input: routesJson(backend.port),
    })
    const url = await command.url()
    const slow = get(`${url}/`).catch(() => 'broken off')
    await backend.asked
    command.signal('SIGINT')
    await command.said(/SIGINT: draining/)
    command.signal('SIGINT')
    expect(await command.ended()).toBe(1)
    expect(await slow).toBe('broken off')
  })
})

/** Whether nobody listens on the port any more, once that is so for one connection. */
async function refusesConnections(port: number): Promise<boolean> {
  return await new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1')
    socket.on('connect', () => {
      socket.destroy()
      resolve(false)
    })
    socket.on('error', () => resolve(true))
  })
}
