/** The development server by itself: code that changes, which the command has no option for. */
import { readFileSync, writeFileSync } from 'node:fs'
import { Agent } from 'node:http'
import { describe, expect, it } from 'vitest'
import { startDevServer, type StartFailure } from '../../adapters/miniflare/dev-server.ts'
import { COMPATIBILITY } from '../../adapters/miniflare/running-worker.ts'
import { createFolder } from '../unit/adapters/folder.ts'
import { bundleText, entryText, get, open, postern, type Answer } from './dev-rig.ts'
import { startBackend, startSlowBackend } from './postern.ts'

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
})

describe('the settings of the Worker', () => {
  it('are those that it is deployed with', () => {
    const text = readFileSync(new URL('../../wrangler.toml', import.meta.url), 'utf8')
    expect(/^compatibility_date = "(.*)"$/m.exec(text)?.[1]).toBe(COMPATIBILITY.date)
    const flags = /^compatibility_flags = (\[.*\])$/m.exec(text)?.[1] ?? '[]'
    expect(JSON.parse(flags)).toEqual(COMPATIBILITY.flags)
  })
})
