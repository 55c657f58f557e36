import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  broaderKeys,
  compareHostKeys,
  createHostSet,
  hostKeys,
  patternKey,
  commonKeys,
} from '../../../src/compile/hosts.ts'
import type { HostPattern } from '../../../src/model/manifest.ts'
import { host } from './builders.ts'

describe('hostKeys', () => {
  it.each([
    { name: 'a name is its own key', pattern: 'a.test', keys: ['a.test'] },
    { name: 'an Ingress wildcard takes one label', pattern: '1.a.test', keys: ['*.a.test'] },
    { name: 'another wildcard takes more', pattern: '*.a.test', keys: ['*.a.test', '**.a.test'] },
    { name: 'any host is an asterisk', pattern: '*', keys: ['*'] },
  ])('$name', ({ pattern, keys }) => {
    expect(hostKeys(host(pattern))).toEqual(keys)
  })
})

describe('broaderKeys', () => {
  it.each([
    { key: 'a.b.test', broader: ['*.b.test', '**.test', '*'] },
    { key: '*.b.test', broader: ['**.test', '*'] },
    { key: '**.b.test', broader: ['**.test', '*'] },
    { key: '*.test', broader: ['*'] },
    { key: 'localhost', broader: ['*'] },
    { key: '[::1]', broader: ['*'] },
    { key: '*', broader: [] },
  ])('gives those of $key, the narrowest first', ({ key, broader }) => {
    expect(broaderKeys(key)).toEqual(broader)
  })
})

describe('compareHostKeys', () => {
  it('puts names first, then longer suffixes, then one label before more, then any', () => {
    const keys = ['*', '**.test', '*.test', '**.b.test', 'a.test', '*.b.test', 'a.b.test']
    expect(keys.toSorted(compareHostKeys)).toEqual([
      'a.test',
      'a.b.test',
      '*.b.test',
      '**.b.test',
      '*.test',
      '**.test',
      '*',
    ])
  })
})

const label = fc.constantFrom('a', 'b')
const name = fc.array(label, { minLength: 1, maxLength: 3 }).map((labels) => labels.join('.'))
const pattern: fc.Arbitrary<HostPattern> = fc.oneof(
  fc.constant(host('*')),
  name.map((text): HostPattern => ({ type: 'exact', name: text })),
  fc
    .tuple(name, fc.constantFrom('one', 'many'))
    .map(([text, depth]): HostPattern => ({ type: 'wildcard', depth, name: text })),
)

/** Every name over the two labels that is long enough to tell any two patterns apart. */
const names = ['a', 'b']
for (let i = 0; names.length < 62; i++) names.push(`a.${names[i]}`, `b.${names[i]}`)

/** What a pattern means, label by label. */
function admits(one: HostPattern, text: string): boolean {
  if (one.type === 'any') return true
  if (one.type === 'exact') return text === one.name
  if (!text.endsWith(`.${one.name}`)) return false
  const labels = text.slice(0, -one.name.length - 1).split('.').length
  return one.depth === 'many' || labels === 1
}

describe('sets of hosts', () => {
  it('meet exactly where some host belongs to both', () => {
    fc.assert(
      fc.property(pattern, pattern, (a, b) => {
        const common = names.some((text) => admits(a, text) && admits(b, text))
        expect(commonKeys(a, b).length > 0).toBe(common)
        expect(createHostSet([a]).meets(b)).toBe(common)
      }),
    )
  })

  it('are told apart by their key', () => {
    fc.assert(
      fc.property(pattern, pattern, (a, b) => {
        const same = names.every((text) => admits(a, text) === admits(b, text))
        expect(patternKey(a) === patternKey(b)).toBe(same)
      }),
    )
  })
})
