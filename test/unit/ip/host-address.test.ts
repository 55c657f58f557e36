import { describe, expect, it } from 'vitest'
import { parseHostAddress, parseSocketAddress } from '../../../src/ip/host-address.ts'

describe('parseHostAddress', () => {
  it.each([
    ['198.51.100.1', '198.51.100.1'],
    ['198.51.100.1:4444', '198.51.100.1'],
    ['198.51.100.1:0', '198.51.100.1'],
    ['198.51.100.1:65535', '198.51.100.1'],
    ['2001:db8::1', '2001:db8::1'],
    ['[2001:db8::1]', '2001:db8::1'],
    ['[2001:DB8::1]:80', '2001:db8::1'],
    ['[::ffff:198.51.100.1]:80', '198.51.100.1'],
    ['::ffff:198.51.100.1', '198.51.100.1'],
  ])('reads %s as %s', (text, expected) => {
    expect(parseHostAddress(text)?.text).toBe(expected)
  })

  it.each([
    '',
    ':',
    ':80',
    '198.51.100.1:',
    '198.51.100.1:65536',
    '198.51.100.1:123456',
    '198.51.100.1:-1',
    '198.51.100.1:_x',
    '198.51.100.1:80:80',
    '[198.51.100.1]',
    '[198.51.100.1]:80',
    '[2001:db8::1',
    '2001:db8::1]',
    '[2001:db8::1]80',
    '[2001:db8::1]:',
    '[2001:db8::1]:http',
    '[[2001:db8::1]]',
    '[fe80::1%eth0]:80',
    '[]',
    '"198.51.100.1"',
    'example.com:80',
  ])('refuses %j', (text) => {
    expect(parseHostAddress(text)).toBeUndefined()
  })
})

describe('parseSocketAddress', () => {
  it.each([
    ['fe80::1%eth0', 'fe80::1'],
    ['::ffff:10.0.0.5', '10.0.0.5'],
    ['10.0.0.5', '10.0.0.5'],
    ['/run/postern.sock', undefined],
    ['', undefined],
    [undefined, undefined],
  ])('reads %s as %s', (text, expected) => {
    expect(parseSocketAddress(text)?.text).toBe(expected)
  })
})
