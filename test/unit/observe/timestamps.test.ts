import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { Timestamps } from '../../../src/observe/timestamps.ts'

describe('Timestamps', () => {
  it('gives what toISOString gives, whichever second was asked for before', () => {
    const times = fc.array(fc.integer({ min: -62_135_596_800_000, max: 253_402_300_799_999 }))
    const close = fc.array(fc.integer({ min: 1_767_225_598_000, max: 1_767_225_602_000 }))
    fc.assert(
      fc.property(fc.oneof(times, close), (list) => {
        const timestamps = new Timestamps()
        for (const ms of list) expect(timestamps.format(ms)).toBe(new Date(ms).toISOString())
      }),
    )
  })

  it('drops what is finer than a millisecond', () => {
    expect(new Timestamps().format(1999.9)).toBe('1970-01-01T00:00:01.999Z')
  })
})
