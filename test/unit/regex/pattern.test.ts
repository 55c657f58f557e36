import fc from 'fast-check'
import { RE2JS } from 're2js'
import { describe, expect, it } from 'vitest'
import { loadPatternCompiler, refusePatterns } from '../../../src/regex/engine.ts'
import { checkPattern, MAX_PATTERN_LENGTH, MAX_PATTERN_SIZE } from '../../../src/regex/pattern.ts'
import { measurePattern } from '../../../src/regex/syntax.ts'

describe('checkPattern', () => {
  it.each([
    '/users/[0-9]+',
    '/a|/b',
    '(?i)/a',
    '(?i:/a)/b',
    '/(?P<id>[^/]+)/(?<rest>.*)',
    '/v[[:digit:]]+',
    '/[]a-]x',
    '\\x41\\x{2028}\\.\\/',
    '^/a$',
    '/a{2}',
    '/[a-f0-9]{8}-[a-f0-9]{4}',
    '/\\bfoo\\z',
  ])('accepts %s', (source) => {
    expect(checkPattern(source)).toBeUndefined()
  })

  it.each([
    { source: '', why: /empty/ },
    { source: '/a(?=b)', why: /look-around/ },
    { source: '/a(?!b)', why: /look-around/ },
    { source: '(?<=a)b', why: /look-around/ },
    { source: '(?<!a)b', why: /look-around/ },
    { source: '(a)\\1', why: /back-reference/ },
    { source: '(?P<n>a)(?P=n)', why: /back-reference/ },
    { source: '(?<n>a)\\k<n>', why: /back-reference/ },
    { source: '(?>a)', why: /unknown kind/ },
    { source: '(?<n>a)(?<n>b)', why: /two groups/ },
    { source: '/a)', why: /too many/ },
    { source: '(/a', why: /close a group/ },
    { source: '[a', why: /close a character class/ },
    { source: '[z-a]', why: /invalid range/ },
    { source: 'a**', why: /repeats a repetition/ },
    { source: '*a', why: /repeats nothing/ },
    { source: '{1,}', why: /repeats nothing/ },
    { source: '(?i)*', why: /repeats nothing/ },
    { source: 'a{2', why: /opens no repetition/ },
    { source: 'a{3,2}', why: /invalid repetition/ },
    { source: 'a{1001}', why: /invalid repetition/ },
    { source: '(a{100}){100}', why: /too large/ },
    { source: '\\pL', why: /unknown escape/ },
    { source: 'a\\', why: /backslash/ },
    { source: '('.repeat(60) + ')'.repeat(60), why: /nests more/ },
    { source: 'a'.repeat(MAX_PATTERN_LENGTH + 1), why: /at most 1024/ },
  ])('refuses $source', ({ source, why }) => {
    expect(checkPattern(source)).toMatch(why)
  })

  const pieces =
    'a b / . * + ? | ( ) (?: (?i) (?P<n> (?s-i: [ ] [^ - ^ $ {2} {2,3} {1,} \\d \\. \\b \\x41 \\x{e9} ' +
    '[:alpha:] \\1 \\Q \\pL é { } , 9 : & ~ = ! \\- \\z \\n [a-f] (?U) \\W \\a'
  const piece = fc.constantFrom(...pieces.split(' '))

  it('lets in nothing that the engine refuses or that is larger than measured', () => {
    fc.assert(
      fc.property(fc.array(piece, { minLength: 1, maxLength: 14 }), (chosen) => {
        const source = chosen.join('')
        const measured = measurePattern(source)
        fc.pre(typeof measured === 'number' && measured <= MAX_PATTERN_SIZE)
        expect(RE2JS.compile(source).programSize()).toBeLessThanOrEqual(measured + 3)
      }),
      { numRuns: 20_000 },
    )
  })
})

describe('a compiled pattern', () => {
  it.each([
    { source: '/a|/b', text: '/b', matches: true },
    { source: '/a|/b', text: '/bx', matches: false },
    { source: '/a|/b', text: 'x/b', matches: false },
    { source: 'a|ab', text: 'ab', matches: true },
    { source: '/users/[0-9]+', text: '/users/12', matches: true },
    { source: '/users/[0-9]+', text: '/users/12/', matches: false },
    { source: '/a$', text: '/a\n', matches: false },
    { source: '(?m)/a$', text: '/a\n/b', matches: false },
    { source: '(?i)/ABC', text: '/abc', matches: true },
  ])('is anchored at both ends: $source on $text', async ({ source, text, matches }) => {
    const compile = await loadPatternCompiler()
    expect(compile(source).test(text)).toBe(matches)
  })

  it('agrees with the platform on patterns that both read alike', async () => {
    const compile = await loadPatternCompiler()
    const patterns = ['/a(b|c)*', '/[a-c]+/.?', '(/a|/ab)(c|bcd)?', '/a{2,3}b?', '[^/]*/b+?']
    fc.assert(
      fc.property(
        fc.constantFrom(...patterns),
        fc.array(fc.constantFrom('a', 'b', 'c', 'd', '/'), { maxLength: 8 }),
        (source, letters) => {
          const text = letters.join('')
          expect(compile(source).test(text)).toBe(new RegExp(`^(?:${source})$`).test(text))
        },
      ),
      { numRuns: 5000 },
    )
  })

  it('is one object for equal sources', async () => {
    const compile = await loadPatternCompiler()
    expect(compile('/a.*')).toBe(compile('/a.*'))
  })

  it('takes time linear in the text where backtracking would take years', async () => {
    const compile = await loadPatternCompiler()
    const pattern = compile('(a+)+(a|aa)*b')
    expect(pattern.test('a'.repeat(8000))).toBe(false)
    expect(pattern.test(`${'a'.repeat(8000)}b`)).toBe(true)
  })

  it('is refused with invalid_route when the source was not checked', async () => {
    const compile = await loadPatternCompiler()
    expect(() => compile('(?=a)')).toThrow(expect.objectContaining({ code: 'invalid_route' }))
  })

  it('is refused without an engine', () => {
    expect(() => refusePatterns('/a')).toThrow(expect.objectContaining({ code: 'invalid_route' }))
  })
})
