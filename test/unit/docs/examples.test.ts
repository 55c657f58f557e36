import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import type { Finding } from '../../../src/errors.ts'
import { FileSchema } from '../../../src/sources/routes-file/schema.ts'
import { run } from '../adapters/cli/memory-terminal.ts'
import { createFolder } from '../adapters/folder.ts'

const ROOT = new URL('../../../', import.meta.url).pathname

/** A fenced block that says what it is: ` ```json routes.json ` or, with a mistake, a code behind it. */
interface Example {
  /** `docs/routes-json.md:17`. */
  readonly place: string
  /** `routes.json`, `rules.yaml`. */
  readonly name: string
  /** The finding that it is there for; `undefined` where it has to pass. */
  readonly code: string | undefined
  readonly text: string
}

const pages = [
  'README.md',
  ...readdirSync(join(ROOT, 'docs'), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.md'))
    .map((name) => `docs/${name}`),
]

const blocks = pages.flatMap((page) => {
  const text = readFileSync(join(ROOT, page), 'utf8')
  return [...text.matchAll(/^```(.*)\n([\s\S]*?)^```$/gm)].map(([, words = '', body = ''], i) => {
    const line = text.slice(0, nthIndex(text, i)).split('\n').length
    return { place: `${page}:${line}`, words: words.split(' '), body }
  })
})

/** Offset of the fence that opens block number `n`. */
function nthIndex(text: string, n: number): number {
  return [...text.matchAll(/^```.*\n[\s\S]*?^```$/gm)][n]?.index ?? 0
}

const examples: readonly Example[] = blocks.flatMap(({ place, words, body }) => {
  const [language = '', name, code] = words
  if (name === undefined || !['json', 'yaml'].includes(language)) return []
  return [{ place, name, code, text: body }]
})

/** Exit code of `check`, and what it says as `severity code`, information left out. */
async function check(example: Example): Promise<{ code: number; says: readonly string[] }> {
  const path = createFolder().write(example.name, example.text)
  const { code, out } = await run(['check', '-c', path, '--json'])
  const { findings } = JSON.parse(out) as { findings: Finding[] } // what --json promises
  const graver = findings.filter(({ severity }) => severity !== 'info')
  return { code, says: graver.map((finding) => `${finding.severity} ${finding.code}`) }
}

describe('examples of the documentation', () => {
  it('are files that say so, wherever they are rules', () => {
    const silent = blocks
      .filter(({ words }) => ['json', 'yaml'].includes(words[0] ?? '') && words[1] === undefined)
      .map(({ place }) => place)
    expect(silent).toEqual([])
    expect(examples.length).toBeGreaterThan(10)
  })

  it.each(examples.filter(({ code }) => code === undefined))(
    'pass the check without a warning: $place',
    async (example) => {
      expect(await check(example)).toEqual({ code: 0, says: [] })
    },
  )

  it.each(examples.filter(({ code }) => code !== undefined))(
    'give the one error they are there for: $place $code',
    async (example) => {
      const { code, says } = await check(example)
      expect(says.filter((one) => one.startsWith('error'))).toEqual([`error ${example.code}`])
      expect(code).toBe(1)
    },
  )
})

describe('docs/routes-json.md', () => {
  it('has every key that the file may have', () => {
    const page = readFileSync(join(ROOT, 'docs/routes-json.md'), 'utf8')
    const missing = [...keysOf(FileSchema)].filter((key) => !page.includes(`\`${key}\``))
    expect(missing.filter((key) => !page.includes(`"${key}"`))).toEqual([])
  })
})

/** Every key of every object in a schema. */
function keysOf(schema: unknown, keys = new Set<string>(), seen = new Set<unknown>()): Set<string> {
  if (typeof schema !== 'object' || schema === null || seen.has(schema)) return keys
  seen.add(schema)
  if ('entries' in schema && typeof schema.entries === 'object' && schema.entries !== null) {
    for (const key of Object.keys(schema.entries)) keys.add(key)
  }
  for (const part of Object.values(schema)) keysOf(part, keys, seen)
  return keys
}
