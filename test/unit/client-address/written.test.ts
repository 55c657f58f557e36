import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { parseForwarded } from '../../../src/client-address/forwarded.ts'
import { linkClientAddress, resolveClientAddress } from '../../../src/client-address/resolve.ts'
import { appendForwarded, type ForwardedInput } from '../../../src/client-address/written.ts'
import { findKnownField } from '../../../src/fields.ts'
import { parseAddress } from '../../../src/ip/address.ts'
import type { ClientAddressSettings } from '../../../src/model/manifest.ts'

interface Case extends Partial<Pick<ForwardedInput, 'scheme' | 'host' | 'port' | 'extras'>> {
  readonly peer?: string | undefined
  readonly fields?: readonly string[]
  readonly settings?: Partial<ClientAddressSettings>
}

/** What is written for a request on http://a.test:8080, by lower-case name. */
function written({ peer, fields = [], settings, ...rest }: Case): Record<string, string> {
  const rule = linkClientAddress({
    trust: ['10.0.0.0/8'],
    hops: undefined,
    source: 'x-forwarded-for',
    ...settings,
  })
  const peerAddress = peer === undefined ? undefined : parseAddress(peer)
  const client = resolveClientAddress(rule, peerAddress, fields)
  const out: string[] = []
  const input = { rule, client, peerAddress, fields }
  appendForwarded({ scheme: 'http', host: 'a.test:8080', port: 8080, ...input, ...rest }, out)
  const byName: Record<string, string> = {}
  for (let i = 0; i < out.length; i += 2) {
    const name = (out[i] ?? '').toLowerCase()
    expect(byName).not.toHaveProperty([name])
    byName[name] = out[i + 1] ?? ''
  }
  return byName
}

const spoofed = Object.entries({
  'X-Forwarded-For': '1.1.1.1',
  'X-Forwarded-Proto': 'https',
  'X-Forwarded-Host': 'evil.test',
  'X-Forwarded-Port': '443',
  'X-Real-IP': '1.1.1.1',
  Forwarded: 'for=1.1.1.1',
}).flat()

describe('appendForwarded, the peer not trusted', () => {
  it('writes what the connection shows and nothing that came in', () => {
    expect(written({ peer: '203.0.113.9', fields: spoofed })).toEqual({
      'x-forwarded-for': '203.0.113.9',
      'x-forwarded-proto': 'http',
      'x-forwarded-host': 'a.test:8080',
      'x-forwarded-port': '8080',
      'x-real-ip': '203.0.113.9',
    })
  })

  it('writes no address for a peer that has none', () => {
    const fields = written({ peer: undefined, fields: spoofed, extras: { forwarded: true } })
    expect(fields).toEqual({
      'x-forwarded-proto': 'http',
      'x-forwarded-host': 'a.test:8080',
      'x-forwarded-port': '8080',
      forwarded: 'for=unknown;proto=http;host="a.test:8080"',
    })
  })

  it('writes no host where there is none', () => {
    expect(written({ peer: '203.0.113.9', host: '' })).not.toHaveProperty('x-forwarded-host')
  })

  it('writes only fields that no client can set beside ours', () => {
    const extras = { forwarded: true, envoyExternalAddress: true }
    const names = Object.keys(written({ peer: '203.0.113.9', extras }))
    expect(names).toHaveLength(7)
    expect(names.filter((name) => findKnownField(name)?.owned !== true)).toEqual([])
  })

  it.each([
    { scheme: 'http', port: 8080, expected: '8080' },
    { scheme: 'http', port: 0, expected: '80' },
    { scheme: 'https', port: 0, expected: '443' },
    { scheme: 'https', port: 8443, expected: '8443' },
  ] as const)('writes port $expected for $scheme on $port', ({ scheme, port, expected }) => {
    expect(written({ peer: '203.0.113.9', scheme, port })).toMatchObject({
      'x-forwarded-proto': scheme,
      'x-forwarded-port': expected,
    })
  })
})

