import { truncateSync } from 'node:fs'
import { Readable } from 'node:stream'
import { describe, expect, it } from 'vitest'
import { loadRules, readStandardInput } from '../../../../adapters/rules/load.ts'
import type { RulesOptions } from '../../../../adapters/rules/options.ts'
import { MAX_YAML_BYTES } from '../../../../src/documents/limits.ts'
import { createFolder } from '../folder.ts'

function options(...sources: string[]): RulesOptions {
  return { sources, className: 'postern', services: [], sockets: undefined }
}

async function digest(given: RulesOptions): Promise<string> {
  return (await loadRules(given, undefined)).digest
}

describe('loading rules', () => {
  it('reads every file in order', async () => {
    const folder = createFolder()
    const first = folder.write('b.json', '{"b":1}')
    const second = folder.write('a.yaml', 'a: ä')
    const { files, findings } = await loadRules(options(first, second), undefined)
    expect(files).toEqual([
      { name: first, text: '{"b":1}' },
      { name: second, text: 'a: ä' },
    ])
    expect(findings).toEqual([])
  })

  it('puts standard input where - stands', async () => {
    const folder = createFolder()
    const path = folder.write('a.json', '{}')
    const piped = await readStandardInput(Readable.from([Buffer.from('kind'), Buffer.from(': A')]))
    const { files } = await loadRules(options(path, '-'), piped)
    expect(files.map(({ name, text }) => [name, text])).toEqual([
      [path, '{}'],
      ['-', 'kind: A'],
    ])
  })

  it('takes no other thing for standard input that was not read', async () => {
    const { findings } = await loadRules(options('-'), undefined)
    expect(findings).toMatchObject([{ severity: 'error', file: '-' }])
  })

  it('tells of standard input that breaks off', async () => {
    const broken = new Readable({
      read() {
        this.destroy(Object.assign(new Error('gone'), { code: 'EIO' }))
      },
    })
    const { findings } = await loadRules(options('-'), await readStandardInput(broken))
    expect(findings).toMatchObject([
      { code: 'file-unreadable', message: '"-" cannot be read: EIO' },
    ])
  })

  it('does not read what is too large by its size (G-07)', async () => {
    const folder = createFolder()
    const path = folder.write('big.yaml', '')
    truncateSync(path, MAX_YAML_BYTES + 1)
    const { files, findings } = await loadRules(options(path), undefined)
    expect(files).toEqual([])
    expect(findings).toMatchObject([{ code: 'file-too-large', file: path }])
  })

  it('refuses what is not UTF-8', async () => {
    const folder = createFolder()
    const path = folder.write('a.json', Uint8Array.of(0x7b, 0xff, 0x7d))
    const { findings } = await loadRules(options(path), undefined)
    expect(findings).toMatchObject([{ code: 'not-utf-8', file: path }])
  })

  it('keeps a byte order mark for the parser, whose columns count it', async () => {
    const folder = createFolder()
    const path = folder.write('a.json', '\ufeff{}')
    const { files } = await loadRules(options(path), undefined)
    expect(files[0]?.text).toBe('\ufeff{}')
  })
})

describe('the digest of rules', () => {
  it('is the same for the same bytes and options', async () => {
    const path = createFolder().write('a.json', '{}')
    expect(await digest(options(path))).toBe(await digest(options(path)))
  })

  it('differs with content, class, services and sockets', async () => {
    const folder = createFolder()
    const path = folder.write('a.json', '{}')
    const base = options(path)
    const service = { namespace: 'a', name: 'b', port: 1, url: 'http://127.0.0.1' }
    const http = [{ address: undefined, port: 1 }]
    const digests = [
      await digest(base),
      await digest({ ...base, className: 'other' }),
      await digest({ ...base, services: [service] }),
      await digest({ ...base, sockets: { http, https: [] } }),
    ]
    folder.write('a.json', '[]')
    digests.push(await digest(base))
    expect(new Set(digests).size).toBe(5)
  })

  it('differs where bytes move from one file to the next', async () => {
    const folder = createFolder()
    const paths = [folder.write('a', '12'), folder.write('b', '3')]
    const before = await digest(options(...paths))
    folder.write('a', '1')
    folder.write('b', '23')
    expect(await digest(options(...paths))).not.toBe(before)
  })
})
