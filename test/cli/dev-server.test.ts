/** The development server by itself: code that changes, which the command has no option for. */
import { once } from 'node:events'
import { readFileSync, writeFileSync } from 'node:fs'
import { Agent, request } from 'node:http'
import { connect } from 'node:net'
import { fileURLToPath } from 'node:url'
import { describe, expect, it, onTestFinished } from 'vitest'
import {
  DevServer,
  startDevServer,
  type CodeChange,
  type StartFailure,
} from '../../adapters/miniflare/dev-server.ts'
import { COMPATIBILITY, type WorkerLog } from '../../adapters/miniflare/running-worker.ts'
import { buildRules } from '../../adapters/rules/build.ts'
import { createFolder, routesJson } from '../unit/adapters/folder.ts'
import { startBackend, startSlowBackend } from './postern.ts'

const postern = fileURLToPath(new URL('../../adapters/cloudflare/dev.ts', import.meta.url))

/** A Worker's entry that is postern's own, and says its version of itself in each answer. */
function entryText(version: number | string): string {
  return `import worker, { Rules } from ${JSON.stringify(postern)}
export { Rules }
export default {
  async fetch(request, environment) {
    const response = await worker.fetch(request, environment)
    const answer = new Response(response.body, response)
    answer.headers.set('x-version', ${JSON.stringify(String(version))})
    return answer
  },
}
`
}

function bundleText(port: number): string {
  const files = [{ name: 'routes.json', text: routesJson(port) }]
  const options = {
    sources: ['routes.json'],
    className: 'postern',
    services: [],
    sockets: undefined,
  }
  const { bundle } = buildRules({ files, findings: [], digest: '', options })
  return JSON.stringify(bundle)
}

interface Rig {
  readonly server: DevServer
  readonly entry: string
  readonly logged: readonly WorkerLog[]
  /** The next change that has not been asked for. */
  readonly changed: () => Promise<CodeChange>
}

async function open(port: number, text = entryText(0)): Promise<Rig> {
  const entry = createFolder().write('entry.mjs', text)
  const changes: CodeChange[] = []
  const logged: WorkerLog[] = []
  let tell: (() => void) | undefined
  const server = await startDevServer({
    address: '127.0.0.1',
    port: 0,
    entry,
    rules: bundleText(port),
    log: (line) => logged.push(line),
    codeChanged: (change) => {
      changes.push(change)
      tell?.()
    },
  })
  if (!(server instanceof DevServer)) throw new Error(JSON.stringify(server))
  onTestFinished(() => server.close())
  const changed = async (): Promise<CodeChange> => {
    const change = changes.shift()
    if (change !== undefined) return change
    await new Promise<void>((resolve) => (tell = resolve))
    return await changed()
  }
  return { server, entry, logged, changed }
}

interface Answer {
  readonly status: number
  readonly version: string
  readonly body: string
}

async function get(url: string, agent?: Agent): Promise<Answer> {
  return await new Promise((resolve, reject) => {
    const call = request(url, agent === undefined ? {} : { agent }, (response) => {
      let body = ''
      response.setEncoding('utf8')
      response.on('data', (part: string) => (body += part))
      response.on('error', reject)
      const { statusCode = 0, headers } = response
      const version = String(headers['x-version'])
      response.on('end', () => resolve({ status: statusCode, version, body }))
    })
    call.on('error', reject)
    call.end()
  })
}

