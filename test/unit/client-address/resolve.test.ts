import fc from 'fast-check'
import { isIP } from 'node:net'
import proxyAddr from 'proxy-addr'
import { describe, expect, it } from 'vitest'
import { linkClientAddress, resolveClientAddress } from '../../../src/client-address/resolve.ts'
import { parseAddress } from '../../../src/ip/address.ts'
import type { ClientAddressSettings } from '../../../src/model/manifest.ts'

interface Case {
  readonly settings?: Partial<ClientAddressSettings>
  readonly peer?: string | undefined
  readonly fields: readonly string[]
}

/** The client's text and whether the peer was trusted; 10/8 and ::1 are trusted by default. */
function resolve({ settings, fields, ...rest }: Case): [string | undefined, boolean] {
  const peer = 'peer' in rest ? rest.peer : '10.0.0.5'
  const rule = linkClientAddress({
    trust: ['10.0.0.0/8', '::1/128'],
    hops: undefined,
    source: 'x-forwarded-for',
    ...settings,
  })
  const address = peer === undefined ? undefined : parseAddress(peer)
  const client = resolveClientAddress(rule, address, fields)
  return [client.address?.text, client.trusted]
}

function xff(...values: string[]): string[] {
  return values.flatMap((value) => ['X-Forwarded-For', value])
}

describe('a peer that is not trusted', () => {
  it.each([
    { name: 'whatever the list says', peer: '203.0.113.9', fields: xff('198.51.100.1') },
    { name: 'even without a list', peer: '203.0.113.9', fields: [] },
  ])('is the client $name', ({ peer, fields }) => {
    expect(resolve({ peer, fields })).toEqual(['203.0.113.9', false])
  })

  it('is anybody where there are no settings', () => {
    const peer = parseAddress('127.0.0.1')
    const client = resolveClientAddress(linkClientAddress(undefined), peer, xff('198.51.100.1'))
    expect(client).toEqual({ address: peer, trusted: false })
  })

  it('is one without an address, by blocks and by hops', () => {
    const fields = xff('198.51.100.1')
    const trust = ['0.0.0.0/0', '::/0']
    expect(resolve({ peer: undefined, fields, settings: { trust } })).toEqual([undefined, false])
    expect(resolve({ peer: undefined, fields, settings: { trust: [], hops: 1 } })).toEqual([
      undefined,
      false,
    ])
  })
})

describe('X-Forwarded-For from a trusted peer', () => {
  it.each([
    { name: 'no list', fields: [], client: '10.0.0.5' },
    { name: 'one address', fields: xff('198.51.100.1'), client: '198.51.100.1' },
    { name: 'an address with blanks', fields: xff(' \t198.51.100.1\t '), client: '198.51.100.1' },
    { name: 'the first untrusted', fields: xff('1.1.1.1,2.2.2.2, 10.0.0.7'), client: '2.2.2.2' },
    { name: 'nobody untrusted', fields: xff('10.0.0.9, 10.0.0.8'), client: '10.0.0.9' },
    { name: 'several lines', fields: xff('1.1.1.1', '2.2.2.2, 10.0.0.1'), client: '2.2.2.2' },
    { name: 'a trusted last line', fields: xff('2.2.2.2', '10.0.0.1'), client: '2.2.2.2' },
    {
      name: 'another spelling of the name',
      fields: ['x-FORWARDED-for', '2.2.2.2'],
      client: '2.2.2.2',
    },
    { name: 'an underscored name', fields: ['X_Forwarded_For', '2.2.2.2'], client: '10.0.0.5' },
    { name: 'a garbage element', fields: xff('2.2.2.2, x, 10.0.0.1'), client: '10.0.0.1' },
    { name: 'an empty element', fields: xff('2.2.2.2, , 10.0.0.1'), client: '10.0.0.1' },
    { name: 'an empty line', fields: xff('2.2.2.2', ''), client: '10.0.0.5' },
    { name: 'a lone comma', fields: xff(','), client: '10.0.0.5' },
    { name: 'a leading comma', fields: xff(',10.0.0.1'), client: '10.0.0.1' },
    { name: 'blanks within', fields: xff('2.2.2.2 10.0.0.1'), client: '10.0.0.5' },
    { name: 'IPv6', fields: xff('2001:DB8::1, ::1'), client: '2001:db8::1' },
    { name: 'the fields of others', fields: ['X-Real-IP', '2.2.2.2'], client: '10.0.0.5' },
  ])('with $name gives $client', ({ fields, client }) => {
    expect(resolve({ fields })).toEqual([client, true])
  })
})

