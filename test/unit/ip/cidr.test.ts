import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { formatCidr, parseCidr } from '../../../src/ip/cidr.ts'
import { closeCidr } from './arbitraries.ts'

function canonical(text: string): string | undefined {
  const cidr = parseCidr(text)
  return cidr === undefined ? undefined : formatCidr(cidr)
}

describe('parseCidr', () => {
  it.each([
    { name: 'a block', text: '10.0.0.0/8', expected: '10.0.0.0/8' },
    { name: 'a bare IPv4 address', text: '192.0.2.1', expected: '192.0.2.1/32' },
    { name: 'a bare IPv6 address', text: '2001:DB8::1', expected: '2001:db8::1/128' },
    { name: 'everybody in IPv4', text: '0.0.0.0/0', expected: '0.0.0.0/0' },
    { name: 'everybody in IPv6', text: '::/0', expected: '::/0' },
    { name: 'bits behind the prefix', text: '10.1.2.3/8', expected: '10.0.0.0/8' },
    { name: 'bits behind /0', text: '255.255.255.255/0', expected: '0.0.0.0/0' },
    { name: 'bits behind /31', text: '10.0.0.3/31', expected: '10.0.0.2/31' },
    { name: 'bits within a group', text: '2001:db8:ffff::/33', expected: '2001:db8:8000::/33' },
    { name: 'bits behind /64', text: '2001:db8::1/64', expected: '2001:db8::/64' },
    { name: 'a mapped address', text: '::ffff:10.0.0.5', expected: '10.0.0.5/32' },
    { name: 'a mapped block', text: '::ffff:10.0.0.0/104', expected: '10.0.0.0/8' },
    { name: 'a mapped block in hex', text: '::ffff:a00:0/104', expected: '10.0.0.0/8' },
    { name: 'all mapped addresses', text: '::ffff:0:0/96', expected: '0.0.0.0/0' },
    { name: 'more than the mapped block', text: '::ffff:10.0.0.0/95', expected: '::fffe:0:0/95' },
    { name: 'much more than it', text: '::ffff:10.0.0.0/8', expected: '::/8' },
  ])('reads $name', ({ text, expected }) => {
    expect(canonical(text)).toBe(expected)
  })

  it.each([
    '',
    '/',
    '/8',
    '10.0.0.0/',
    '10.0.0.0/33',
    '10.0.0.0/-1',
    '10.0.0.0/+8',
    '10.0.0.0/08',
    '10.0.0.0/8.0',
    '10.0.0.0/1e1',
    '10.0.0.0/ 8',
    '10.0.0.0/8/8',
    '10.0.0.0/255.0.0.0',
    '10.0.0/8',
    '10/8',
    '::/129',
    '::/0128',
    '::ffff:10.0.0.0/129',
    '[::1]/128',
    'fe80::1%eth0/64',
    'cloudflare',
  ])('refuses %j', (text) => {
    expect(parseCidr(text)).toBeUndefined()
  })

  it('reads its canonical text as the same block', () => {
    fc.assert(
      fc.property(closeCidr, (text) => {
        const cidr = parseCidr(text)
        expect(cidr).toBeDefined()
        expect(cidr && parseCidr(formatCidr(cidr))).toEqual(cidr)
      }),
    )
  })
})