describe('the development server', { timeout: 60_000 }, () => {
  it('loses no request to 5 changes of the code, and answers by each as soon as it says so', async () => {
    const { server, entry, changed } = await open(await startBackend('one'))
    const stop = new AbortController()
    const answers: Answer[] = []
    const failures: unknown[] = []
    const load = async (agent: Agent): Promise<void> => {
      while (!stop.signal.aborted) {
        await get(server.url, agent).then(
          (answer) => answers.push(answer),
          (error) => failures.push(error),
        )
      }
      agent.destroy()
    }
    const running = [true, false].map((keepAlive) => load(new Agent({ keepAlive })))
    for (let version = 1; version <= 5; version++) {
      writeFileSync(entry, entryText(version))
      expect((await changed()).type).toBe('replaced')
      expect((await get(server.url)).version).toBe(String(version))
    }
    stop.abort()
    await Promise.all(running)
    expect(failures).toEqual([])
    expect(answers.filter(({ status }) => status !== 200)).toEqual([])
    expect([...new Set(answers.map(({ version }) => version))]).toEqual([
      '0',
      '1',
      '2',
      '3',
      '4',
      '5',
    ])
  })

  it('lets a request of the code before end while the new code answers', async () => {
    const backend = await startSlowBackend()
    const { server, entry, changed } = await open(backend.port)
    const slow = get(server.url)
    await backend.asked
    writeFileSync(entry, entryText(1))
    expect((await changed()).type).toBe('replaced')
    await server.useRules(bundleText(await startBackend('new')))
    expect(await get(server.url)).toEqual({ status: 200, version: '1', body: 'new GET /' })
    backend.answer()
    expect(await slow).toEqual({ status: 200, version: '0', body: 'slow' })
  })

  it.each([
    ['cannot be read', 'export default {', /entry\.mjs:1:\d+: error: /],
    ['does not run', 'throw new Error("broken at start")', /Uncaught Error: broken at start/],
    ['takes no rules', 'export default { fetch() {} }', /no such named entrypoint/],
  ])('keeps the code before where the new one %s, and says why', async (_name, text, said) => {
    const { server, entry, changed, logged } = await open(await startBackend('one'))
    writeFileSync(entry, text)
    const change = await changed()
    const messages = change.type === 'failed' ? change.messages : []
    expect([...logged.map(({ message }) => message), ...messages].join('\n')).toMatch(said)
    expect(await get(server.url)).toEqual({ status: 200, version: '0', body: 'one GET /' })
    writeFileSync(entry, entryText('mended'))
    expect((await changed()).type).toBe('replaced')
    expect((await get(server.url)).version).toBe('mended')
  })

  it('keeps the rules before where the Worker refuses the new ones, a new Worker included', async () => {
    const { server, entry, changed } = await open(await startBackend('one'))
    expect(await server.useRules('{"format":7}')).toMatchObject({ code: 'unknown-format' })
    expect(await server.useRules('no JSON')).toMatchObject({ code: 'rules-not-taken' })
    expect((await get(server.url)).body).toBe('one GET /')
    writeFileSync(entry, entryText(1))
    expect((await changed()).type).toBe('replaced')
    expect(await get(server.url)).toEqual({ status: 200, version: '1', body: 'one GET /' })
  })

  it('starts with no code that does not run, and says why', async () => {
    const entry = createFolder().write('entry.mjs', 'export default {')
    const options = {
      address: '127.0.0.1',
      port: 0,
      rules: '{}',
      log: () => {},
      codeChanged: () => {},
    }
    const failure = (await startDevServer({ ...options, entry })) as StartFailure
    expect(failure).toMatchObject({ type: 'not-bundled' })
    const refused = (await startDevServer({ ...options, entry: postern })) as StartFailure
    expect(refused).toMatchObject({ type: 'refused', finding: { code: 'unknown-format' } })
  })

  it('ends the request of a client that leaves at its backend too (F-09)', async () => {
    const backend = await startSlowBackend()
    const { server, logged } = await open(
      backend.port,
      `export { default, Rules } from ${JSON.stringify(postern)}`,
    )
    const client = connect(Number(new URL(server.url).port), '127.0.0.1')
    client.write('GET / HTTP/1.1\r\nHost: a\r\n\r\n')
    await backend.asked
    client.destroy()
    await once(client, 'close')
    await backend.left
    expect(logged.filter(({ level }) => level === 'error')).toEqual([])
  })
})

describe('the settings of the Worker', () => {
  it('are those that it is deployed with', () => {
    const text = readFileSync(new URL('../../wrangler.toml', import.meta.url), 'utf8')
    expect(/^compatibility_date = "(.*)"$/m.exec(text)?.[1]).toBe(COMPATIBILITY.date)
    const flags = /^compatibility_flags = (\[.*\])$/m.exec(text)?.[1] ?? '[]'
    expect(JSON.parse(flags)).toEqual(COMPATIBILITY.flags)
  })
})
