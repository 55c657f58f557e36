import { describe, expect, expectTypeOf, it } from 'vitest'
import fc from 'fast-check'
import { parseHost, parseHostPattern, type ParsedHostPattern } from '../../../src/canonical/host.ts'
import type { HostPattern } from '../../../src/model/manifest.ts'

describe('parseHost', () => {
  it.each([
    { text: 'app.test', name: 'app.test', kind: 'name', port: undefined },
    { text: 'App.Test.:8080', name: 'app.test', kind: 'name', port: 8080 },
    { text: 'a_b-.test:080', name: 'a_b-.test', kind: 'name', port: 80 },
    { text: 'a.test:', name: 'a.test', kind: 'name', port: undefined },
    { text: '1.2.3.test', name: '1.2.3.test', kind: 'name', port: undefined },
    { text: 'a.0xg', name: 'a.0xg', kind: 'name', port: undefined },
    { text: 'a.1e', name: 'a.1e', kind: 'name', port: undefined },
    { text: 'a.-1', name: 'a.-1', kind: 'name', port: undefined },
    { text: '192.0.2.1', name: '192.0.2.1', kind: 'ipv4', port: undefined },
    { text: '192.0.2.1.:65535', name: '192.0.2.1', kind: 'ipv4', port: 65535 },
    { text: '[2001:DB8::0:1]:1', name: '[2001:db8::1]', kind: 'ipv6', port: 1 },
    { text: '[::]', name: '[::]', kind: 'ipv6', port: undefined },
    { text: '[::1]:', name: '[::1]', kind: 'ipv6', port: undefined },
    { text: '[::FFFF:c000:201]', name: '[::ffff:192.0.2.1]', kind: 'ipv6', port: undefined },
  ])('gives $name for $text', ({ text, name, kind, port }) => {
    expect(parseHost(text)).toEqual({ name, kind, port })
  })

  it.each(
    `127.1 0x7f.1 0x7F000001 2130706433 192.0.2.01 192.0.2.256 1.2.3.4.5 a.1 a.0x a.0X1F
     [::1 [] [1] [::1]a ::1 a.test:1:2`.split(/\s+/),
  )('refuses %s', (text) => {
    expect(parseHost(text)).toBeUndefined()
  })

  it('is idempotent, blind to case and root, and gives nothing but host characters', () => {
    const text = fc.oneof(
      fc.domain(),
      fc.ipV4(),
      fc.ipV6().map((address) => `[${address}]`),
      fc.string({ unit: 'binary-ascii', maxLength: 12 }),
    )
    fc.assert(
      fc.property(text, (written) => {
        const host = parseHost(written)
        if (host === undefined) return
        expect(host.name).toMatch(/^(?:[a-z0-9_-]+(?:\.[a-z0-9_-]+)*|\[[0-9a-f:.]+\])$/)
        expect(parseHost(host.name)).toEqual({ ...host, port: undefined })
        expect(parseHost(written.toUpperCase())).toEqual(host)
        if (host.port === undefined && !/[.\]:]$/.test(written)) {
          expect(parseHost(`${written}.`)).toEqual(host)
          expect(parseHost(`${written}:81`)).toEqual({ ...host, port: 81 })
        }
      }),
      { numRuns: 2000 },
    )
  })

  it('takes no name for a name that a URL parser takes for an address', () => {
    const label = fc.constantFrom('0', '1', '09', '0x', '0x1f', '0X1', 'a', '1a', '255', '256')
    const names = fc.array(label, { minLength: 1, maxLength: 5 }).map((labels) => labels.join('.'))
    fc.assert(
      fc.property(names, (name) => {
        const host = parseHost(name)
        const url = URL.canParse(`http://${name}/`)
          ? new URL(`http://${name}/`).hostname
          : undefined
        if (host !== undefined) expect(url).toBe(host.name)
      }),
    )
  })
})

describe('parseHostPattern', () => {
  it('gives the pattern of the model', () => {
    expectTypeOf<ParsedHostPattern>().toEqualTypeOf<HostPattern>()
  })

  it.each([
    { text: 'A.test', depth: 'one', pattern: { type: 'exact', name: 'a.test' } },
    { text: '*.A.test', depth: 'one', pattern: { type: 'wildcard', depth: 'one', name: 'a.test' } },
    { text: '*.a', depth: 'many', pattern: { type: 'wildcard', depth: 'many', name: 'a' } },
    { text: '*', depth: 'many', pattern: { type: 'any' } },
    {
      text: 'xn--bcher-kva.test',
      depth: 'one',
      pattern: { type: 'exact', name: 'xn--bcher-kva.test' },
    },
  ] as const)('gives that of $text', ({ text, depth, pattern }) => {
    expect(parseHostPattern(text, depth, false)).toEqual(pattern)
  })

  it.each([
    '',
    '*.',
    '*a.test',
    'a.*.test',
    '*.*.test',
    '**.test',
    'a.test.',
    'a.test:80',
    'a.test:',
  ])('refuses %j', (text) => {
    expect(parseHostPattern(text, 'many', true)).toBeUndefined()
  })

  it.each([
    'b\u00fccher.test',
    'a..test',
    'a b.test',
    'http://a.test',
    '*.192.0.2.1',
    '[::1]:80',
    '127.1',
  ])('refuses %s', (text) => {
    expect(parseHostPattern(text, 'many', true)).toBeUndefined()
  })

  it.each([
    { text: '192.0.2.1', name: '192.0.2.1' },
    { text: '[2001:DB8::0]', name: '[2001:db8::]' },
  ])('takes the address $text only where it may stand', ({ text, name }) => {
    expect(parseHostPattern(text, 'one', true)).toEqual({ type: 'exact', name })
    expect(parseHostPattern(text, 'one', false)).toBeUndefined()
  })
})
