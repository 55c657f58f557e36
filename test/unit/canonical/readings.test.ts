import { describe, expect, it } from 'vitest'
import fc from 'fast-check'
import { canonicalPath } from '../../../src/canonical/path.ts'
import { lenientReadings } from '../../../src/canonical/readings.ts'

describe('lenientReadings', () => {
  it.each([
    { name: 'nothing odd', path: '/a/b', readings: [] },
    { name: 'an escape without meaning', path: '/a%20b%25%C3%A9', readings: [] },
    { name: 'an escaped slash', path: '/@scope%2Fname', readings: ['/@scope/name'] },
    { name: 'a backslash', path: '/a%5Cb', readings: ['/a/b'] },
    { name: 'parameters', path: '/a;b=1/c;d', readings: ['/a/c'] },
    { name: 'escaped parameters', path: '/a%3Bb', readings: ['/a', '/a;b'] },
    { name: 'an empty element', path: '/a//b', readings: ['/a/b'] },
    { name: 'a plain escape', path: '/%40a%21', readings: ['/@a!'] },
    { name: 'an escape of an escaped slash', path: '/a%252Fb', readings: [] },
    {
      name: 'a hidden step up',
      path: '/a/..%2Fb',
      readings: ['/b', '/a/../b'],
    },
    {
      name: 'a step up whose target depends on merging',
      path: '/x%2F..%2Fadmin%2F%2F..',
      readings: ['/', '/admin/', '/x/../admin/..', '/x/../admin//..'],
    },
  ])('gives those of $name', ({ path, readings }) => {
    expect(lenientReadings(path)).toEqual(readings)
  })

  it('refuses all habits at once, and what is too long to be read so often', () => {
    expect(lenientReadings('/a%2Fb%5Cc;d//e')).toBeUndefined()
    expect(lenientReadings(`/${'a%2F'.repeat(2047)}`)).toBeDefined()
    expect(lenientReadings(`/;${'a%2F'.repeat(2047)}`)).toBeUndefined()
  })

  it('begins with the path that decodes, cuts, merges and resolves', () => {
    const pieces = ['/', '.', '..', '%2F', '%5C', ';', '%3B', '%21', '%25', '%20', 'a', 'b']
    const path = fc
      .array(fc.constantFrom(...pieces), { maxLength: 12 })
      .map((parts) => canonicalPath(`/${parts.join('')}`, false))
    fc.assert(
      fc.property(path, (canonical) => {
        if (canonical === undefined) return
        expect(canonical.readings[0] ?? canonical.canonical).toBe(
          readLeniently(canonical.canonical),
        )
      }),
      { numRuns: 5000 },
    )
  })

  it('stays bounded and without repetition', () => {
    const pieces = ['/', '..', '%2F', '%5C', ';', '%3B', 'a']
    const path = fc
      .array(fc.constantFrom(...pieces), { maxLength: 20 })
      .map((parts) => canonicalPath(`/${parts.join('')}`, false)?.readings ?? [])
    fc.assert(
      fc.property(path, (readings) => {
        expect(readings.length).toBeLessThan(50)
        expect(new Set(readings).size).toBe(readings.length)
      }),
      { numRuns: 3000 },
    )
  })
})

/** The most lenient reading, told once more: byte by byte, then re-encoded. */
function readLeniently(canonical: string): string {
  const decoded = canonical
    .replaceAll(/%(..)/g, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)))
    .replaceAll('\\', '/')
  const elements: string[] = []
  const names = decoded.split('/').map((name) => name.split(';')[0] ?? '')
  for (const name of names) {
    if (name === '..') elements.pop()
    else if (name !== '.' && name !== '') elements.push(name)
  }
  const last = names.at(-1) ?? ''
  const open = elements.length > 0 && ['', '.', '..'].includes(last) ? '/' : ''
  return `/${elements.map(encode).join('/')}${open}`
}

function encode(name: string): string {
  return name.replaceAll(
    /[^\w.~!$&'()*+,;=:@[\]-]/g,
    (byte) => `%${byte.charCodeAt(0).toString(16).toUpperCase().padStart(2, '0')}`,
  )
}
