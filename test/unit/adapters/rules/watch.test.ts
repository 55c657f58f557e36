import { mkdirSync, renameSync, rmSync, symlinkSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it, onTestFinished } from 'vitest'
import { findFiles } from '../../../../adapters/rules/files.ts'
import { watchRules, type WatchOptions } from '../../../../adapters/rules/watch.ts'
import { createFolder } from '../folder.ts'

/** Far beyond a test: whatever is noticed was noticed by a notification. */
const NEVER_MS = 3_600_000

/** Watches, and gives a promise of the next change each time it is asked. */
async function watch(
  sources: readonly string[],
  options: WatchOptions = { pollMs: NEVER_MS, quietMs: 20 },
): Promise<() => Promise<void>> {
  let count = 0
  let wake: (() => void) | undefined
  const { fingerprint } = await findFiles(sources)
  const changed = (): void => {
    count++
    wake?.()
  }
  const watching = watchRules(sources, { fingerprint, changed }, options)
  onTestFinished(() => watching.close())
  await watching.started
  return async () => {
    if (count === 0) await new Promise<void>((resolve) => (wake = resolve))
    count = 0
  }
}

describe('watching rules', () => {
  it('notices that a file is written', async () => {
    const folder = createFolder()
    const path = folder.write('routes.json', '{}')
    const next = await watch([path])
    folder.write('routes.json', '{ }')
    await next()
  })

  it('notices every replacement by renaming, as editors save', async () => {
    const folder = createFolder()
    const path = folder.write('routes.json', '0')
    const next = await watch([path])
    for (const text of ['1', '22', '333']) {
      renameSync(folder.write('.routes.json.swp', text), path)
      await next()
    }
  })

  it('notices the link swap of a mounted ConfigMap, for the file and for the folder', async () => {
    const folder = createFolder()
    for (const name of ['..one', '..two', '..three']) folder.write(`${name}/routes.json`, name)
    symlinkSync('..one', folder.at('..data'))
    symlinkSync(join('..data', 'routes.json'), folder.at('routes.json'))
    const next = await watch([folder.at('routes.json')])
    const nextOfFolder = await watch([folder.path])
    for (const name of ['..two', '..three']) {
      symlinkSync(name, folder.at('..tmp'))
      renameSync(folder.at('..tmp'), folder.at('..data'))
      await Promise.all([next(), nextOfFolder()])
    }
  })

  it('notices files in folders that appeared later', async () => {
    const folder = createFolder()
    folder.write('a.json', '{}')
    const next = await watch([folder.path])
    mkdirSync(folder.at('new'))
    folder.write('new/b.json', '{}')
    await next()
    folder.write('new/b.json', '{ }')
    await next()
  })

  it('notices that a file vanishes and comes back', async () => {
    const folder = createFolder()
    const path = folder.write('routes.json', '{}')
    const next = await watch([path])
    rmSync(path)
    await next()
    folder.write('routes.json', '{}')
    await next()
  })

  it('notices by looking where nothing notifies', async () => {
    const folder = createFolder()
    const path = folder.at('later/routes.json')
    const next = await watch([path], { pollMs: 20, quietMs: NEVER_MS })
    folder.write('later/routes.json', '{}')
    await next()
  })

  it('notices at once what changed between reading and watching', async () => {
    const folder = createFolder()
    const path = folder.write('routes.json', '{}')
    const { fingerprint } = await findFiles([path])
    folder.write('routes.json', '{ }')
    let changes = 0
    const changed = (): void => void changes++
    const watching = watchRules([path], { fingerprint, changed }, { pollMs: NEVER_MS })
    onTestFinished(() => watching.close())
    await watching.started
    expect(changes).toBe(1)
  })

  it('says nothing of other files, nor after it was closed', async () => {
    const folder = createFolder()
    const path = folder.write('routes.json', '{}')
    const { fingerprint } = await findFiles([path])
    let changes = 0
    const changed = (): void => void changes++
    const watching = watchRules([path], { fingerprint, changed }, { pollMs: NEVER_MS, quietMs: 1 })
    await watching.started
    // Another watch of the same folder tells when the system has notified.
    const next = await watch([folder.path])
    folder.write('other.json', '{}')
    await next()
    expect(changes).toBe(0)
    watching.close()
    folder.write('routes.json', '{ }')
    await next()
    expect(changes).toBe(0)
  })
})