describe('a number of hops', () => {
  // Worked cases of Envoy's documentation: X-Forwarded-For with the peer 192.0.2.5.
  const envoy = xff('203.0.113.128, 203.0.113.10, 203.0.113.1')
  it.each([
    { name: 'of 0 trusts nobody', hops: 0, fields: envoy, expected: ['192.0.2.5', false] },
    { name: 'of 1 takes the last', hops: 1, fields: envoy, expected: ['203.0.113.1', true] },
    { name: 'of 2 the one before', hops: 2, fields: envoy, expected: ['203.0.113.10', true] },
    { name: 'of 3 the first', hops: 3, fields: envoy, expected: ['203.0.113.128', true] },
    { name: 'beyond the list is the peer', hops: 4, fields: envoy, expected: ['192.0.2.5', true] },
    { name: 'without a list is the peer', hops: 1, fields: [], expected: ['192.0.2.5', true] },
    {
      name: 'counts over lines',
      hops: 2,
      fields: xff('203.0.113.10', '203.0.113.1'),
      expected: ['203.0.113.10', true],
    },
    {
      name: 'stops at garbage, at the last good address',
      hops: 3,
      fields: xff('203.0.113.10, garbage, 203.0.113.1'),
      expected: ['203.0.113.1', true],
    },
  ])('$name', ({ hops, fields, expected }) => {
    expect(resolve({ peer: '192.0.2.5', fields, settings: { trust: [], hops } })).toEqual(expected)
  })
})

describe('Forwarded as the source', () => {
  const settings = { source: 'forwarded' }
  it.each([
    { name: 'the address', value: ['for=198.51.100.1;proto=https'], client: '198.51.100.1' },
    {
      name: 'the first untrusted',
      value: ['for=1.1.1.1,for=2.2.2.2, for=10.0.0.1'],
      client: '2.2.2.2',
    },
    { name: 'lines in order', value: ['for=1.1.1.1', 'for=10.0.0.1'], client: '1.1.1.1' },
    { name: 'quoted IPv6', value: ['for="[2001:db8::1]:80"'], client: '2001:db8::1' },
    {
      name: 'the good end before unknown',
      value: ['for=1.1.1.1,for=unknown,for=10.0.0.1'],
      client: '10.0.0.1',
    },
    {
      name: 'the good end before a missing for',
      value: ['for=1.1.1.1,proto=http'],
      client: '10.0.0.5',
    },
    { name: 'the peer when malformed', value: ['for=1.1.1.1;for=2.2.2.2'], client: '10.0.0.5' },
    { name: 'the peer when any line is', value: ['for="', 'for=2.2.2.2'], client: '10.0.0.5' },
    { name: 'the peer without it', value: [], client: '10.0.0.5' },
  ])('gives $name', ({ value, client }) => {
    const fields = [...value.flatMap((line) => ['Forwarded', line]), ...xff('3.3.3.3')]
    expect(resolve({ settings, fields })).toEqual([client, true])
  })

  it('counts hops', () => {
    const fields = ['Forwarded', 'for=1.1.1.1, for=2.2.2.2']
    const client = resolve({ settings: { ...settings, trust: [], hops: 2 }, fields })
    expect(client).toEqual(['1.1.1.1', true])
  })
})

describe('a field with one address as the source', () => {
  const settings = { source: 'CF-Connecting-IP' }
  const name = 'cf-connecting-ip'
  it.each([
    { name: 'its address', fields: [name, '198.51.100.1'], client: '198.51.100.1' },
    { name: 'a trusted one too', fields: [name, '10.0.0.77'], client: '10.0.0.77' },
    { name: 'IPv6', fields: [name, '2001:db8::1'], client: '2001:db8::1' },
    {
      name: 'the peer where it is given twice',
      fields: [name, '1.1.1.1', name, '1.1.1.1'],
      client: '10.0.0.5',
    },
    { name: 'the peer where it is a list', fields: [name, '1.1.1.1, 1.1.1.1'], client: '10.0.0.5' },
    { name: 'the peer where it is garbage', fields: [name, 'x'], client: '10.0.0.5' },
    { name: 'the peer where it is missing', fields: xff('1.1.1.1'), client: '10.0.0.5' },
  ])('gives $name', ({ fields, client }) => {
    expect(resolve({ settings, fields })).toEqual([client, true])
  })

  it('is not believed from others', () => {
    const client = resolve({ settings, peer: '203.0.113.9', fields: [name, '198.51.100.1'] })
    expect(client).toEqual(['203.0.113.9', false])
  })
})

