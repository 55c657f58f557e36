import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { ipv4Address, ipv6Address, parseAddress } from '../../../src/ip/address.ts'
import { classifyEndpointAddress, isConnectable } from '../../../src/ip/endpoint-address.ts'

function classify(text: string): string | undefined {
  const address = parseAddress(text)
  return address && classifyEndpointAddress(address)
}

describe('classifyEndpointAddress', () => {
  it.each([
    ['8.8.8.8', 'ok'],
    ['10.0.0.1', 'ok'],
    ['169.253.255.255', 'ok'],
    ['169.255.0.0', 'ok'],
    ['223.255.255.255', 'ok'],
    ['127.0.0.1', 'loopback'],
    ['127.255.255.254', 'loopback'],
    ['0.0.0.0', 'unspecified'],
    ['0.1.2.3', 'unspecified'],
    ['169.254.0.1', 'link-local'],
    ['169.254.170.2', 'link-local'],
    ['169.254.169.254', 'metadata'],
    ['100.100.100.200', 'metadata'],
    ['168.63.129.16', 'metadata'],
    ['192.0.0.192', 'metadata'],
    ['224.0.0.1', 'multicast'],
    ['240.0.0.1', 'reserved'],
    ['255.255.255.255', 'reserved'],
    ['2001:db8::1', 'ok'],
    ['fc00::1', 'ok'],
    ['fd00:ec3::254', 'ok'],
    ['fec0::1', 'ok'],
    ['::', 'unspecified'],
    ['::1', 'loopback'],
    ['fe80::1', 'link-local'],
    ['febf:ffff::1', 'link-local'],
    ['fd00:ec2::254', 'metadata'],
    ['fd00:ec2::23', 'metadata'],
    ['fd20:ce::254', 'metadata'],
    ['fd00:42::42', 'metadata'],
    ['ff02::1', 'multicast'],
  ])('calls %s %s', (text, expected) => {
    expect(classify(text)).toBe(expected)
  })

  it.each([
    { name: 'mapped', wrap: (quad: string) => `::ffff:${quad}` },
    { name: 'NAT64', wrap: (quad: string) => `64:ff9b::${quad}` },
    { name: 'local-use NAT64', wrap: (quad: string) => `64:ff9b:1::${quad}` },
    { name: 'translated', wrap: (quad: string) => `::ffff:0:${quad}` },
    { name: 'compatible', wrap: (quad: string) => `::${quad}` },
    {
      name: '6to4',
      wrap: (quad: string) => {
        const [a = 0, b = 0, c = 0, d = 0] = quad.split('.').map(Number)
        return `2002:${((a << 8) | b).toString(16)}:${((c << 8) | d).toString(16)}::1`
      },
    },
  ])('judges $name IPv6 as the IPv4 address inside', ({ wrap }) => {
    for (const quad of [
      '169.254.169.254',
      '169.254.1.1',
      '127.0.0.1',
      '100.100.100.200',
      '8.8.8.8',
    ]) {
      expect(classify(wrap(quad))).toBe(classify(quad))
    }
  })

  it('lets nothing link-local be connected to, however it is wrapped', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 0xffff }), (low) => {
        const word = 0xa9fe0000 | low
        const forms = [
          ipv4Address(word),
          ipv6Address({ w0: 0x0064ff9b, w1: 0, w2: 0, w3: word }),
          ipv6Address({ w0: 0x2002a9fe, w1: low << 16, w2: 0, w3: 1 }),
          ipv6Address({ w0: 0xfe800000 | (low & 0x3f_ffff), w1: low, w2: 0, w3: low }),
        ]
        for (const form of forms) {
          expect(isConnectable(classifyEndpointAddress(form))).toBe(false)
        }
      }),
    )
  })
})

describe('isConnectable', () => {
  it.each([
    ['ok', true],
    ['loopback', true],
    ['unspecified', false],
    ['link-local', false],
    ['metadata', false],
    ['multicast', false],
    ['reserved', false],
  ] as const)('says of %s: %s', (addressClass, expected) => {
    expect(isConnectable(addressClass)).toBe(expected)
  })
})
