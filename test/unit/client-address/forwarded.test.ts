import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  formatForwardedNode,
  parseForwarded,
  parseForwardedNode,
} from '../../../src/client-address/forwarded.ts'
import { parseAddress } from '../../../src/ip/address.ts'

const none = { for: undefined, by: undefined, host: undefined, proto: undefined }

describe('parseForwarded', () => {
  it.each([
    { name: 'one pair', value: 'for=192.0.2.60', expected: [{ for: '192.0.2.60' }] },
    {
      name: 'all parameters, names in any case',
      value: 'For=192.0.2.60;PROTO=http;by=203.0.113.43;host=a.test',
      expected: [{ for: '192.0.2.60', proto: 'http', by: '203.0.113.43', host: 'a.test' }],
    },
    {
      name: 'several elements',
      value: 'for=192.0.2.43,for="[2001:db8::1]:4711" \t,  for=_hidden',
      expected: [{ for: '192.0.2.43' }, { for: '[2001:db8::1]:4711' }, { for: '_hidden' }],
    },
    {
      name: 'commas and semicolons in quotes as data',
      value: 'for="198.51.100.1, for=1.1.1.1;proto=x"',
      expected: [{ for: '198.51.100.1, for=1.1.1.1;proto=x' }],
    },
    {
      name: 'escapes in quotes',
      value: String.raw`for="\_a\"b\\";host="x"`,
      expected: [{ for: String.raw`_a"b\ `.trim(), host: 'x' }],
    },
    { name: 'an empty quoted value', value: 'for=""', expected: [{ for: '' }] },
    { name: 'unknown parameters', value: 'secret=_x;for=a', expected: [{ for: 'a' }] },
    { name: 'empty pairs', value: ';for=a;;by=b;', expected: [{ for: 'a', by: 'b' }] },
    { name: 'empty elements', value: ',for=a,', expected: [{}, { for: 'a' }, {}] },
    { name: 'an empty line', value: '', expected: [{}] },
  ])('reads $name', ({ value, expected }) => {
    expect(parseForwarded(value)).toEqual(expected.map((element) => ({ ...none, ...element })))
  })

  it.each([
    'for',
    'for=',
    '=192.0.2.1',
    'for =192.0.2.1',
    'for= 192.0.2.1',
    'for=192.0.2.1; proto=http',
    'for=192.0.2.1 ;proto=http',
    'for=192.0.2.1 for=192.0.2.2',
    'for=192.0.2.1:80',
    'for=[2001:db8::1]',
    'for="192.0.2.1',
    'for="192.0.2.1\\',
    'for="192.0.2.1\\"',
    'for="192.0.2.1"x',
    'for=a"b"',
    'for="a\nb"',
    'for="a\\\u0000b"',
    'for="a\u007fb"',
    'for=a;For=b',
    'x=1;x=1',
    'for=a,by="',
    'for=a,\u0000',
    '192.0.2.1',
  ])('refuses the whole of %j', (value) => {
    expect(parseForwarded(value)).toBeUndefined()
  })

  it('reads back any quoted value', () => {
    const text = fc.string({
      unit: fc.integer({ min: 0x20, max: 0x7e }).map((c) => String.fromCharCode(c)),
    })
    fc.assert(
      fc.property(text, text, (node, host) => {
        const quote = (value: string) => `"${value.replaceAll(/["\\]/g, String.raw`\$&`)}"`
        const line = `for=${quote(node)};host=${quote(host)}, for=last`
        expect(parseForwarded(line)).toEqual([
          { ...none, for: node, host },
          { ...none, for: 'last' },
        ])
      }),
    )
  })

  it('never throws and takes time in proportion to its input', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: fc.constantFrom(...'for=";,\\ a1:[]_'.split('')) }),
        (value) => {
          parseForwarded(value)
        },
      ),
    )
    const many = Array.from({ length: 20_000 }, (_, i) => `p${i}=1`).join(';')
    expect(parseForwarded(many)).toEqual([none])
  })
})

describe('parseForwardedNode', () => {
  it.each([
    ['192.0.2.43', '192.0.2.43'],
    ['192.0.2.43:47011', '192.0.2.43'],
    ['192.0.2.43:_port.1-a', '192.0.2.43'],
    ['[2001:db8::1]', '2001:db8::1'],
    ['[2001:db8::1]:47011', '2001:db8::1'],
    ['[2001:db8::1]:_p', '2001:db8::1'],
    ['[::ffff:192.0.2.43]', '192.0.2.43'],
  ])('reads %s as %s', (node, expected) => {
    expect(parseForwardedNode(node)?.text).toBe(expected)
  })

  it.each([
    '',
    'unknown',
    'unknown:80',
    '_hidden',
    '_hidden:80',
    '2001:db8::1',
    '192.0.2.43:',
    '192.0.2.43:_',
    '192.0.2.43:_a b',
    '192.0.2.43:_a:_b',
    '192.0.2.43:99999',
    '[192.0.2.43]',
    '[2001:db8::1',
    '[2001:db8::1]x',
    '[2001:db8::1]:_',
    '[fe80::1%eth0]',
    '198.51.100.1, for=1.1.1.1',
  ])('finds no address in %j', (node) => {
    expect(parseForwardedNode(node)).toBeUndefined()
  })
})

describe('formatForwardedNode', () => {
  it.each(['192.0.2.1', '2001:db8::1'])('spells %s so that it is read back', (text) => {
    const address = parseAddress(text)
    const [element] = parseForwarded(`for=${address && formatForwardedNode(address)}`) ?? []
    expect(parseForwardedNode(element?.for ?? '')).toEqual(address)
  })
})