describe('X-Forwarded-For, the peer trusted', () => {
  const many = Array.from({ length: 1500 }, () => '10.0.0.1').join(',')
  it.each([
    { name: 'no list', values: [], expected: '10.0.0.5' },
    { name: 'a list', values: ['1.1.1.1,  2.2.2.2'], expected: '1.1.1.1, 2.2.2.2, 10.0.0.5' },
    { name: 'lines', values: ['1.1.1.1', '2.2.2.2'], expected: '1.1.1.1, 2.2.2.2, 10.0.0.5' },
    { name: 'ports', values: ['1.1.1.1:80, [::1]:80'], expected: '1.1.1.1, ::1, 10.0.0.5' },
    { name: 'mapped addresses', values: ['::ffff:1.1.1.1'], expected: '1.1.1.1, 10.0.0.5' },
    { name: 'garbage', values: ['1.1.1.1, x, 2.2.2.2'], expected: '2.2.2.2, 10.0.0.5' },
    { name: 'garbage last', values: ['1.1.1.1, <x>'], expected: '10.0.0.5' },
    { name: 'an empty line', values: ['1.1.1.1', ''], expected: '10.0.0.5' },
    {
      name: 'too many elements',
      values: [`1.1.1.1,${many}`],
      expected: `${'10.0.0.1, '.repeat(128)}10.0.0.5`,
    },
  ])('passes on $name as addresses with the peer last', ({ values, expected }) => {
    const fields = values.flatMap((value) => ['X-Forwarded-For', value])
    expect(written({ peer: '10.0.0.5', fields })['x-forwarded-for']).toBe(expected)
  })

  it.each([
    { name: 'a single field', source: 'cf-connecting-ip', expected: '2.2.2.2, 10.0.0.5' },
    { name: 'a missing one', source: 'true-client-ip', expected: '10.0.0.5' },
    { name: 'Forwarded', source: 'forwarded', expected: '4.4.4.4, 3.3.3.3, 10.0.0.5' },
  ])('is written from $name where that is the source', ({ source, expected }) => {
    const fields = Object.entries({
      'x-forwarded-for': '9.9.9.9',
      'cf-connecting-ip': '2.2.2.2',
      forwarded: 'for=4.4.4.4, for=3.3.3.3',
    }).flat()
    const out = written({ peer: '10.0.0.5', fields, settings: { source } })
    expect(out['x-forwarded-for']).toBe(expected)
  })

  it('appends the peer by hops as Envoy does', () => {
    const fields = ['x-forwarded-for', '203.0.113.128, 203.0.113.10, 203.0.113.1']
    const out = written({ peer: '192.0.2.5', fields, settings: { trust: [], hops: 2 } })
    expect(out).toMatchObject({
      'x-forwarded-for': '203.0.113.128, 203.0.113.10, 203.0.113.1, 192.0.2.5',
      'x-real-ip': '203.0.113.10',
    })
  })

  it('lets a backend with the same trust find the same client', () => {
    const address = fc.oneof(fc.constantFrom('10.0.0.1', '10.0.0.2'), fc.ipV4(), fc.ipV6())
    const element = fc.oneof(
      { weight: 5, arbitrary: address },
      fc.constantFrom('', 'x', '1.1.1.1:80'),
    )
    const trust = ['10.0.0.0/8', '192.0.2.1/32']
    fc.assert(
      fc.property(fc.array(element, { maxLength: 8 }), (elements) => {
        const fields = ['X-Forwarded-For', elements.join(', ')]
        const out = written({ peer: '10.0.0.5', fields, settings: { trust } })
        const backend = linkClientAddress({ trust, hops: undefined, source: 'x-forwarded-for' })
        const postern = parseAddress('192.0.2.1')
        const inbound = ['X-Forwarded-For', out['x-forwarded-for'] ?? '']
        const seen = resolveClientAddress(backend, postern, inbound).address?.text
        expect(seen).toBe(out['x-real-ip'])
      }),
    )
  })
})

