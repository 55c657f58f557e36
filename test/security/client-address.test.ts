/** Attempts to be taken for another client, with ids of the hazards they stand for. */
import { isIP } from 'node:net'
import { describe, expect, it } from 'vitest'
import { linkClientAddress, resolveClientAddress } from '../../src/client-address/resolve.ts'
import { appendForwarded } from '../../src/client-address/written.ts'
import { parseAddress } from '../../src/ip/address.ts'
import type { ClientAddressSettings } from '../../src/model/manifest.ts'
import { admits, linkNetworkPolicy } from '../../src/policy/network-policy.ts'

interface Case {
  readonly name: string
  readonly peer: string | undefined
  readonly settings?: Partial<ClientAddressSettings>
  readonly fields: readonly string[]
  readonly client: string | undefined
}

const proxy = '10.0.0.5'
const stranger = '203.0.113.9'
const xff = 'x-forwarded-for'

const cases: readonly Case[] = [
  {
    name: 'IP-01 list from a peer that is not trusted',
    peer: stranger,
    fields: [xff, '198.51.100.1'],
    client: stranger,
  },
  {
    name: 'IP-03 forged leftmost address',
    peer: proxy,
    fields: [xff, '1.1.1.1, 198.51.100.1'],
    client: '198.51.100.1',
  },
  {
    name: 'C-03 forged first line',
    peer: proxy,
    fields: [xff, '1.1.1.1', xff, '198.51.100.1'],
    client: '198.51.100.1',
  },
  {
    name: 'C-03 forged elements by the thousand',
    peer: proxy,
    fields: [xff, `${'1.1.1.1, '.repeat(1500)}198.51.100.1`],
    client: '198.51.100.1',
  },
  {
    name: 'C-03 trusted elements by the thousand',
    peer: proxy,
    fields: [xff, `198.51.100.1${', 10.0.0.1'.repeat(1500)}`],
    client: '198.51.100.1',
  },
  {
    name: 'IP-06 garbage as the last element',
    peer: proxy,
    fields: [xff, '198.51.100.1, garbage'],
    client: proxy,
  },
  { name: 'C-04 unknown', peer: proxy, fields: [xff, 'unknown'], client: proxy },
  {
    name: 'IP-08 address with a port',
    peer: proxy,
    fields: [xff, '198.51.100.1:4444'],
    client: '198.51.100.1',
  },
  {
    name: 'C-04 IPv6 in brackets with a port',
    peer: proxy,
    fields: [xff, '[2001:db8::7]:4444'],
    client: '2001:db8::7',
  },
  {
    name: 'IP-11 empty last element',
    peer: proxy,
    fields: [xff, '198.51.100.1,'],
    client: proxy,
  },
  {
    name: 'IP-13 mapped spelling of a trusted peer',
    peer: '::ffff:10.0.0.5',
    fields: [xff, '198.51.100.1'],
    client: '198.51.100.1',
  },
  {
    name: 'C-05 mapped spelling of a trusted element',
    peer: proxy,
    fields: [xff, '198.51.100.1, ::ffff:a00:7'],
    client: '198.51.100.1',
  },
  {
    name: 'C-05 mapped spelling of the client',
    peer: proxy,
    fields: [xff, '::FFFF:198.51.100.1'],
    client: '198.51.100.1',
  },
  {
    name: 'C-05 mapped block of trust',
    peer: proxy,
    settings: { trust: ['::ffff:10.0.0.0/104'] },
    fields: [xff, '198.51.100.1'],
    client: '198.51.100.1',
  },
  { name: 'IP-16 octet out of range', peer: proxy, fields: [xff, '1.2.2.355'], client: proxy },
  { name: 'C-04 leading zeros', peer: proxy, fields: [xff, '010.0.0.1'], client: proxy },
  { name: 'IP-18 zone id', peer: proxy, fields: [xff, 'fe80::1%eth0'], client: proxy },
  {
    name: 'C-06 NAT64 spelling of a trusted peer',
    peer: '64:ff9b::10.0.0.5',
    fields: [xff, '198.51.100.1'],
    client: '64:ff9b::a00:5',
  },
  {
    name: 'IP-21 Forwarded from a peer that is not trusted',
    peer: stranger,
    settings: { source: 'forwarded' },
    fields: ['forwarded', 'for=198.51.100.1;proto=https;host=alt.test'],
    client: stranger,
  },
  {
    name: 'C-08 Forwarded where it is not the source',
    peer: proxy,
    fields: ['forwarded', 'for=198.51.100.1'],
    client: proxy,
  },
  {
    name: 'IP-23 comma inside quotes',
    peer: proxy,
    settings: { source: 'forwarded' },
    fields: ['forwarded', 'for="198.51.100.1, for=1.1.1.1"'],
    client: proxy,
  },
  {
    name: 'C-08 quotes that span two lines',
    peer: proxy,
    settings: { source: 'forwarded' },
    fields: ['forwarded', 'for="1.1.1.1', 'forwarded', '",for=198.51.100.1'],
    client: proxy,
  },
  {
    name: 'C-09 vendor field from elsewhere',
    peer: stranger,
    settings: { source: 'cf-connecting-ip' },
    fields: ['cf-connecting-ip', '198.51.100.1'],
    client: stranger,
  },
  {
    name: 'IP-26 vendor field twice',
    peer: proxy,
    settings: { source: 'cf-connecting-ip' },
    fields: ['cf-connecting-ip', '198.51.100.1', 'cf-connecting-ip', '1.1.1.1'],
    client: proxy,
  },
  {
    name: 'IP-28 fewer elements than hops',
    peer: proxy,
    settings: { trust: [], hops: 3 },
    fields: [xff, '198.51.100.1'],
    client: proxy,
  },
  {
    name: 'C-11 peer without an address',
    peer: undefined,
    fields: [xff, '198.51.100.1'],
    client: undefined,
  },
  {
    name: 'IP-31 other spellings of the name',
    peer: stranger,
    fields: ['X_Forwarded_For', '198.51.100.1', 'x-forwarded-for ', '198.51.100.1'],
    client: stranger,
  },
  {
    name: 'IP-31 other spellings of the name through a trusted peer',
    peer: proxy,
    fields: ['X_Forwarded_For', '198.51.100.1', 'x-forwarded-for ', '198.51.100.1'],
    client: proxy,
  },
]

