/**
 * Golden pairs: rules as they are written beside the Manifest and the findings that they become.
 * `npx vitest run test/golden/sources -u` writes the second halves anew; read them in the diff.
 * A file that begins with `# --class NAME` is read for that class.
 */
import { readFileSync, readdirSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { parseDocuments } from '../../../src/documents/documents.ts'
import { readSources } from '../../../src/sources/read.ts'

const folder = new URL('.', import.meta.url)
const files = readdirSync(folder).filter((name) => /\.(yaml|list\.json)$/.test(name))

describe('readSources', () => {
  it.each(files)('turns %s into its Manifest', async (name) => {
    const text = readFileSync(new URL(name, folder), 'utf8')
    const className = /^# --class (\S+)/.exec(text)?.[1] ?? 'postern'
    const parsed = parseDocuments({ name, text })
    expect(parsed.findings).toEqual([])
    const { manifest, findings } = readSources(parsed.documents, { className })
    const golden = `${JSON.stringify({ manifest, findings }, null, 2)}\n`
    await expect(golden).toMatchFileSnapshot(
      `${name.replace(/\.(yaml|list\.json)$/, '')}.golden.json`,
    )
  })
})
