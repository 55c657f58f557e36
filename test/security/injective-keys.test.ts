/** Keys made of parts tell any two lists of parts apart (F-22). */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { hostDocumentKey } from '../../src/model/bundle.ts'

/** Whatever may stand in a host key, and what may not: a slash is what joins. */
const part = fc.string({ unit: fc.constantFrom('a', '.', '*', '0', ':', '[', '-'), maxLength: 6 })

describe('keys of virtual hosts', () => {
  it('are equal only for the same table and host', () => {
    fc.assert(
      fc.property(fc.nat(200), part, fc.nat(200), part, (table, host, other, name) => {
        const same = table === other && host === name
        expect(hostDocumentKey(table, host) === hostDocumentKey(other, name)).toBe(same)
      }),
    )
  })
})
