/** Copies of fields, changed by the difference, against fields that are handed over whole. */
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { changeFields, findFieldChanges } from '../../../src/fetch/field-changes.ts'

type Lines = [string, string][]

function listOf(headers: Headers): string[] {
  return [...headers].flat()
}

describe('the changes of fields', () => {
  test('are none where nothing changes', () => {
    expect(findFieldChanges(['a', '1', 'b', '2'], ['a', '1', 'b', '2'])).toEqual({
      removed: [],
      added: [],
    })
  })

  test('take what goes and add what comes last', () => {
    const received = ['a', '1', 'host', 'a.test', 'z', '3']
    expect(findFieldChanges(received, ['a', '1', 'z', '3', 'X-New', '4'])).toEqual({
      removed: ['host'],
      added: ['X-New', '4'],
    })
  })

  test('leave a field to be kept alone, though it is not wanted', () => {
    const received = ['content-length', '5', 'x', '1']
    expect(findFieldChanges(received, ['x', '1'], 'content-length')).toEqual({
      removed: [],
      added: [],
    })
  })

  test.each([
    { name: 'the first', wanted: ['set-cookie', 'b'] },
    { name: 'the second', wanted: ['set-cookie', 'a'] },
    { name: 'both', wanted: [] },
  ])('are not known where of two lines $name has to go', ({ wanted }) => {
    expect(findFieldChanges(['set-cookie', 'a', 'set-cookie', 'b'], wanted)).toBeUndefined()
  })

  test('of any fields to any others make what handing them over makes', () => {
    const line = fc.tuple(
      fc.constantFrom('a', 'B', 'b', 'c', 'D', 'set-cookie', 'Set-Cookie'),
      fc.constantFrom('1', '2', 'x y'),
    )
    const lines: fc.Arbitrary<Lines> = fc.array(line, { maxLength: 8 })
    fc.assert(
      fc.property(lines, lines, fc.array(fc.boolean()), (before, more, staying) => {
        const received = listOf(new Headers(before))
        const wanted: string[] = []
        for (let i = 0; i < received.length; i += 2) {
          if (staying[i / 2] !== false) wanted.push(...received.slice(i, i + 2))
        }
        wanted.push(...more.flat())
        const changes = findFieldChanges(received, wanted)
        if (changes === undefined) {
          // Never where all names are different.
          expect(received.filter((part) => part === 'set-cookie').length).toBeGreaterThan(1)
          return
        }
        const copy = new Headers(before)
        changeFields(copy, changes)
        const whole = new Headers()
        for (let i = 0; i < wanted.length; i += 2) {
          whole.append(wanted[i] ?? '', wanted[i + 1] ?? '')
        }
        expect(listOf(copy)).toEqual(listOf(whole))
      }),
    )
  })
})
