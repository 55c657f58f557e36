import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { hashKey, isKeyAt, keyBound, readKey, writeKey } from '../../../src/model/packed.ts'

/** Any string of UTF-16 code units, lone surrogates included. */
const anyString = fc
  .array(fc.oneof(fc.nat(0x7f), fc.nat(0xffff), fc.integer({ min: 0xd800, max: 0xdfff })))
  .map((units) => String.fromCharCode(...units))

function bytesOf(key: string, before = 0): { bytes: Uint8Array; end: number } {
  const bytes = new Uint8Array(before + keyBound(key)).fill(0x61)
  return { bytes, end: writeKey(bytes, before, key) }
}

describe('bytes of a key', () => {
  it('give back the key, whatever its code units', () => {
    fc.assert(
      fc.property(anyString, fc.nat(9), (key, before) => {
        const { bytes, end } = bytesOf(key, before)
        expect(readKey(bytes, before, end)).toBe(key)
        expect(isKeyAt(bytes, before, end, key)).toBe(true)
      }),
    )
  })

  it('are no other key', () => {
    fc.assert(
      fc.property(anyString, anyString, (key, other) => {
        const { bytes, end } = bytesOf(key)
        expect(isKeyAt(bytes, 0, end, other)).toBe(key === other)
      }),
    )
  })

  it.each([
    ['a prefix', 'a.test', 'a.tes'],
    ['a longer name', 'a.test', 'a.test.'],
    ['a lone surrogate beside the replacement character', '\ud800', '\ufffd'],
    ['a pair beside its halves in another order', '\ud83d\ude00', '\ude00\ud83d'],
    ['nothing', 'a', ''],
  ])('tell %s apart', (_name, key, other) => {
    const { bytes, end } = bytesOf(key)
    expect(isKeyAt(bytes, 0, end, other)).toBe(false)
  })

  it('are read whole when there are more than one call takes', () => {
    const key = 'é'.repeat(10_000)
    const { bytes, end } = bytesOf(key)
    expect(readKey(bytes, 0, end)).toBe(key)
  })
})

describe('hashKey', () => {
  it('is one number for one key, scope and seed', () => {
    expect(hashKey(0, 0, 'a.test')).toBe(hashKey(0, 0, 'a.test'))
    const all = [hashKey(0, 0, 'a.test'), hashKey(1, 0, 'a.test'), hashKey(0, 1, 'a.test')]
    expect(new Set(all).size).toBe(3)
  })

  it('spreads names that differ in a digit over the low bits', () => {
    const places = new Set<number>()
    for (let i = 0; i < 4096; i++) places.add(hashKey(0, 0, `host-${i}.example.com`) & 4095)
    // Thrown at random, 4,096 balls hit 63 % of 4,096 places.
    expect(places.size).toBeGreaterThan(4096 * 0.6)
  })
})
