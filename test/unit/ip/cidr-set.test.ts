import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { parseAddress, type IpAddress } from '../../../src/ip/address.ts'
import { createCidrSet } from '../../../src/ip/cidr-set.ts'
import { closeAddress, closeCidr } from './arbitraries.ts'

function address(text: string): IpAddress {
  const parsed = parseAddress(text)
  if (parsed === undefined) throw new Error(`no address: ${text}`)
  return parsed
}

/** The bits of an address as a string, read from its canonical text alone. */
function bitsOf(text: string): string {
  if (text.includes('.')) {
    return text
      .split('.')
      .map((octet) => Number(octet).toString(2).padStart(8, '0'))
      .join('')
  }
  const [head = '', tail] = text.split('::')
  const left = head === '' ? [] : head.split(':')
  const right = tail === undefined || tail === '' ? [] : tail.split(':')
  const zeros = Array<string>(8 - left.length - right.length).fill('0')
  return [...left, ...zeros, ...right]
    .map((group) => Number.parseInt(group, 16).toString(2).padStart(16, '0'))
    .join('')
}

/** Longest match by comparing strings of bits, one block after another. */
function naiveLongestMatch(cidrs: readonly string[], text: string): number {
  const bits = bitsOf(text)
  let longest = -1
  for (const cidr of cidrs) {
    const [network = '', length = ''] = cidr.split('/')
    const prefix = bitsOf(network)
    if (prefix.length !== bits.length) continue
    if (bits.startsWith(prefix.slice(0, Number(length))))
      longest = Math.max(longest, Number(length))
  }
  return longest
}

describe('createCidrSet', () => {
  it('holds nothing when it is empty', () => {
    const set = createCidrSet([])
    expect(set.contains(address('0.0.0.0'))).toBe(false)
    expect(set.contains(address('::'))).toBe(false)
    expect(set.longestMatch(address('10.0.0.1'))).toBe(-1)
  })

  it.each([
    { name: 'inside', at: '10.20.30.40', longest: 8 },
    { name: 'inside a nested block', at: '10.1.2.3', longest: 16 },
    { name: 'at a single address', at: '10.1.0.1', longest: 32 },
    { name: 'at the first address', at: '10.0.0.0', longest: 8 },
    { name: 'at the last address', at: '10.255.255.255', longest: 8 },
    { name: 'just below', at: '9.255.255.255', longest: -1 },
    { name: 'just above', at: '11.0.0.0', longest: -1 },
    { name: 'inside IPv6', at: '2001:db8:ffff::1', longest: 32 },
    { name: 'outside IPv6', at: '2001:db9::', longest: -1 },
    { name: 'at mapped IPv4', at: '::ffff:10.1.2.3', longest: 16 },
    { name: 'at IPv4 in another IPv6 form', at: '64:ff9b::10.1.2.3', longest: -1 },
  ])('finds the longest prefix $name', ({ at, longest }) => {
    const set = createCidrSet(['10.0.0.0/8', '10.1.0.0/16', '10.1.0.1', '2001:db8::/32'])
    expect(set.longestMatch(address(at))).toBe(longest)
    expect(set.contains(address(at))).toBe(longest >= 0)
  })

  it('keeps the families apart', () => {
    expect(createCidrSet(['0.0.0.0/0']).contains(address('::1'))).toBe(false)
    expect(createCidrSet(['::/0']).contains(address('10.0.0.1'))).toBe(false)
    expect(createCidrSet(['::/0', '0.0.0.0/0']).longestMatch(address('10.0.0.1'))).toBe(0)
  })

  it('refuses to leave out what is no block', () => {
    expect(() => createCidrSet(['10.0.0.0/8', '10.0.0.0/33'])).toThrow(
      expect.objectContaining({ code: 'internal_error', message: "invalid CIDR '10.0.0.0/33'" }),
    )
  })

  it('agrees with comparing bit by bit', () => {
    const lists = fc.array(closeCidr, { maxLength: 40 })
    const probes = fc.array(closeAddress, { minLength: 1, maxLength: 20 })
    fc.assert(
      fc.property(lists, probes, (cidrs, addresses) => {
        const set = createCidrSet(cidrs)
        for (const probe of addresses) {
          const expected = naiveLongestMatch(cidrs, probe.text)
          expect(set.longestMatch(probe)).toBe(expected)
          expect(set.contains(probe)).toBe(expected >= 0)
        }
      }),
      { numRuns: 500 },
    )
  })

  it('does not depend on the order of its blocks', () => {
    const lists = fc.uniqueArray(closeCidr, { minLength: 2, maxLength: 20 })
    fc.assert(
      fc.property(lists, closeAddress, (cidrs, probe) => {
        const backwards = createCidrSet(cidrs.toReversed())
        expect(backwards.longestMatch(probe)).toBe(createCidrSet(cidrs).longestMatch(probe))
      }),
    )
  })
})
