import { describe, expect, it } from 'vitest'
import fc from 'fast-check'
import { canonicalPath, canonicalRulePath, rulePathFault } from '../../../src/canonical/path.ts'

/** Paths of everything that has a meaning, and of bytes that may have none. */
const anyPath = fc
  .array(
    fc.oneof(
      fc.constantFrom(
        '/',
        '//',
        '.',
        '..',
        '%2e',
        '%2F',
        '%5c',
        ';',
        '%3b',
        '%25',
        '%41',
        'a',
        'b',
      ),
      fc.string({ unit: 'binary-ascii', maxLength: 2 }),
    ),
    { maxLength: 16 },
  )
  .map((parts) => `/${parts.join('')}`)

describe('canonicalPath', () => {
  it.each([
    { name: 'a clean path', path: '/a/b', canonical: '/a/b' },
    { name: 'an unreserved escape', path: '/%41%7e%2D', canonical: '/A~-' },
    { name: 'another escape', path: '/%c3%a9%2f%25', canonical: '/%C3%A9%2F%25' },
    { name: 'an escape of an escape', path: '/%2541', canonical: '/%2541' },
    { name: 'a dot segment', path: '/a/./b/../c', canonical: '/a/c' },
    { name: 'a dot segment at the end', path: '/a/b/..', canonical: '/a/' },
    { name: 'an escaped dot segment', path: '/a/%2e%2E/b', canonical: '/b' },
    { name: 'more steps up than down', path: '/../../a', canonical: '/a' },
    { name: 'an empty element', path: '/a//b', canonical: '/a//b' },
    { name: 'a step up from an empty element', path: '/a//../b', canonical: '/a/b' },
    { name: 'dots that are names', path: '/.a/..b/...', canonical: '/.a/..b/...' },
    { name: 'brackets', path: '/[id]', canonical: '/[id]' },
  ])('gives $name', ({ path, canonical }) => {
    expect(canonicalPath(path, false)).toMatchObject({ canonical })
  })

  it.each([
    '',
    'a',
    '*',
    '/%',
    '/%4',
    '/%4g',
    '/%g4',
    '/%00',
    '/a?b',
    '/a%2',
    '/\u0100',
    '/ ',
    '/%%41',
  ])('refuses %j', (path) => {
    expect(canonicalPath(path, false)).toBeUndefined()
  })

  it.each([
    { path: '//a///b//', canonical: '/a/b/' },
    { path: '/a//../b', canonical: '/b' },
    { path: '/a/.//b', canonical: '/a/b' },
  ])('merges slashes of $path where asked to', ({ path, canonical }) => {
    expect(canonicalPath(path, true)).toMatchObject({ canonical })
  })

  it('has nothing to add to a clean path', () => {
    expect(canonicalPath('/a/.b/c', false)).toMatchObject({ readings: [] })
  })

  it('is idempotent and leaves no dot segment, whatever it is given', () => {
    fc.assert(
      fc.property(anyPath, fc.boolean(), (rawPath, mergeSlashes) => {
        const path = canonicalPath(rawPath, mergeSlashes)
        if (path === undefined) return
        expect(path.canonical.split('/')).not.toContain('.')
        expect(path.canonical.split('/')).not.toContain('..')
        expect(path.canonical).toMatch(/^\/(?:[!$&-;=@-[\]_a-z~]|%[0-9A-F]{2})*$/)
        if (mergeSlashes) expect(path.canonical).not.toContain('//')
        expect(canonicalPath(path.canonical, mergeSlashes)).toEqual(path)
        expect(path.readings).not.toContain(path.canonical)
      }),
      { numRuns: 5000 },
    )
  })
})

describe('canonicalRulePath', () => {
  it.each([
    { type: 'PathPrefix', value: '/', path: '/' },
    { type: 'PathPrefix', value: '/foo/', path: '/foo' },
    { type: 'PathPrefix', value: '/foo', path: '/foo' },
    { type: 'Exact', value: '/foo/', path: '/foo/' },
    { type: 'Exact', value: '/%66oo%c3%a9', path: '/foo%C3%A9' },
  ] as const)('gives $value of $type as $path', ({ type, value, path }) => {
    expect(canonicalRulePath(type, value)).toBe(path)
    expect(rulePathFault(value)).toBeUndefined()
  })

  it.each([
    { value: '', fault: /begin with a slash/ },
    { value: 'foo', fault: /begin with a slash/ },
    { value: '/a//b', fault: /empty element/ },
    { value: '/a/./b', fault: /dot segment/ },
    { value: '/a/../b', fault: /dot segment/ },
    { value: '/a/%2E%2e/b', fault: /dot segment/ },
    { value: '/a/.', fault: /dot segment/ },
    { value: '/a/..', fault: /dot segment/ },
    { value: '/a%2fb', fault: /escaped slash/ },
    { value: '/a%2Fb', fault: /escaped slash/ },
    { value: '/a#b', fault: /query or a fragment/ },
    { value: '/a?b', fault: /query or a fragment/ },
    { value: '/100%', fault: /escape/ },
    { value: '/%00', fault: /NUL/ },
    { value: '/a b', fault: /percent-encoded/ },
    { value: '/caf\u00e9', fault: /percent-encoded/ },
    { value: '/\u4f60', fault: /percent-encoded/ },
  ])('refuses $value and says why', ({ value, fault }) => {
    expect(canonicalRulePath('PathPrefix', value)).toBeUndefined()
    expect(canonicalRulePath('Exact', value)).toBeUndefined()
    expect(rulePathFault(value)).toMatch(fault)
  })

  it('has a fault exactly where it gives no path, and gives what requests are matched on', () => {
    fc.assert(
      fc.property(anyPath, (value) => {
        const path = canonicalRulePath('Exact', value)
        expect(path === undefined).toBe(rulePathFault(value) !== undefined)
        if (path !== undefined) expect(canonicalPath(value, false)?.canonical).toBe(path)
      }),
      { numRuns: 3000 },
    )
  })
})
