import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { stringify } from 'yaml'

import { parseDocuments } from '../../../src/documents/documents.ts'
import { checkFileSize, countUtf8Bytes } from '../../../src/documents/limits.ts'
import { jsonValue, only } from './reading.ts'

describe('parseDocuments', () => {
  const formats = [
    { name: 'a.json', text: '{"a": 1}', value: { a: 1 } },
    { name: 'a.JSON', text: ' [1]', value: [1] },
    { name: 'a.yaml', text: '{a: 1}', value: { a: 1 } },
    { name: 'a.yml', text: 'a: 1', value: { a: 1 } },
    { name: '-', text: '\r\n {"a": 1}', value: { a: 1 } },
    { name: '-', text: 'a: 1', value: { a: 1 } },
    { name: 'rules', text: '[1]', value: [1] },
    { name: 'a.json', text: '\ufeff{"a": 1}', value: { a: 1 } },
    { name: 'a.yaml', text: '\ufeffa: 1', value: { a: 1 } },
    {
      name: 'a.yaml',
      text: 'a: yes\nb: 010\nc: 0o10\nd: 2026-01-01\ne: ~',
      value: { a: 'yes', b: 10, c: 8, d: '2026-01-01', e: null },
    },
    {
      name: 'a.yaml',
      text: '80: a\n1.50: b\ntrue: c',
      value: { '80': 'a', '1.50': 'b', true: 'c' },
    },
    { name: 'a.yaml', text: '"<<": 1', value: { '<<': 1 } },
    { name: 'a.yaml', text: '%YAML 1.1\n---\na: yes', value: { a: 'yes' } },
    { name: 'a.yaml', text: 'a: !!str 80', value: { a: '80' } },
  ]
  it.each(formats)('reads $text in $name', ({ name, text, value }) => {
    expect(JSON.parse(JSON.stringify(only(name, text).value))).toEqual(value)
  })

  it('reads the documents of a YAML file and leaves those without content out', () => {
    const text = '---\na: 1\n---\n# nothing\n---\nb: 2\n...\n'
    const { documents, findings } = parseDocuments({ name: 'x.yaml', text })
    expect(findings).toEqual([])
    expect(documents.map((document) => document.value)).toEqual([{ a: 1 }, { b: 2 }])
    expect(documents[1]?.locate(['b'])).toEqual({ line: 6, column: 4 })
  })

  const mistakes = [
    {
      name: 'an empty file',
      file: 'a.json',
      text: '',
      code: 'empty-file',
      at: [1, 1],
      fix: 'write rules',
    },
    {
      name: 'white space alone',
      file: 'a.yaml',
      text: ' \r\n',
      code: 'empty-file',
      at: [1, 1],
      fix: 'write rules',
    },
    {
      name: 'a torn JSON file',
      file: 'a.json',
      text: '{"a":\r\n[1',
      code: 'json-syntax',
      at: [2, 3],
      fix: 'cut short',
    },
    {
      name: 'a tab as indentation',
      file: 'a.yaml',
      text: 'a:\n\tb: 1',
      code: 'yaml-syntax',
      at: [2, 1],
      fix: 'spaces',
    },
    {
      name: 'a colon in plain text',
      file: 'a.yaml',
      text: 'a: b: c',
      code: 'yaml-syntax',
      at: [1, 4],
      fix: 'in quotes',
    },
    {
      name: 'an open bracket',
      file: 'a.yaml',
      text: 'a: [1, 2\nb: 3',
      code: 'yaml-syntax',
      at: [2, 1],
      fix: '',
    },
    {
      name: 'an open quote',
      file: 'a.yaml',
      text: 'a: "b',
      code: 'yaml-syntax',
      at: [1, 6],
      fix: 'close quotes',
    },
    {
      name: 'a wrong indentation',
      file: 'a.yaml',
      text: 'a:\n    b: 1\n  c: 2',
      code: 'yaml-syntax',
      at: [3, 1],
      fix: 'indent',
    },
    {
      name: 'an at sign',
      file: 'a.yaml',
      text: 'a: @b',
      code: 'yaml-syntax',
      at: [1, 4],
      fix: 'in quotes',
    },
    {
      name: 'a tag',
      file: 'a.yaml',
      text: 'a: !secret b',
      code: 'yaml-tag',
      at: [1, 4],
      fix: 'remove the tag',
    },
    {
      name: 'a tag of YAML 1.1',
      file: 'a.yaml',
      text: 'a: !!binary aGk=',
      code: 'yaml-tag',
      at: [1, 4],
      fix: 'remove the tag',
    },
    {
      name: 'a merge key',
      file: 'a.yaml',
      text: 'a: &a {b: 1}\nc:\n  <<: *a',
      code: 'yaml-merge-key',
      at: [3, 3],
      fix: 'write the merged keys out',
    },
    {
      name: 'a collection as key',
      file: 'a.yaml',
      text: '? [a]\n: 1',
      code: 'yaml-key',
      at: [1, 3],
      fix: 'plain text',
    },
    {
      name: 'an empty key',
      file: 'a.yaml',
      text: 'a:\n  ~: 1',
      code: 'yaml-key',
      at: [2, 3],
      fix: 'plain text',
    },
    {
      name: 'a duplicate key',
      file: 'a.yaml',
      text: 'a: 1\nb: 2\n"a": 3',
      code: 'duplicate-key',
      at: [3, 1],
      fix: 'keep one',
    },
    {
      name: 'a number that repeats a text',
      file: 'a.yaml',
      text: '80: 1\n"80": 2',
      code: 'duplicate-key',
      at: [2, 1],
      fix: 'keep one',
    },
    {
      name: 'an alias to nothing',
      file: 'a.yaml',
      text: 'a: *b',
      code: 'yaml-alias',
      at: [1, 4],
      fix: 'write the value out',
    },
    {
      name: 'an alias within itself',
      file: 'a.yaml',
      text: 'a: &a [*a]',
      code: 'yaml-alias',
      at: [1, 8],
      fix: 'write the value out',
    },
    {
      name: 'a __proto__ key in YAML',
      file: 'a.yaml',
      text: 'a:\n  __proto__: {b: 1}',
      code: 'forbidden-key',
      at: [2, 3],
      fix: 'remove the key',
    },
    {
      name: 'a __proto__ key in JSON',
      file: 'a.json',
      text: '{"a": {"__proto__": 1}}',
      code: 'forbidden-key',
      at: [1, 8],
      fix: 'remove the key',
    },
  ]
  it.each(mistakes)('refuses $name', ({ file, text, code, at, fix }) => {
    const { findings } = parseDocuments({ name: file, text })
    expect(findings[0]).toMatchObject({ severity: 'error', code, file, object: '' })
    expect([findings[0]?.line, findings[0]?.column]).toEqual(at)
    expect(findings[0]?.remedy).toContain(fix)
  })

  it('warns of a file that holds comments alone', () => {
    const { findings } = parseDocuments({ name: 'a.yaml', text: '# nothing yet\n---\n' })
    expect(findings).toMatchObject([{ severity: 'warning', code: 'empty-file' }])
  })

  it('keeps a document with duplicate keys readable, so that all findings come at once', () => {
    for (const [name, text] of [
      ['a.json', '{"a": 1, "a": 2}'],
      ['a.yaml', 'a: 1\na: 2'],
    ] as const) {
      const { documents, findings } = parseDocuments({ name, text })
      expect(findings).toHaveLength(1)
      expect(documents[0]?.value).toEqual({ a: 2 })
      expect(documents[0]?.locate(['a']).column).toBe(name === 'a.json' ? 15 : 4)
    }
  })

  it('refuses a whole YAML file where one document does not parse', () => {
    expect(parseDocuments({ name: 'a.yaml', text: 'a: 1\n---\nb: [' }).documents).toEqual([])
  })

  it('expands aliases and gives their places', () => {
    const document = only('a.yaml', 'a: &a\n  b: 1\nc: *a\n')
    expect(document.value).toEqual({ a: { b: 1 }, c: { b: 1 } })
    expect(document.locate(['c'])).toEqual({ line: 3, column: 4 })
    expect(document.locate(['c', 'b'])).toEqual({ line: 2, column: 6 })
  })

  it('survives values read back from the JSON and the YAML that they are written as', () => {
    fc.assert(
      fc.property(jsonValue, fc.constantFrom(0, 2), (value, indent) => {
        const text = JSON.stringify(value, null, indent)
        const plain: unknown = JSON.parse(text)
        expect(only('a.json', text).value).toEqual(plain)
        const yaml = only('a.yaml', stringify(plain, { aliasDuplicateObjects: false })).value
        expect(JSON.parse(JSON.stringify(yaml))).toEqual(plain)
      }),
    )
  })
})

describe('file sizes', () => {
  const MIB = 1024 * 1024
  const sizes = [
    { name: 'rules.yaml', bytes: 5 * MIB, refused: false },
    { name: 'rules.yaml', bytes: 5 * MIB + 1, refused: true },
    { name: 'rules.yml', bytes: 6 * MIB, refused: true },
    { name: 'routes.json', bytes: 256 * MIB, refused: false },
    { name: 'routes.json', bytes: 256 * MIB + 1, refused: true },
    { name: '-', bytes: 200 * MIB, refused: false },
    { name: '-', bytes: 257 * MIB, refused: true },
  ]
  it.each(sizes)('of $bytes bytes in $name: refused $refused', ({ refused, ...file }) => {
    expect(checkFileSize(file)?.code).toBe(refused ? 'file-too-large' : undefined)
  })

  it('counts as many bytes as UTF-8 has, where it counts', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), (text) => {
        const bytes = new TextEncoder().encode(text).length
        const limit = Math.max(text.length, 1)
        expect(countUtf8Bytes(text, limit) > limit).toBe(bytes > limit)
      }),
    )
  })
})
