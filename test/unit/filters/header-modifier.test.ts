import { describe, expect, it } from 'vitest'
import { modifyFields } from '../../../src/filters/header-modifier.ts'
import type { HeaderModifier } from '../../../src/model/manifest.ts'

function modifier(parts: Partial<HeaderModifier>): HeaderModifier {
  return { type: 'RequestHeaderModifier', set: [], add: [], remove: [], ...parts }
}

describe('modifyFields', () => {
  it('sets by replacing every line of that name, whatever its case', () => {
    const out = modifyFields(
      ['X-A', '1', 'b', '2', 'x-a', '3'],
      modifier({ set: [{ name: 'x-A', value: 'new' }] }),
    )
    expect(out).toEqual(['b', '2', 'x-A', 'new'])
  })

  it('adds a line beside those that are there', () => {
    const out = modifyFields(['X-A', '1'], modifier({ add: [{ name: 'X-A', value: '2' }] }))
    expect(out).toEqual(['X-A', '1', 'X-A', '2'])
  })

  it('removes last, so that a name both set and removed is gone', () => {
    const out = modifyFields(
      ['X-A', '1', 'Keep', 'k'],
      modifier({ set: [{ name: 'X-A', value: '2' }], remove: ['x-a'] }),
    )
    expect(out).toEqual(['Keep', 'k'])
  })

  it('leaves the given list as it was', () => {
    const given = ['X-A', '1']
    modifyFields(given, modifier({ remove: ['x-a'] }))
    expect(given).toEqual(['X-A', '1'])
  })
})