function serve({ peer, settings, fields }: Case) {
  const rule = linkClientAddress({
    trust: ['10.0.0.0/8', '::1/128'],
    hops: undefined,
    source: xff,
    ...settings,
  })
  const peerAddress = peer === undefined ? undefined : parseAddress(peer)
  const client = resolveClientAddress(rule, peerAddress, fields)
  const out: string[] = []
  const facts = { scheme: 'http', host: 'app.test', port: 80 } as const
  appendForwarded({ rule, client, peerAddress, fields, ...facts }, out)
  return { client, peerAddress, out }
}

describe('the client address', () => {
  it.each(cases)('$name', (given) => {
    expect(serve(given).client.address?.text).toBe(given.client)
  })
})

describe('what backends read', () => {
  it.each(cases)('names the same client and addresses only: $name', (given) => {
    const { out, peerAddress } = serve(given)
    const realIp = out.indexOf('X-Real-IP')
    expect(realIp < 0 ? undefined : out[realIp + 1]).toBe(given.client)
    const list = out.indexOf('X-Forwarded-For')
    const elements = list < 0 ? [] : (out[list + 1] ?? '').split(', ')
    expect(elements.filter((element) => isIP(element) === 0)).toEqual([])
    expect(elements.at(-1)).toBe(peerAddress?.text)
  })

  it.each(cases.filter(({ peer }) => peer === stranger))(
    'holds nothing that a stranger sent: $name',
    (given) => {
      const expected = {
        'X-Forwarded-For': stranger,
        'X-Forwarded-Proto': 'http',
        'X-Forwarded-Host': 'app.test',
        'X-Forwarded-Port': '80',
        'X-Real-IP': stranger,
      }
      expect(serve(given).out).toEqual(Object.entries(expected).flat())
    },
  )

  it('C-10 takes scheme, host and port from trusted peers alone', () => {
    const fields = Object.entries({
      'x-forwarded-proto': 'https',
      'x-forwarded-host': 'alt.test',
      'x-forwarded-port': '443',
    }).flat()
    const forged = serve({ name: '', peer: stranger, fields, client: stranger }).out
    expect(forged.join(' ')).not.toMatch(/https|alt\.test|443/)
    const believed = serve({ name: '', peer: proxy, fields, client: proxy }).out
    expect(believed.join(' ')).toMatch(/https.*alt\.test.*443/)
  })
})

describe('policy', () => {
  it.each([
    { name: 'C-11 a peer without an address', deny: ['192.0.2.0/24'], allow: [], from: undefined },
    {
      name: 'C-05 the mapped spelling',
      deny: ['192.0.2.0/24'],
      allow: [],
      from: '::ffff:c000:201',
    },
    { name: 'C-05 a mapped rule', deny: ['::ffff:192.0.2.0/120'], allow: [], from: '192.0.2.1' },
    {
      name: 'C-13 who is allowed and denied',
      deny: ['192.0.2.1'],
      allow: ['192.0.2.0/24'],
      from: '192.0.2.1',
    },
    {
      name: 'C-14 a peer whose address was lost',
      deny: [],
      allow: ['0.0.0.0/0', '::/0'],
      from: undefined,
    },
  ])('denies $name', ({ deny, allow, from }) => {
    const address = from === undefined ? undefined : parseAddress(from)
    expect(admits(linkNetworkPolicy({ deny, allow }), address)).toBe(false)
  })

  it('CF-44 does not link a deny list that it cannot read', () => {
    expect(() => linkNetworkPolicy({ deny: ['10.0.0.0/8', '10.0.0/8'], allow: [] })).toThrow(
      expect.objectContaining({ code: 'internal_error' }),
    )
  })
})
