import fc from 'fast-check'
import { describe, expect, it } from 'vitest'

import { scanJson } from '../../../src/documents/json-scanner.ts'
import { LineIndex } from '../../../src/documents/line-index.ts'

function problemsOf(text: string): readonly { code: string; offset: number; message: string }[] {
  return scanJson(text, new LineIndex(text))
}

function parses(text: string): boolean {
  try {
    JSON.parse(text)
    return true
  } catch {
    // That it throws is the answer.
    return false
  }
}

const mistakes = [
  {
    name: 'a single quote',
    text: `{'a': 1}`,
    at: [1, 2],
    says: 'single quote',
    fix: 'double quotes',
  },
  { name: 'a comment', text: '{\n  // rules\n}', at: [2, 3], says: 'no comments', fix: 'YAML' },
  { name: 'a hash', text: '# rules\n{}', at: [1, 1], says: 'no comments', fix: 'YAML' },
  {
    name: 'a trailing comma in an object',
    text: '{"a": 1,\n}',
    at: [2, 1],
    says: 'comma',
    fix: 'remove the comma',
  },
  {
    name: 'a trailing comma in a list',
    text: '[1, ]',
    at: [1, 5],
    says: 'comma',
    fix: 'remove the comma',
  },
  { name: 'a bare word', text: '{"a": yes}', at: [1, 7], says: '"yes"', fix: 'double quotes' },
  {
    name: 'a bare key',
    text: '{a: 1}',
    at: [1, 2],
    says: 'a key in double quotes',
    fix: 'double quotes',
  },
  { name: 'NaN', text: '[NaN]', at: [1, 2], says: '"NaN"', fix: 'double quotes' },
  {
    name: 'a word that begins well',
    text: '[nullable]',
    at: [1, 2],
    says: '"nullable"',
    fix: 'double quotes',
  },
  {
    name: 'a missing comma',
    text: '{"a": 1 "b": 2}',
    at: [1, 9],
    says: '"," or "}"',
    fix: 'put a comma',
  },
  { name: 'a missing colon', text: '{"a" 1}', at: [1, 6], says: '":"', fix: 'put a colon' },
  { name: 'a leading zero', text: '[01]', at: [1, 2], says: '"01"', fix: 'no zero in front' },
  { name: 'a bare point', text: '[.5]', at: [1, 2], says: '".5"', fix: 'both sides' },
  { name: 'a plus sign', text: '[+1]', at: [1, 2], says: '"+1"', fix: '1e3' },
  { name: 'a hexadecimal number', text: '[0x1f]', at: [1, 2], says: '"0x1f"', fix: '1e3' },
  {
    name: 'a second value',
    text: '{}\n{}',
    at: [2, 1],
    says: 'end of the text',
    fix: 'one JSON value',
  },
  { name: 'a wrong bracket', text: '[1}', at: [1, 3], says: '"," or "]"', fix: 'remove "}"' },
  {
    name: 'a text over two lines',
    text: '["a\nb"]',
    at: [1, 2],
    says: 'not closed on its line',
    fix: '\\n',
  },
  {
    name: 'a text without end',
    text: '["ab',
    at: [1, 2],
    says: 'never closed',
    fix: 'closing double quote',
  },
  { name: 'a tab in a text', text: '["a\tb"]', at: [1, 4], says: 'U+0009', fix: '\\u0009' },
  { name: 'a Windows path', text: String.raw`["C:\dir"]`, at: [1, 5], says: 'escape', fix: '\\\\' },
  {
    name: 'a short unicode escape',
    text: String.raw`["\u12"]`,
    at: [1, 3],
    says: 'escape',
    fix: '\\u0000',
  },
  {
    name: 'a torn object',
    text: '{"rules":',
    at: [1, 10],
    says: 'line 1, column 1',
    fix: 'cut short',
  },
  {
    name: 'a torn list',
    text: '{\n "a": [1,',
    at: [2, 10],
    says: 'line 2, column 7',
    fix: 'cut short',
  },
]

describe('scanJson', () => {
  it.each(mistakes)('explains $name', ({ text, at, says, fix }) => {
    const problems = scanJson(text, new LineIndex(text))
    expect(problems).toHaveLength(1)
    const [problem] = problems
    expect(problem).toMatchObject({
      code: 'json-syntax',
      message: expect.stringContaining(says) as string,
      remedy: expect.stringContaining(fix) as string,
    })
    const { line, column } = new LineIndex(text).place(problem?.offset ?? -1)
    expect([line, column]).toEqual(at)
  })

  it('names both places of a key that stands twice', () => {
    expect(problemsOf('{"a": 1,\n "b": {"a": 2}, "a": 3}')).toMatchObject([
      { code: 'duplicate-key', offset: 25, message: expect.stringContaining('line 1, column 2') },
    ])
  })

  it('sees through escapes in keys', () => {
    expect(problemsOf(String.raw`{"a": 1, "\u0061": 2}`)).toMatchObject([{ code: 'duplicate-key' }])
  })

  it('finds a duplicate among many keys', () => {
    const keys = Array.from({ length: 100 }, (_, i) => `"k${i}": 0`)
    expect(problemsOf(`{${keys.join()}}`)).toEqual([])
    expect(problemsOf(`{${keys.join()}, "k3": 0, "k99": 0}`)).toHaveLength(2)
  })

  it('accepts 32 levels and refuses the 33rd', () => {
    expect(problemsOf('['.repeat(32) + ']'.repeat(32))).toEqual([])
    expect(problemsOf('['.repeat(33) + ']'.repeat(33))).toMatchObject([
      { code: 'too-deep', offset: 32 },
    ])
  })

  it('takes exactly the texts that JSON.parse takes', () => {
    const tokens = String.raw`{ } [ ] , : "a" "b": "\n" "\u00e9" "\x" 0 -1 1.5 1e9 1E+2 - 01 1. . e + true false null nul " ' x`
    const spaces = [' ', '\n', '\r', '\t', '\u0000', '\ufeff', '\u00a0', '\u2028']
    const token = fc.constantFrom(...tokens.split(' '), ...spaces)
    const soup = fc.array(token, { maxLength: 12 }).map((parts) => parts.join(''))
    fc.assert(
      fc.property(soup, (text) => {
        const sound = problemsOf(text).every(({ code }) => code === 'duplicate-key')
        expect(sound).toBe(parses(text))
      }),
      { numRuns: 3000 },
    )
  })

  it('takes exactly the mutilations of a sound text that JSON.parse takes', () => {
    const mutilated = fc
      .tuple(fc.json({ maxDepth: 4 }), fc.nat(), fc.nat(3), fc.string({ maxLength: 2 }))
      .map(([text, at, gone, put]) => {
        const from = at % (text.length + 1)
        return text.slice(0, from) + put + text.slice(from + gone)
      })
    const own = new Set(['duplicate-key', 'forbidden-key'])
    fc.assert(
      fc.property(mutilated, (text) => {
        expect(problemsOf(text).every(({ code }) => own.has(code))).toBe(parses(text))
      }),
      { numRuns: 3000 },
    )
  })
})
