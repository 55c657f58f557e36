import { chmodSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { homedir } from 'node:os'
import { join, resolve } from 'node:path'
import { describe, expect, it } from 'vitest'
import type { RulesOptions } from '../../../../adapters/rules/options.ts'
import {
  keepRules,
  projectKey,
  readKeptRules,
  stateFolder,
  type KeptRules,
} from '../../../../adapters/rules/state.ts'
import { pack } from '../../../../src/compile/pack.ts'
import { openPacked } from '../../../../src/gateway/packed-reader.ts'
import type { Bundle } from '../../../../src/model/bundle.ts'
import { createFolder } from '../folder.ts'

const bundle: Bundle = { format: 1, sockets: [], listeners: [], hosts: {}, clusters: {} }

function kept(digest: string): KeptRules {
  const counts = { routes: 1, hosts: 1 }
  return { rules: { packed: pack(bundle), digest, counts, clusters: [] }, keptAtMs: 7 }
}

describe('the state folder', () => {
  it.each([
    ['the one given', 'state', { STATE_DIRECTORY: '/var/lib/x' }, resolve('state')],
    ["the first of systemd's", undefined, { STATE_DIRECTORY: '/var/lib/x:/y' }, '/var/lib/x'],
    ['below the XDG folder', undefined, { XDG_STATE_HOME: '/xdg' }, '/xdg/postern'],
    [
      'below the home folder, where the XDG folder is relative',
      undefined,
      { XDG_STATE_HOME: 'xdg' },
      join(homedir(), '.local/state/postern'),
    ],
  ])('is %s', (_name, given, env, expected) => {
    expect(stateFolder(given, env)).toBe(expected)
  })
})

describe('the key of a project', () => {
  const options: RulesOptions = {
    sources: ['routes.json'],
    className: 'postern',
    services: [],
    sockets: undefined,
  }

  it('is the same from every way of writing the same path', () => {
    expect(projectKey({ ...options, sources: ['./x/../routes.json'] })).toBe(projectKey(options))
  })

  it('differs by sources, class, services and sockets', () => {
    const service = { namespace: 'a', name: 'b', port: undefined, url: 'http://127.0.0.1:1' }
    const keys = [
      options,
      { ...options, sources: ['other/routes.json'] },
      { ...options, className: 'x' },
      { ...options, services: [service] },
      { ...options, sockets: { http: [{ address: undefined, port: 1 }], https: [] } },
    ].map(projectKey)
    expect(new Set(keys).size).toBe(5)
  })

  it('does not exist for standard input, which has no name', () => {
    expect(projectKey({ ...options, sources: ['routes.json', '-'] })).toBeUndefined()
  })
})

describe('keeping rules', () => {
  it('gives back what was kept last, ready to be opened', async () => {
    const { path } = createFolder()
    await keepRules(path, 'k', kept('one'))
    await keepRules(path, 'k', kept('two'))
    const back = await readKeptRules(path, 'k')
    expect(back).toEqual(kept('two'))
    if (typeof back === 'string') throw new Error('not kept')
    expect(openPacked(back.rules.packed).type).toBe('opened')
    expect(readdirSync(join(path, 'rules'))).toEqual(['k'])
  })

  it.skipIf(process.platform === 'win32')('lets nobody else read or write (G-03)', async () => {
    const folder = createFolder()
    mkdirSync(folder.at('rules'), { mode: 0o777 })
    await keepRules(folder.path, 'k', kept('one'))
    expect(statSync(folder.at('rules')).mode & 0o777).toBe(0o700)
    expect(statSync(folder.at('rules/k')).mode & 0o777).toBe(0o600)
  })

  it.skipIf(process.platform === 'win32')('reads nothing that others may write', async () => {
    const folder = createFolder()
    await keepRules(folder.path, 'k', kept('one'))
    chmodSync(folder.at('rules/k'), 0o622)
    expect(await readKeptRules(folder.path, 'k')).toBe('foreign')
  })

  it('tells rules that were never kept from damaged ones', async () => {
    const folder = createFolder()
    expect(await readKeptRules(folder.path, 'k')).toBe('none')
    await keepRules(folder.path, 'k', kept('one'))
    const bytes = readFileSync(folder.at('rules/k'))
    const flipped = Buffer.from(bytes)
    const last = flipped.length - 1
    flipped[last] = (flipped[last] ?? 0) ^ 1
    for (const damage of [bytes.subarray(0, -1), flipped, Buffer.from('x'), Buffer.alloc(0)]) {
      writeFileSync(folder.at('rules/k'), damage)
      expect(await readKeptRules(folder.path, 'k')).toBe('damaged')
    }
  })

  it('leaves what was kept before where it cannot write', async () => {
    const folder = createFolder()
    folder.write('file', '')
    await expect(keepRules(folder.at('file'), 'k', kept('one'))).rejects.toMatchObject({
      code: expect.stringMatching(/^E/) as string,
    })
  })
})
