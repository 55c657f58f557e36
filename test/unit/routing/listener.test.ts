import { describe, expect, it } from 'vitest'
import { admitsHost, isMisdirected, selectListener } from '../../../src/routing/listener.ts'

// Most specific host first, as a socket lists them.
const listeners = ['a.foo.com', '*.foo.com', '*'].map((host) => ({ host }))
const closed = listeners.slice(0, 2)

describe('selectListener', () => {
  it.each([
    { name: 'the exact host', serverName: undefined, host: 'a.foo.com', found: 'a.foo.com' },
    { name: 'a wildcard', serverName: undefined, host: 'b.foo.com', found: '*.foo.com' },
    {
      name: 'a wildcard over more labels',
      serverName: undefined,
      host: 'x.b.foo.com',
      found: '*.foo.com',
    },
    { name: 'any for the apex', serverName: undefined, host: 'foo.com', found: '*' },
    {
      name: 'the same name over TLS',
      serverName: 'a.foo.com',
      host: 'a.foo.com',
      found: 'a.foo.com',
    },
    {
      name: 'another name of the same listener',
      serverName: 'b.foo.com',
      host: 'c.foo.com',
      found: '*.foo.com',
    },
    {
      name: 'a server name in capitals with the root',
      serverName: 'A.FOO.com.',
      host: 'a.foo.com',
      found: 'a.foo.com',
    },
  ])('finds $name', ({ serverName, host, found }) => {
    expect(selectListener(listeners, serverName, host)?.host).toBe(found)
    expect(isMisdirected(listeners, serverName, host)).toBe(false)
  })

  it.each([
    { serverName: 'b.foo.com', host: 'a.foo.com' },
    { serverName: 'a.foo.com', host: 'b.foo.com' },
    { serverName: 'elsewhere.test', host: 'a.foo.com' },
    { serverName: 'a.foo.com', host: 'elsewhere.test' },
  ])('H-45: serves nothing where TLS showed $serverName for $host', ({ serverName, host }) => {
    expect(selectListener(listeners, serverName, host)).toBeUndefined()
    expect(isMisdirected(listeners, serverName, host)).toBe(true)
  })

  it('finds nothing for a host that no listener admits, which is not a misdirection', () => {
    expect(selectListener(closed, undefined, 'bar.com')).toBeUndefined()
    expect(isMisdirected(closed, undefined, 'bar.com')).toBe(false)
    expect(isMisdirected(closed, 'a.foo.com', 'bar.com')).toBe(false)
  })
})

describe('admitsHost', () => {
  it.each([
    { key: '*', host: '', admits: true },
    { key: '*.foo.com', host: 'foo.com', admits: false },
    { key: '*.foo.com', host: '.foo.com', admits: false },
    { key: '*.foo.com', host: 'xfoo.com', admits: false },
    { key: '*.foo.com', host: 'a.b.foo.com', admits: true },
    { key: '**.foo.com', host: 'a.foo.com', admits: false },
    { key: '**.foo.com', host: 'a.b.foo.com', admits: true },
    { key: 'foo.com', host: 'a.foo.com', admits: false },
  ])('$key for $host: $admits', ({ key, host, admits }) => {
    expect(admitsHost(key, host)).toBe(admits)
  })
})
