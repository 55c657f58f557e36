/** Files that are written to hurt whoever reads them. */
import { describe, expect, it } from 'vitest'

import { parseDocuments } from '../../src/documents/documents.ts'

const MIB = 1024 * 1024

function codes(name: string, text: string): string[] {
  const { documents, findings } = parseDocuments({ name, text })
  if (findings.some(({ severity }) => severity === 'error')) expect(documents).toEqual([])
  for (const finding of findings) {
    expect(finding.message).not.toMatch(/\n|\bat .*:\d+:\d+/)
    expect(finding.remedy).not.toBe('')
  }
  return findings.map(({ code }) => code)
}

function laughs(levels: number): string {
  let text = 'a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n'
  for (let i = 1; i < levels; i++) {
    text += `a${i}: &a${i} [${Array.from({ length: 10 }, () => `*a${i - 1}`).join(', ')}]\n`
  }
  return text
}

describe('hostile documents', () => {
  it('cannot reach a prototype (CF-01, G-09)', () => {
    const json = '{"routes": [{"__proto__": {"admin": true}, "host": "a.test"}]}'
    expect(codes('a.json', json)).toEqual(['forbidden-key'])
    expect(codes('a.json', String.raw`{"\u005f_proto__": {"admin": true}}`)).toEqual([
      'forbidden-key',
    ])
    expect(codes('a.yaml', json)).toEqual(['forbidden-key'])
    expect(codes('a.yaml', '"\\x5f_proto__": {admin: true}')).toEqual(['forbidden-key'])
    expect(({} as { admin?: unknown }).admin).toBeUndefined()
  })

  it.each(['constructor', 'prototype', 'toString', 'hasOwnProperty'])(
    'keep %s as an own key',
    (key) => {
      for (const name of ['a.json', 'a.yaml']) {
        const { documents } = parseDocuments({
          name,
          text: `{"${key}": {"prototype": {"admin": 1}}}`,
        })
        expect(Object.keys(documents[0]?.value as object)).toEqual([key])
      }
      expect(({} as { admin?: unknown }).admin).toBeUndefined()
    },
  )

  it('that are torn are refused (CF-03)', () => {
    expect(codes('a.json', '{"routes":')).toEqual(['json-syntax'])
    expect(codes('-', '{"routes":')).toEqual(['json-syntax'])
  })

  it('that a wiped store gives are refused (CF-05)', () => {
    expect(codes('routes.json', '')).toEqual(['empty-file'])
  })

  it('cannot nest without end (CF-02, G-07)', () => {
    expect(codes('a.json', '['.repeat(1_000_000))).toEqual(['too-deep'])
    expect(codes('a.json', '{"a":'.repeat(1_000_000))).toEqual(['too-deep'])
    expect(codes('a.yaml', '['.repeat(1_000_000))).toEqual(['too-deep'])
    expect(codes('a.yaml', '{a: '.repeat(1_000_000))).toEqual(['too-deep'])
    expect(codes('a.yaml', '- '.repeat(1_000_000))).toEqual(['too-deep'])
    expect(codes('a.yaml', '? '.repeat(1_000_000))).toEqual(['too-deep'])
    const indented = Array.from({ length: 1000 }, (_, i) => `${' '.repeat(i)}a:\n`)
    expect(codes('a.yaml', indented.join(''))).toEqual(['too-deep'])
  })

  it('may nest 32 deep in either format, and no deeper', () => {
    for (const name of ['a.json', 'a.yaml']) {
      expect(codes(name, `${'['.repeat(32)}1${']'.repeat(32)}`)).toEqual([])
      expect(codes(name, `${'['.repeat(33)}1${']'.repeat(33)}`)).toEqual(['too-deep'])
    }
  })

  it('cannot nest by pairs within brackets', () => {
    expect(codes('a.yaml', `${'[a: '.repeat(16)}1${']'.repeat(16)}`)).toEqual([])
    expect(codes('a.yaml', `${'[a: '.repeat(17)}1${']'.repeat(17)}`)).toEqual(['too-deep'])
  })

  it('cannot nest by aliases', () => {
    let text = 'a0: &a0 [1]\n'
    for (let i = 1; i < 40; i++) text += `a${i}: &a${i} [*a${i - 1}]\n`
    expect(codes('a.yaml', text)).toContain('too-deep')
  })

  it('cannot multiply by aliases (billion laughs)', () => {
    expect(codes('a.yaml', laughs(4))).toEqual([])
    expect(codes('a.yaml', laughs(9))).toEqual(['yaml-alias-bomb'])
    expect(codes('a.yaml', laughs(30))[0]).toBe('yaml-alias-bomb')
  })

  it('cannot multiply by one large anchor', () => {
    const items = Array.from({ length: 1000 }, () => 'x').join()
    const uses = Array.from({ length: 1000 }, () => '*a').join()
    expect(codes('a.yaml', `a: &a [${items}]\nb: [${uses}]`)).toEqual(['yaml-alias-bomb'])
  })

  it('larger than the limit are refused before they are parsed (CF-08)', () => {
    const start = performance.now()
    expect(codes('a.yaml', `a: "${'a'.repeat(5 * MIB)}"`)).toEqual(['file-too-large'])
    expect(codes('a.yaml', `# ${'\u00e9'.repeat(3 * MIB)}`)).toEqual(['file-too-large'])
    expect(codes('a.json', '['.repeat(256 * MIB + 1))).toEqual(['file-too-large'])
    expect(performance.now() - start).toBeLessThan(2000)
  })

  it.each([
    { name: 'commas', text: `[${','.repeat(MIB / 4)}` },
    { name: 'closing brackets', text: '[]'.repeat(MIB / 8) },
    { name: 'quotes', text: '"'.repeat(MIB / 4) },
    { name: 'anchors', text: '&a '.repeat(MIB / 12) },
    { name: 'directives', text: '%\n'.repeat(MIB / 8) },
  ])('of nothing but $name give few findings', ({ text }) => {
    const found = codes('a.yaml', text)
    expect(found.length).toBeGreaterThan(0)
    expect(found.length).toBeLessThanOrEqual(10)
  })

  it.each([
    { name: 'keys', text: Array.from({ length: 50_000 }, (_, i) => `k${i}: v\n`).join('') },
    { name: 'documents', text: '---\n'.repeat(50_000) },
    { name: 'aliases', text: `a: &a 1\nb: [${'*a,'.repeat(50_000)}]` },
  ])('of very many $name are read in linear time', ({ text }) => {
    const start = performance.now()
    codes('a.yaml', text)
    expect(performance.now() - start).toBeLessThan(8000)
  })

  it('cannot put line breaks or terminal codes into a finding (G-14)', () => {
    const { findings } = parseDocuments({
      name: 'a.json',
      text: String.raw`{"\u001b[2J\nx": 1, "\u001b[2J\nx": 2}`,
    })
    expect(findings[0]?.message).toContain(String.raw`\u001b[2J\u000ax`)
    expect(findings[0]?.value).toBe(String.raw`\u001b[2J\u000ax`)
  })
})