describe('X-Forwarded-Proto, -Host and -Port, the peer trusted', () => {
  const ours = {
    'x-forwarded-proto': 'http',
    'x-forwarded-host': 'a.test:8080',
    'x-forwarded-port': '8080',
  }
  it.each([
    { name: 'nothing', fields: [], expected: ours },
    {
      name: 'one value each',
      fields: [
        'x-forwarded-proto',
        'HTTPS',
        'x-forwarded-host',
        'B.test',
        'x-forwarded-port',
        '8443',
      ],
      expected: {
        'x-forwarded-proto': 'https',
        'x-forwarded-host': 'B.test',
        'x-forwarded-port': '8443',
      },
    },
    {
      name: 'another scheme without its port',
      fields: ['x-forwarded-proto', 'https'],
      expected: { ...ours, 'x-forwarded-proto': 'https', 'x-forwarded-port': '443' },
    },
    {
      name: 'IPv6 and a port in the host',
      fields: ['x-forwarded-host', '[2001:db8::1]:8443'],
      expected: { ...ours, 'x-forwarded-host': '[2001:db8::1]:8443' },
    },
    {
      name: 'the same twice',
      fields: ['x-forwarded-proto', 'https', 'X-Forwarded-Proto', 'https'],
      expected: ours,
    },
    {
      name: 'a list',
      fields: [
        'x-forwarded-proto',
        'https,https',
        'x-forwarded-host',
        'a,b',
        'x-forwarded-port',
        '1,2',
      ],
      expected: ours,
    },
    {
      name: 'empty values',
      fields: ['x-forwarded-proto', '', 'x-forwarded-host', '', 'x-forwarded-port', ''],
      expected: ours,
    },
    { name: 'an unknown scheme', fields: ['x-forwarded-proto', 'javascript'], expected: ours },
    { name: 'a host with more in it', fields: ['x-forwarded-host', 'a.test/x'], expected: ours },
    {
      name: 'a host that breaks the line',
      fields: ['x-forwarded-host', 'a.test\r\nx: y'],
      expected: ours,
    },
    { name: 'a host too long', fields: ['x-forwarded-host', 'a'.repeat(262)], expected: ours },
    { name: 'port 0', fields: ['x-forwarded-port', '0'], expected: ours },
    { name: 'a port too large', fields: ['x-forwarded-port', '65536'], expected: ours },
    { name: 'a port with a sign', fields: ['x-forwarded-port', '+80'], expected: ours },
  ])('with $name', ({ fields, expected }) => {
    expect(written({ peer: '10.0.0.5', fields })).toMatchObject(expected)
  })
})

describe('fields written by option', () => {
  it('adds Forwarded with the same addresses, which its own parser reads', () => {
    const fields = ['x-forwarded-for', '2001:db8::1, 2.2.2.2', 'forwarded', 'for=9.9.9.9']
    const out = written({ peer: '10.0.0.5', fields, extras: { forwarded: true } })
    const value = 'for="[2001:db8::1]", for=2.2.2.2, for=10.0.0.5;proto=http;host="a.test:8080"'
    expect(out['forwarded']).toBe(value)
    expect(parseForwarded(value)?.map((element) => element.for)).toEqual([
      '[2001:db8::1]',
      '2.2.2.2',
      '10.0.0.5',
    ])
  })

  it('quotes a host only where it must', () => {
    const out = written({ peer: '203.0.113.9', host: 'a.test', extras: { forwarded: true } })
    expect(out['forwarded']).toBe('for=203.0.113.9;proto=http;host=a.test')
  })

  it('leaves a host out of Forwarded that could end the quotes', () => {
    const out = written({ peer: '203.0.113.9', host: 'a";by=x', extras: { forwarded: true } })
    expect(out['forwarded']).toBe('for=203.0.113.9;proto=http')
  })

  it('adds the client as X-Envoy-External-Address', () => {
    const fields = ['x-forwarded-for', '2.2.2.2', 'x-envoy-external-address', '9.9.9.9']
    const out = written({ peer: '10.0.0.5', fields, extras: { envoyExternalAddress: true } })
    expect(out['x-envoy-external-address']).toBe('2.2.2.2')
  })
})
