import { describe, expect, it } from 'vitest'
import { formatCidr, parseCidr } from '../../../src/ip/cidr.ts'
import { expandTrust, PRESETS } from '../../../src/ip/presets.ts'

describe('presets', () => {
  it.each([...PRESETS])('%s holds canonical blocks, each once', (_, ranges) => {
    const canonical = ranges.map((range) => {
      const cidr = parseCidr(range)
      return cidr && formatCidr(cidr)
    })
    expect(canonical).toEqual([...new Set(ranges)])
    expect(ranges.length).toBeGreaterThan(0)
  })
})

describe('expandTrust', () => {
  it('replaces presets and makes blocks canonical', () => {
    expect(expandTrust(['loopback', '192.0.2.7', '10.1.2.3/8', '::ffff:192.0.2.0/120'])).toEqual({
      cidrs: ['127.0.0.0/8', '::1/128', '192.0.2.7/32', '10.0.0.0/8', '192.0.2.0/24'],
      unknown: [],
    })
  })

  it('names each block once', () => {
    expect(expandTrust(['private', '10.0.0.0/8', 'private']).cidrs).toEqual(PRESETS.get('private'))
  })

  it('gives back what it does not know, as written', () => {
    const entries = ['Cloudflare', '10.0.0.0/33', '', 'toString', ' 10.0.0.1']
    expect(expandTrust(['10.0.0.1', ...entries])).toEqual({
      cidrs: ['10.0.0.1/32'],
      unknown: entries,
    })
  })
})
