import { mkdirSync, renameSync, symlinkSync, unlinkSync, utimesSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { findFiles } from '../../../../adapters/rules/files.ts'
import { createFolder } from '../folder.ts'

async function fingerprint(...sources: string[]): Promise<string> {
  return (await findFiles(sources)).fingerprint
}

describe('the files that sources lead to', () => {
  it('are the rule files of a folder, sorted, with those of folders in it', async () => {
    const folder = createFolder()
    for (const name of ['z.yaml', 'b/two.yml', 'a.json', 'readme.md', 'B.JSON']) {
      folder.write(name, '{}')
    }
    const { files, folders, findings } = await findFiles([folder.path])
    expect(files.map(({ name }) => name)).toEqual(
      ['B.JSON', 'a.json', join('b', 'two.yml'), 'z.yaml'].map((name) => folder.at(name)),
    )
    expect(folders).toEqual([folder.path, folder.at('b')])
    expect(findings).toEqual([])
  })

  it('leave out hidden names and node_modules', async () => {
    const folder = createFolder()
    folder.write('.routes.json.swp.json', '{}')
    folder.write('..2026_01/routes.json', '{}')
    folder.write('node_modules/x/package.json', '{}')
    folder.write('routes.json', '{}')
    const { files } = await findFiles([folder.path])
    expect(files.map(({ name }) => name)).toEqual([folder.at('routes.json')])
  })

  it('are not searched for on a whole disk', async () => {
    const folder = createFolder()
    for (let i = 0; i < 5; i++) folder.write(`${i}/a.json`, '{}')
    const { findings, folders } = await findFiles([folder.path], { maxFolders: 3 })
    expect(findings).toMatchObject([{ code: 'too-many-folders', file: folder.at('2') }])
    expect(folders).toHaveLength(3)
  })

  it('include a file of any name that is named itself', async () => {
    const folder = createFolder()
    const path = folder.write('.rules', '{}')
    expect((await findFiles([path])).files).toEqual([{ name: path, bytes: 2 }])
  })

  it('come once, however many sources lead to them', async () => {
    const folder = createFolder()
    const path = folder.write('a.json', '{}')
    symlinkSync(path, folder.at('link.json'))
    const { files } = await findFiles([path, folder.path, '-', '-'])
    expect(files.map(({ name }) => name)).toEqual([path, '-'])
  })

  it('end where links lead in a circle', async () => {
    const folder = createFolder()
    folder.write('a.json', '{}')
    symlinkSync(folder.path, folder.at('self'))
    const { files, findings } = await findFiles([folder.path])
    expect(files).toHaveLength(1)
    expect(findings.map(({ code }) => code)).toEqual(['folder-too-deep'])
  })

  it.each([
    ['a missing file', 'gone.json', 'file-not-found'],
    ['an empty folder', 'empty', 'empty-folder'],
  ])('are missed with a finding and a remedy: %s', async (_name, name, code) => {
    const folder = createFolder()
    mkdirSync(folder.at('empty'))
    const { findings } = await findFiles([folder.at(name)])
    expect(findings).toMatchObject([{ severity: 'error', code, file: folder.at(name) }])
    expect(findings[0]?.remedy).not.toBe('')
  })

  it('are missed where what is named like rules leads nowhere', async () => {
    const folder = createFolder()
    folder.write('a.json', '{}')
    symlinkSync(folder.at('nowhere'), folder.at('b.json'))
    const { findings } = await findFiles([folder.path])
    expect(findings).toMatchObject([{ code: 'file-not-found', file: folder.at('b.json') }])
  })
})

describe('the fingerprint of sources', () => {
  it('stays while nothing changes', async () => {
    const folder = createFolder()
    folder.write('a.json', '{}')
    expect(await fingerprint(folder.path)).toBe(await fingerprint(folder.path))
  })

  const changes: readonly [string, (folder: ReturnType<typeof createFolder>) => void][] = [
    ['a file is written', (folder) => folder.write('a.json', '{ }')],
    [
      'a file is written with the same length and its old time',
      (folder) => {
        writeFileSync(folder.at('a.json'), '[]')
        utimesSync(folder.at('a.json'), 1, 1)
      },
    ],
    [
      'a file is replaced by renaming',
      (folder) => renameSync(folder.write('a.json.tmp', '{}'), folder.at('a.json')),
    ],
    ['a file appears', (folder) => folder.write('b.json', '{}')],
    ['a file vanishes', (folder) => unlinkSync(folder.at('a.json'))],
  ]
  it.each(changes)('changes when %s', async (_name, change) => {
    const folder = createFolder()
    folder.write('a.json', '{}')
    utimesSync(folder.at('a.json'), 1, 1)
    const before = await fingerprint(folder.path)
    change(folder)
    expect(await fingerprint(folder.path)).not.toBe(before)
  })

  it('changes when the link of a mounted ConfigMap is swapped', async () => {
    const folder = createFolder()
    folder.write('..one/routes.json', '{}')
    folder.write('..two/routes.json', '{}')
    symlinkSync('..one', folder.at('..data'))
    symlinkSync(join('..data', 'routes.json'), folder.at('routes.json'))
    const before = [await fingerprint(folder.path), await fingerprint(folder.at('routes.json'))]
    symlinkSync('..two', folder.at('..next'))
    renameSync(folder.at('..next'), folder.at('..data'))
    expect(await fingerprint(folder.path)).not.toBe(before[0])
    expect(await fingerprint(folder.at('routes.json'))).not.toBe(before[1])
  })

  it('changes when a missing file appears', async () => {
    const folder = createFolder()
    const before = await fingerprint(folder.at('a.json'))
    folder.write('a.json', '{}')
    expect(await fingerprint(folder.at('a.json'))).not.toBe(before)
  })
})
