import { describe, expect, it } from 'vitest'
import { clientFields, workerFields } from '../../../../adapters/miniflare/front-fields.ts'

describe('fields that a request enters the Worker with', () => {
  it.each([
    [
      'adds the address of the connection',
      ['Host', 'a'],
      ['Host', 'a', 'CF-Connecting-IP', '192.0.2.1'],
    ],
    [
      'takes the place of what a client says it is, in any spelling and number (IP-01)',
      ['CF-Connecting-IP', '6.6.6.6', 'cf-connecting-ip', '7.7.7.7', 'Cf-Connecting-IPv6', '::6'],
      ['CF-Connecting-IP', '192.0.2.1'],
    ],
    [
      'takes nothing for request.cf from a client',
      ['MF-CF-Blob', '{}'],
      ['CF-Connecting-IP', '192.0.2.1'],
    ],
    [
      'has met what is said to the next hop alone, and leaves what Connection nominates',
      [
        'Expect',
        '100-continue',
        'Keep-Alive',
        'x',
        'Proxy-Connection',
        'x',
        'Connection',
        'X-A',
        'X-A',
        '1',
      ],
      ['Connection', 'X-A', 'X-A', '1', 'CF-Connecting-IP', '192.0.2.1'],
    ],
    [
      'keeps order, spelling and repetition of all others',
      ['b', '1', 'A', '2', 'b', '3', 'X-Forwarded-For', '6.6.6.6'],
      ['b', '1', 'A', '2', 'b', '3', 'X-Forwarded-For', '6.6.6.6', 'CF-Connecting-IP', '192.0.2.1'],
    ],
  ])('%s', (_name, fields, expected) => {
    expect(workerFields(fields, '192.0.2.1')).toEqual(expected)
  })

  it('writes an IPv4-mapped address as the IPv4 address that it is', () => {
    expect(workerFields([], '::ffff:192.0.2.1')).toEqual(['CF-Connecting-IP', '192.0.2.1'])
    expect(workerFields([], '2001:db8::1')).toEqual(['CF-Connecting-IP', '2001:db8::1'])
  })

  it('says nothing of a connection that has no address any more', () => {
    expect(workerFields(['CF-Connecting-IP', '6.6.6.6'], undefined)).toEqual([])
  })
})

describe('fields that an answer leaves with', () => {
  it('are those of the Worker without its connection', () => {
    const fields = [
      'Set-Cookie',
      'a',
      'Set-Cookie',
      'b',
      'Connection',
      'x',
      'transfer-encoding',
      'c',
    ]
    expect(clientFields([...fields, 'Keep-Alive', 'x'])).toEqual([
      'Set-Cookie',
      'a',
      'Set-Cookie',
      'b',
    ])
  })
})
