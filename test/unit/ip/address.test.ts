import fc from 'fast-check'
import { isIPv4, isIPv6 } from 'node:net'
import { describe, expect, it } from 'vitest'
import { ipv4Address, ipv6Address, parseAddress } from '../../../src/ip/address.ts'
import { anyWords } from './arbitraries.ts'

describe('parseAddress', () => {
  it.each([
    ['0.0.0.0', '0.0.0.0'],
    ['198.51.100.7', '198.51.100.7'],
    ['255.255.255.255', '255.255.255.255'],
    ['::', '::'],
    ['::1', '::1'],
    ['1::', '1::'],
    ['2001:DB8::1', '2001:db8::1'],
    ['2001:0db8:0000:0000:0000:0000:0000:0001', '2001:db8::1'],
    ['2001:db8:0:1:1:1:1:1', '2001:db8:0:1:1:1:1:1'],
    ['2001:db8:0:0:1:0:0:1', '2001:db8::1:0:0:1'],
    ['2001:0:0:1:0:0:0:1', '2001:0:0:1::1'],
    ['1:2:3:4:5:6:7::', '1:2:3:4:5:6:7:0'],
    ['::2:3:4:5:6:7:8', '0:2:3:4:5:6:7:8'],
    ['64:ff9b::192.0.2.33', '64:ff9b::c000:221'],
    ['1:2:3:4:5:6:192.0.2.33', '1:2:3:4:5:6:c000:221'],
    ['::192.0.2.33', '::c000:221'],
    ['fe80::1', 'fe80::1'],
  ])('reads %s as %s', (text, canonical) => {
    expect(parseAddress(text)?.text).toBe(canonical)
  })

  it.each([
    '::ffff:10.0.0.5',
    '::FFFF:10.0.0.5',
    '::ffff:a00:5',
    '::ffff:0a00:0005',
    '0:0:0:0:0:ffff:10.0.0.5',
    '0000:0000:0000:0000:0000:ffff:0a00:0005',
    '0::0:ffff:a00:5',
  ])('reads IPv4-mapped %s as the IPv4 address', (text) => {
    expect(parseAddress(text)).toEqual(parseAddress('10.0.0.5'))
  })

  it.each([
    '',
    ' ',
    '1',
    '1.2.3',
    '1.2.3.4.5',
    '1.2.3.',
    '.1.2.3',
    '1..2.3',
    '1.2.3.256',
    '1.2.2.355',
    '1.2.3.4444444444',
    '01.2.3.4',
    '1.2.3.00',
    '0x7f.0.0.1',
    '2130706433',
    '1.2.3.4 ',
    ' 1.2.3.4',
    '1.2.3.4:80',
    '1.2.3.-4',
    '١.2.3.4',
    ':',
    ':::',
    ':1',
    '1:',
    '1:2:3:4:5:6:7',
    '1:2:3:4:5:6:7:',
    '1:2:3:4:5:6:7:8:9',
    '1:2:3:4:5:6:7:8::',
    '::1:2:3:4:5:6:7:8',
    '1::2::3',
    '12345::',
    'g::',
    '::1%eth0',
    'fe80::1%25eth0',
    '[::1]',
    '::1/128',
    '::1.2.3',
    '::1.2.3.4:5',
    '::01.2.3.4',
    '1:2:3:4:5:6:7:1.2.3.4',
    '1::2:3:4:5:6:7:1.2.3.4',
    '::1:2:3:4:5:6:1.2.3.4',
    '1.2.3.4::',
    'unknown',
    '_hidden',
    'localhost',
  ])('refuses %j', (text) => {
    expect(parseAddress(text)).toBeUndefined()
  })

  it('keeps IPv4 in one signed word', () => {
    expect(parseAddress('255.0.0.1')).toEqual({
      family: 4,
      text: '255.0.0.1',
      w0: 0xff000001 | 0,
      w1: 0,
      w2: 0,
      w3: 0,
    })
  })

  it('refuses overlong text without reading it', () => {
    expect(parseAddress('1'.repeat(1_000_000))).toBeUndefined()
    expect(parseAddress(`${':'.repeat(1_000_000)}1`)).toBeUndefined()
  })

  it('accepts what Node accepts, zone ids excepted', () => {
    const fragment = fc.constantFrom(
      ...'0123456789abcfF:.'.split(''),
      '::',
      ':0',
      '1.2.3.4',
      '255',
      '0:0',
    )
    const text = fc.array(fragment, { maxLength: 16 }).map((parts) => parts.join(''))
    fc.assert(
      fc.property(fc.oneof(text, fc.ipV4(), fc.ipV6(), fc.string()), (candidate) => {
        const expected = isIPv4(candidate) || (isIPv6(candidate) && !candidate.includes('%'))
        expect(parseAddress(candidate) !== undefined).toBe(expected)
      }),
      { numRuns: 3000 },
    )
  })

  it('spells IPv6 as a URL does', () => {
    fc.assert(
      fc.property(anyWords, (words) => {
        const address = ipv6Address(words)
        fc.pre(address.family === 6)
        expect(new URL(`http://[${address.text}]`).hostname).toBe(`[${address.text}]`)
      }),
    )
  })

  it('reads back what it wrote', () => {
    fc.assert(
      fc.property(anyWords, (words) => {
        expect(parseAddress(ipv6Address(words).text)).toEqual(ipv6Address(words))
        expect(parseAddress(ipv4Address(words.w0).text)).toEqual(ipv4Address(words.w0))
      }),
    )
  })

  it('reads every spelling of one address as equal', () => {
    fc.assert(
      fc.property(fc.ipV6(), (text) => {
        const url = new URL(`http://[${text}]`).hostname.slice(1, -1)
        expect(parseAddress(text)).toEqual(parseAddress(url))
      }),
    )
  })
})
