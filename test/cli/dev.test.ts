import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { Agent, request } from 'node:http'
import { createServer, type AddressInfo } from 'node:net'
import { once } from 'node:events'
import { describe, expect, it, onTestFinished } from 'vitest'
import type { AccessRecord } from '../../src/exchange.ts'
import { createFolder, routesJson } from '../unit/adapters/folder.ts'
import { start, startBackend, type Command, type StartOptions } from './postern.ts'

interface Answer {
  readonly status: number
  readonly body: string
}

async function get(
  url: string,
  headers: Record<string, string> = {},
  agent?: Agent,
): Promise<Answer> {
  return await new Promise((resolve, reject) => {
    const call = request(
      url,
      { headers, ...(agent === undefined ? {} : { agent }) },
      (response) => {
        let body = ''
        response.setEncoding('utf8')
        response.on('data', (part: string) => (body += part))
        response.on('error', reject)
        response.on('end', () => resolve({ status: response.statusCode ?? 0, body }))
      },
    )
    call.on('error', reject)
    call.end()
  })
}

/** Processes that `pid` has started, whatever they have started included. */
function descendants(pid: number): number[] {
  const parents = new Map<number, number>()
  for (const name of readdirSync('/proc')) {
    if (!/^\d+$/.test(name)) continue
    try {
      // The name in brackets may hold anything; after it come the state and the parent.
      const fields = readFileSync(`/proc/${name}/stat`, 'latin1').split(') ').at(-1)?.split(' ')
      parents.set(Number(name), Number(fields?.[1]))
    } catch {
      // It ended while we looked.
    }
  }
  const found = [pid]
  for (const parent of found) {
    for (const [child, itsParent] of parents) if (itsParent === parent) found.push(child)
  }
  return found.slice(1)
}

function isRunning(pid: number): boolean {
  try {
    return readFileSync(`/proc/${pid}/stat`, 'latin1').split(') ').at(-1)?.startsWith('Z') === false
  } catch {
    // No such process.
    return false
  }
}

/** Starts `postern dev`; killed, it would leave its workerd behind, so a test that fails ends it. */
function startDev(args: readonly string[], options?: StartOptions): Command {
  const command = start(['dev', ...args], options)
  onTestFinished(async () => {
    command.signal('SIGTERM')
    await command.ended()
  })
  return command
}

async function end(command: Command, signal: NodeJS.Signals = 'SIGTERM'): Promise<number> {
  command.signal(signal)
  return await command.ended()
}

