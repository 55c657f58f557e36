import { describe, expect, it } from 'vitest'

import { readRoutesFile } from '../../../../src/sources/routes-file/routes-file.ts'
import { readMistakes } from './mistakes.ts'
import { readText } from './reading.ts'

const MISTAKES = readMistakes()

/** The text without its mark, and the place where the mark was. */
function unmark(marked: string): { text: string; line: number; column: number } {
  const before = (marked.split('§')[0] ?? '').split('\n')
  const column = (before.at(-1) ?? '').length + 1
  return { text: marked.replace('§', ''), line: before.length, column }
}

describe('readRoutesFile', () => {
  it.each(MISTAKES)('says what is wrong with $name, and where', (mistake) => {
    const { text, line, column } = unmark(mistake.bad)
    const { findings } = readText(text)
    expect(findings).toHaveLength(1)
    const { code, object, severity, fix } = mistake
    expect(findings[0]).toMatchObject({ code, object, severity, line, column, file: 'routes.json' })
    expect(findings[0]?.remedy).toContain(fix)
    expect(findings[0]?.message).not.toMatch(/undefined|\[object|\n/)
  })

  it.each(MISTAKES)('says nothing about the twin of $name', ({ good }) => {
    const { findings, manifest } = readText(good)
    expect(findings).toEqual([])
    expect(manifest.routes).not.toEqual([])
  })

  it.each(MISTAKES)('says the same in YAML about $name', ({ bad, code, object }) => {
    const { text, line, column } = unmark(bad)
    const { findings } = readText(text, 'routes.yaml')
    expect(findings).toMatchObject([{ code, object, line, column, file: 'routes.yaml' }])
  })

  it('never quotes credentials', () => {
    const { findings } = readText(
      '{ "version": 1, "routes": [{ "backend": "http://user:hunter2@a.test" }] }',
    )
    expect(findings).toMatchObject([{ code: 'invalid-url', value: undefined }])
    expect(JSON.stringify(findings)).not.toContain('hunter2')
  })

  it('tells everything at once, in the order of the file', () => {
    const { findings } = readText(
      `version: 2
listeners: [{ name: web, port: 0 }]
backends:
  api: { endpoints: [ftp://a], hots: b }
hosts: { "a:1": {} }
routes:
  - { path: a, backend: apo, one: 1, two: 2 }
  - { path: ^/a, pathType: Regex, backend: api }
  - { host: a..b, path: /a//b, filters: {} }
`,
      'routes.yaml',
    )
    expect(findings.map(({ code, line, value }) => [line, code, value])).toEqual([
      [1, 'unknown-value', '2'],
      [2, 'out-of-range', '0'],
      [4, 'invalid-url', 'ftp://a'],
      [4, 'unknown-key', 'hots'],
      [5, 'invalid-host', 'a:1'],
      [7, 'invalid-path', 'a'],
      [7, 'unknown-backend', 'apo'],
      [7, 'unknown-key', 'one'],
      [7, 'unknown-key', 'two'],
      [8, 'unknown-value', 'Regex'],
      [9, 'invalid-host', 'a..b'],
      [9, 'invalid-path', '/a//b'],
      [9, 'wrong-type', undefined],
    ])
  })

  it('calls no backend unknown where the list of backends cannot be read', () => {
    const { findings } = readText(
      '{ "version": 1, "backends": [], "routes": [{ "backend": "api" }] }',
    )
    expect(findings).toMatchObject([{ code: 'wrong-type', message: 'backends is a list' }])
  })

  it('counts findings beyond a thousand', () => {
    const routes = Array.from({ length: 5000 }, () => ({ backend: 'none' }))
    const { findings } = readText(JSON.stringify({ version: 1, routes }))
    expect(findings).toHaveLength(1001)
    expect(findings.at(-1)).toMatchObject({
      code: 'too-many-findings',
      message: '4000 more findings about this file are not listed',
    })
  })

  it.each([null, 5, 'text', true, [], [[]]])('refuses %j as a file', (value) => {
    const document = { file: 'a', value, locate: () => ({ line: 1, column: 1 }) }
    const { manifest, findings } = readRoutesFile(document)
    expect(manifest.routes).toEqual([])
    expect(findings).toMatchObject([{ code: 'wrong-type', remedy: 'write an object' }])
  })
})
