import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import type { Finding } from '../../../src/errors.ts'

const ROOT = new URL('../../../', import.meta.url).pathname

/** Codes have a dash, which tells them from most other words. */
const CODE = /'([a-z]+(?:-[a-z0-9]+)+)'/g

/** `code: 'a'`, `code: wrong ? 'a' : 'b'`. */
const FIELD = /\bcode:\s*([^,}]*)/g

/** Functions that take the code of a finding as an argument. */
const CALL = /(?:\bsourceError|#report)\([^()']*'([a-z-]+)'/g

/** Places that hand on a code which stands as a literal elsewhere. */
const HANDED_ON: ReadonlySet<string> = new Set([
  'issue.message', // a check of the schema of routes.json
  'need.code',
  'text.code',
  'url.code',
])

function files(folder: string, ending: string): string[] {
  return readdirSync(join(ROOT, folder), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith(ending))
    .map((entry) => join(entry.parentPath, entry.name))
}

const sources = ['src', 'adapters']
  .flatMap((folder) => files(folder, '.ts'))
  .map((path) => ({ path: path.slice(ROOT.length), text: readFileSync(path, 'utf8') }))

/** Every code that the code can give. */
function codesInSource(): ReadonlySet<string> {
  const codes = new Set<string>()
  const take = (text: string | undefined): void => {
    for (const [, code = ''] of (text ?? '').matchAll(CODE)) codes.add(code)
  }
  for (const { path, text } of sources) {
    for (const [, expression] of text.matchAll(FIELD)) take(expression)
    for (const [call] of text.matchAll(CALL)) take(call)
    // The checks of the schema have codes for messages, and the schema has no other such words.
    if (/routes-file\/schema[^/]*$/.test(path)) take(text)
  }
  return codes
}

interface Entry {
  readonly code: string
  readonly severities: readonly string[]
  readonly meaning: string
  readonly remedy: string
}

function entries(): readonly Entry[] {
  const page = readFileSync(join(ROOT, 'docs/findings.md'), 'utf8')
  const rows = page.matchAll(/^\| `([a-z0-9-]+)` \| ([a-z, ]+) \| (.+) \| (.+) \|$/gm)
  return [...rows].map(([, code = '', severities = '', meaning = '', remedy = '']) => {
    return { code, severities: severities.split(', '), meaning, remedy }
  })
}

describe('docs/findings.md', () => {
  it('has an entry for every code, and none for a code that is gone', () => {
    const documented = entries().map(({ code }) => code)
    expect(documented.toSorted()).toEqual([...codesInSource()].toSorted())
  })

  it('finds codes wherever they come from: a field that holds no literal is a known one', () => {
    const unknown = sources.flatMap(({ path, text }) =>
      [...text.matchAll(/\bcode:\s*([a-z]\w*\.\w+)\s*[,}]/g)]
        .map(([, expression = '']) => expression)
        .filter((expression) => !HANDED_ON.has(expression))
        .map((expression) => `${path}: ${expression}`),
    )
    expect(unknown).toEqual([])
  })

  it('gives each code the severities that findings have in the golden files', () => {
    const bySeverity = new Map(entries().map((entry) => [entry.code, entry.severities]))
    const seen = files('test/golden', '.json').flatMap((path) => findingsIn(path))
    expect(seen.length).toBeGreaterThan(20)
    for (const { code, severity } of seen) expect(bySeverity.get(code)).toContain(severity)
  })

  it('names severities alone, each once', () => {
    for (const { severities } of entries()) {
      const known = severities.filter((one) => ['error', 'warning', 'info'].includes(one))
      expect(new Set(known).size).toBe(severities.length)
    }
  })
})

/** The findings anywhere in a golden file. */
function findingsIn(path: string): Pick<Finding, 'code' | 'severity'>[] {
  const found: Pick<Finding, 'code' | 'severity'>[] = []
  JSON.parse(readFileSync(path, 'utf8'), (_key, value: unknown) => {
    if (typeof value === 'object' && value !== null && 'code' in value && 'severity' in value) {
      found.push(value as Finding) // both fields are there, which is all that is looked at
    }
    return value
  })
  return found
}