describe('postern dev', { timeout: 60_000 }, () => {
  it('serves the rules by the Worker, tells who the client is, and leaves nothing behind', async () => {
    const seen: string[][] = []
    const backend = await startBackend('one', (fields) => seen.push(fields))
    const startedMs = performance.now()
    const command = startDev(['-c', '-', '--port', '0'], { input: routesJson(backend, '/api') })
    const url = await command.url()
    expect(performance.now() - startedMs).toBeLessThan(8000)
    expect(await get(`${url}/api/x?y`)).toEqual({ status: 200, body: 'one GET /api/x?y' })
    const forged = {
      'CF-Connecting-IP': '6.6.6.6',
      'X-Forwarded-For': '7.7.7.7',
      'MF-CF-Blob': '{}',
    }
    await get(`${url}/api`, forged)
    const fields = seen.at(-1) ?? []
    expect(fields.join('\n')).not.toMatch(/6\.6\.6\.6|7\.7\.7\.7/)
    expect(fields[fields.findIndex((name) => /^x-forwarded-for$/i.test(name)) + 1]).toBe(
      '127.0.0.1',
    )
    expect((await get(`${url}/other`)).status).toBe(404)
    expect(command.err()).toContain('note: 2 warnings about a deployed Worker; "postern check')
    const children = descendants(command.child.pid ?? 0)
    expect(children.length).toBeGreaterThan(0)
    expect(await end(command)).toBe(0)
    expect(children.filter(isRunning)).toEqual([])
    const records = command
      .out()
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as AccessRecord)
    expect(records.map(({ target, client, status }) => [target, client, status])).toEqual([
      ['/api/x?y', '127.0.0.1', 200],
      ['/api', '127.0.0.1', 200],
      ['/other', '127.0.0.1', 404],
    ])
  })

  it('loses no request to 50 changes of the rules, and serves each as soon as it says so', async () => {
    const folder = createFolder()
    const ports = [await startBackend('even'), await startBackend('odd')] as const
    const path = folder.write('routes.json', routesJson(ports[0]))
    const command = startDev(['-c', path, '--port', '0'])
    const url = await command.url()
    const load = startLoad(url)
    for (let change = 1; change <= 50; change++) {
      writeFileSync(path, manyRoutes(ports[change % 2 === 0 ? 0 : 1], change))
      command.signal('SIGHUP')
      await command.said(new RegExp(`rules reloaded: ${change + 1} routes,`))
      expect((await get(url)).body).toBe(`${change % 2 === 0 ? 'even' : 'odd'} GET /`)
    }
    const { answers, failures } = await load.stop()
    expect(failures).toEqual([])
    expect(new Set(answers)).toEqual(new Set(['200 even GET /', '200 odd GET /']))
    expect(answers.length).toBeGreaterThan(50)
    expect(await end(command)).toBe(0)
  })

  it('shows what is wrong with changed rules, and serves the last good ones (G-02)', async () => {
    const folder = createFolder()
    const path = folder.write('routes.json', routesJson(await startBackend('one')))
    const command = startDev(['-c', path, '--port', '0'])
    const url = await command.url()
    writeFileSync(path, '{\n  "version": 1, "routs": [] }')
    await command.said(/routes\.json:2:\d+: error unknown-key: [^]*rules refused: \d+ error/)
    expect((await get(url)).body).toBe('one GET /')
    writeFileSync(path, routesJson(await startBackend('two')))
    await command.said(/rules reloaded: 1 route, 1 host, 0 errors in \d+ ms/)
    expect((await get(url)).body).toBe('two GET /')
    expect(await end(command, 'SIGINT')).toBe(0)
  })

  it('serves on when workerd crashes, by the rules of the moment, and says so', async () => {
    const folder = createFolder()
    const path = folder.write('routes.json', routesJson(await startBackend('one')))
    const command = startDev(['-c', path, '--port', '0'])
    const url = await command.url()
    writeFileSync(path, routesJson(await startBackend('two')))
    await command.said(/rules reloaded/)
    for (const pid of descendants(command.child.pid ?? 0)) {
      const program = readFileSync(`/proc/${pid}/cmdline`, 'latin1').split('\0')[0]
      if (program?.endsWith('workerd') === true) process.kill(pid, 'SIGKILL')
    }
    await command.said(/worker error: workerd crashed and was started again/)
    expect(await get(url)).toEqual({ status: 200, body: 'two GET /' })
    expect(await end(command)).toBe(0)
  })

  it('is refused, in words, for wrong rules, a wrong port and a port that is taken', async () => {
    const wrong = startDev(['-c', '-'], { input: '{ "version": 1, "routs": [] }' })
    expect(await wrong.ended()).toBe(1)
    expect(wrong.err()).toMatch(/error unknown-key[^]*not started: the rules are refused/)
    const noPort = startDev(['--port', '127.0.0.1:80'])
    expect(await noPort.ended()).toBe(2)
    expect(noPort.err()).toContain('--port "127.0.0.1:80" is no port from 0 to 65535')
    const taken = createServer().listen(0, '127.0.0.1')
    onTestFinished(() => void taken.close())
    await once(taken, 'listening')
    const port = String((taken.address() as AddressInfo).port)
    const busy = startDev(['-c', '-', '--port', port], { input: routesJson(1) })
    expect(await busy.ended()).toBe(1)
    expect(busy.err()).toMatch(/error socket-not-bound: --port 127\.0\.0\.1:\d+ .*EADDRINUSE/)
  })
})

/** Everything to a port, by one route and `count` more. */
function manyRoutes(port: number, count: number): string {
  const backend = `http://127.0.0.1:${port}`
  const paths = ['/', ...Array.from({ length: count }, (_, i) => `/${i}`)]
  return JSON.stringify({ version: 1, routes: paths.map((path) => ({ path, backend })) })
}

interface Load {
  stop(): Promise<{ readonly answers: readonly string[]; readonly failures: readonly unknown[] }>
}

/** Two clients on connections that they keep, two that open one for each request. */
function startLoad(url: string): Load {
  const answers: string[] = []
  const failures: unknown[] = []
  const stop = new AbortController()
  const kept = new Agent({ keepAlive: true, maxSockets: 2 })
  const run = async (agent: Agent | undefined): Promise<void> => {
    while (!stop.signal.aborted) {
      try {
        const { status, body } = await get(url, {}, agent)
        answers.push(`${status} ${body}`)
      } catch (error) {
        failures.push(error)
      }
    }
  }
  const fresh = (): Agent => new Agent({ keepAlive: false })
  const runs = [run(kept), run(kept), run(fresh()), run(fresh())]
  return {
    stop: async () => {
      stop.abort()
      await Promise.all(runs)
      kept.destroy()
      return { answers, failures }
    },
  }
}