const trusted = fc.integer({ min: 0, max: 255 }).map((low) => `10.0.0.${low}`)
const address = fc.oneof(
  trusted,
  trusted,
  fc.ipV4(),
  fc.constant('::1'),
  fc.constant('2001:db8::1'),
)
const garbage = fc.constantFrom(
  '',
  ' ',
  'unknown',
  '1.2.3',
  '1.2.3.4.5',
  'a,b',
  '10.0.0.256',
  '::1%1',
  '"',
)
const blank = fc.constantFrom('', ' ', '\t', ' \t ')
const element = fc
  .tuple(blank, fc.oneof({ weight: 6, arbitrary: address }, garbage), blank)
  .map((parts) => parts.join(''))
const lines = fc.array(
  fc.array(element, { minLength: 1, maxLength: 5 }).map((elements) => elements.join(',')),
  { maxLength: 4 },
)

/** Plain restatement of the rule on strings: 10/8 and ::1 are trusted. */
function model(peer: string, values: readonly string[], hops: number): string {
  const believed = (text: string) => text.startsWith('10.') || text === '::1'
  if (hops === 0 && !believed(peer)) return peer
  const list = values.length === 0 ? [] : values.join(',').split(',')
  const stripped = list.map((text) => text.replaceAll(/^[ \t]+|[ \t]+$/g, '')).toReversed()
  const bad = stripped.findIndex((text) => isIP(text) === 0 || text.includes('%'))
  const good = bad < 0 ? stripped : stripped.slice(0, bad)
  if (hops > stripped.length && bad < 0) return peer
  if (hops > 0) return good.slice(0, hops).at(-1) ?? peer
  return good.find((text) => !believed(text)) ?? good.at(-1) ?? peer
}

describe('resolveClientAddress', () => {
  it('agrees with a plain restatement of the rule', () => {
    fc.assert(
      fc.property(address, lines, fc.integer({ min: 0, max: 6 }), (peer, values, hops) => {
        const settings = hops === 0 ? {} : { trust: [], hops }
        const [client] = resolve({ peer, fields: xff(...values), settings })
        expect(client).toBe(model(peer, values, hops))
      }),
      { numRuns: 2000 },
    )
  })

  it('agrees with proxy-addr on lists of valid addresses', () => {
    const trust = proxyAddr.compile(['10.0.0.0/8', '::1/128'])
    fc.assert(
      fc.property(address, fc.array(address, { minLength: 1, maxLength: 8 }), (peer, list) => {
        const value = list.join(', ')
        const request = { socket: { remoteAddress: peer }, headers: { 'x-forwarded-for': value } }
        // It reads these two properties and no others.
        const expected = proxyAddr(request as unknown as Parameters<typeof proxyAddr>[0], trust)
        expect(resolve({ peer, fields: xff(value) })[0]).toBe(expected)
      }),
      { numRuns: 1000 },
    )
  })

  it('gives an address whatever the fields hold', () => {
    const name = fc.constantFrom('x-forwarded-for', 'Forwarded', 'cf-connecting-ip', 'x')
    const text = fc.string({ unit: fc.constantFrom(...'1.:,;="\\[]for \t%a'.split('')) })
    const fields = fc.array(fc.tuple(name, text)).map((pairs) => pairs.flat())
    const source = fc.constantFrom('x-forwarded-for', 'forwarded', 'cf-connecting-ip')
    fc.assert(
      fc.property(fields, source, (list, from) => {
        const [client] = resolve({ fields: list, settings: { source: from } })
        expect(isIP(client ?? '')).not.toBe(0)
      }),
      { numRuns: 1000 },
    )
  })
})
