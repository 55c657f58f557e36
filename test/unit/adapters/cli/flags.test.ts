import { assert, ipV4, ipV6, nat, property } from 'fast-check'
import { describe, expect, it } from 'vitest'
import { parseServiceFlag } from '../../../../adapters/cli/service-flag.ts'
import { formatSocket, parseSocketFlag } from '../../../../adapters/cli/socket-flag.ts'
import { isMistake } from '../../../../adapters/cli/usage.ts'

describe('[ADDR:]PORT', () => {
  it.each([
    ['8080', undefined, 8080],
    ['0', undefined, 0],
    ['127.0.0.1:80', '127.0.0.1', 80],
    ['localhost:80', '127.0.0.1', 80],
    ['[::1]:65535', '::1', 65_535],
    ['[2001:DB8:0::1]:1', '2001:db8::1', 1],
  ])('%s', (text, address, port) => {
    expect(parseSocketFlag('--http', text)).toEqual({ address, port })
  })

  it.each([
    ['', 'no port'],
    ['65536', 'no port'],
    ['http', 'no port'],
    ['127.0.0.1', 'no port'],
    ['127.0.0.1:', 'no port'],
    [':80', 'no address'],
    ['::1:80', 'without brackets'],
    ['[::1]', 'without brackets'],
    ['[127.0.0.1]:80', 'no address'],
    ['example.com:80', 'no address'],
    ['0x7f.1:80', 'no address'],
    ['-1', 'no port'],
    ['8080 ', 'no port'],
  ])('%j is refused with the flag and what would be right', (text, why) => {
    expect(parseSocketFlag('--http', text)).toMatchObject({
      type: 'usage-mistake',
      message: expect.stringMatching(new RegExp(`^--http ".*" .*${why}`)) as string,
      remedy: expect.stringContaining('write --http') as string,
    })
  })

  it('reads back what it writes', () => {
    const port = nat(65_535)
    assert(
      property(ipV4(), port, (address, number) => {
        const socket = { address, port: number }
        expect(parseSocketFlag('--http', formatSocket(socket))).toEqual(socket)
      }),
    )
    assert(
      property(ipV6(), port, (address, number) => {
        const first = parseSocketFlag('--http', `[${address}]:${number}`)
        if (isMistake(first) || first.address?.includes(':') !== true) return
        expect(parseSocketFlag('--http', formatSocket(first))).toEqual(first)
      }),
    )
  })
})

describe('NAMESPACE/NAME[:PORT]=URL', () => {
  it.each([
    ['default/api=http://127.0.0.1:1', undefined, 'http://127.0.0.1:1'],
    ['default/api:80=http://127.0.0.1:80/', 80, 'http://127.0.0.1'],
    ['default/api:web=https://[::1]:8443', 'web', 'https://[::1]:8443'],
    ['default/api:80=http://api.test', 80, 'http://api.test'],
    ['default/api=binding:API', undefined, 'binding:API'],
  ])('%s', (text, port, url) => {
    expect(parseServiceFlag(text)).toEqual({ namespace: 'default', name: 'api', port, url })
  })

  it.each([
    ['default/api', 'has no "="'],
    ['api=http://a.test', 'has no namespace'],
    ['Default/api=http://a.test', 'is no NAMESPACE/NAME'],
    ['default/api/x=http://a.test', 'is no NAMESPACE/NAME'],
    ['default/api:0=http://a.test', 'port beyond'],
    ['default/api:65536=http://a.test', 'port beyond'],
    ['default/api=', 'is not scheme, host and port'],
    ['default/api=binding:a-b', 'is not scheme, host and port'],
    ['default/api=127.0.0.1:80', 'is not scheme, host and port'],
    ['default/api=http://a.test/path', 'is not scheme, host and port'],
    ['default/api=ftp://a.test', 'is not scheme, host and port'],
    ['default/api=http://user@a.test', 'is not scheme, host and port'],
    ['default/api=http://169.254.169.254', 'metadata address'],
    ['default/api=http://0xa9fea9fe', 'metadata address'],
  ])('%s is refused: %s', (text, why) => {
    expect(parseServiceFlag(text)).toMatchObject({
      type: 'usage-mistake',
      message: expect.stringContaining(why) as string,
    })
  })
})
