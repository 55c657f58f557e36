import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { parseAddress } from '../../../src/ip/address.ts'
import { admits, linkNetworkPolicy, samePolicy } from '../../../src/policy/network-policy.ts'

const any = ['0.0.0.0/0', '::/0']

describe('admits', () => {
  it.each([
    { name: 'anybody without lists', deny: [], allow: [], from: '192.0.2.1', expected: true },
    {
      name: 'a peer without address, without lists',
      deny: [],
      allow: [],
      from: undefined,
      expected: true,
    },
    {
      name: 'who is not denied',
      deny: ['192.0.2.0/24'],
      allow: [],
      from: '10.0.0.1',
      expected: true,
    },
    {
      name: 'who is denied',
      deny: ['192.0.2.0/24'],
      allow: [],
      from: '192.0.2.1',
      expected: false,
    },
    { name: 'who is allowed', deny: [], allow: ['10.0.0.0/8'], from: '10.0.0.1', expected: true },
    {
      name: 'who is not allowed',
      deny: [],
      allow: ['10.0.0.0/8'],
      from: '192.0.2.1',
      expected: false,
    },
    {
      name: 'who is both',
      deny: ['10.0.0.0/8'],
      allow: ['10.0.0.0/8'],
      from: '10.0.0.1',
      expected: false,
    },
    {
      name: 'who is denied in a wider block',
      deny: ['10.0.0.0/8'],
      allow: ['10.1.0.0/16'],
      from: '10.1.0.1',
      expected: false,
    },
    {
      name: 'who is in neither',
      deny: ['192.0.2.0/24'],
      allow: ['10.0.0.0/8'],
      from: '11.0.0.1',
      expected: false,
    },
    {
      name: 'no address under a deny list',
      deny: ['192.0.2.0/24'],
      allow: [],
      from: undefined,
      expected: false,
    },
    {
      name: 'no address under an allow list',
      deny: [],
      allow: any,
      from: undefined,
      expected: false,
    },
    {
      name: 'mapped IPv6 by IPv4 rules',
      deny: ['10.0.0.0/8'],
      allow: [],
      from: '::ffff:10.0.0.1',
      expected: false,
    },
    {
      name: 'IPv6 under an IPv4 allow list',
      deny: [],
      allow: ['0.0.0.0/0'],
      from: '2001:db8::1',
      expected: false,
    },
  ])('says $expected of $name', ({ deny, allow, from, expected }) => {
    const policy = linkNetworkPolicy({ deny, allow })
    expect(admits(policy, from === undefined ? undefined : parseAddress(from))).toBe(expected)
  })

  it('admits everybody where there is no policy', () => {
    expect(admits(undefined, undefined)).toBe(true)
  })

  it('refuses to link a list with an entry that is no block', () => {
    const code = expect.objectContaining({ code: 'internal_error' })
    expect(() => linkNetworkPolicy({ deny: ['10.0.0.0/33'], allow: [] })).toThrow(code)
    expect(() => linkNetworkPolicy({ deny: [], allow: ['office'] })).toThrow(code)
  })

  it('never admits more when a list grows', () => {
    const octet = fc.integer({ min: 0, max: 3 })
    const block = fc
      .tuple(octet, fc.integer({ min: 28, max: 32 }))
      .map(([n, l]) => `10.0.0.${n}/${l}`)
    const blocks = fc.array(block, { maxLength: 4 })
    fc.assert(
      fc.property(blocks, blocks, block, octet, (deny, allow, more, last) => {
        const address = parseAddress(`10.0.0.${last}`)
        const before = admits(linkNetworkPolicy({ deny, allow }), address)
        const denied = admits(linkNetworkPolicy({ deny: [...deny, more], allow }), address)
        expect(!denied || before).toBe(true)
        if (allow.length > 0) {
          const allowed = admits(linkNetworkPolicy({ deny, allow: [...allow, more] }), address)
          expect(!before || allowed).toBe(true)
        }
      }),
    )
  })
})

describe('samePolicy', () => {
  const [a, b] = ['10.0.0.0/8', '192.0.2.0/24']
  it.each([
    { name: 'equal lists', one: [[a], [b]], other: [[a], [b]], expected: true },
    { name: 'another order', one: [[a, b], []], other: [[b, a], []], expected: true },
    { name: 'an entry twice', one: [[a, a], []], other: [[a], []], expected: true },
    { name: 'empty lists', one: [[], []], other: [[], []], expected: true },
    { name: 'another block', one: [[a], []], other: [[b], []], expected: false },
    { name: 'deny against allow', one: [[a], []], other: [[], [a]], expected: false },
    { name: 'one block moved over', one: [[a, b], []], other: [[a], [b]], expected: false },
    { name: 'a list against none', one: [[a], []], other: [[], []], expected: false },
  ])('says $expected of $name', ({ one, other, expected }) => {
    const link = ([deny = [], allow = []]: string[][]) => linkNetworkPolicy({ deny, allow })
    expect(samePolicy(link(one), link(other))).toBe(expected)
    expect(samePolicy(link(other), link(one))).toBe(expected)
  })

  it('takes no policy for an empty one', () => {
    const empty = linkNetworkPolicy({ deny: [], allow: [] })
    expect(samePolicy(undefined, undefined)).toBe(true)
    expect(samePolicy(undefined, empty)).toBe(true)
    expect(samePolicy(linkNetworkPolicy({ deny: [a], allow: [] }), undefined)).toBe(false)
  })
})
