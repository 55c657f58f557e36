import { describe, expect, it } from 'vitest'
import {
  parseRequest,
  peerOf,
  pickSocket,
  type AskedRequest,
  type RequestWords,
} from '../../../../adapters/cli/request-words.ts'
import { isMistake } from '../../../../adapters/cli/usage.ts'
import type { SocketEntry } from '../../../../src/model/bundle.ts'

function parse(url: string, rest: Partial<RequestWords> = {}): AskedRequest {
  const asked = parseRequest({ url, method: undefined, headers: [], from: undefined, ...rest })
  if (isMistake(asked)) throw new Error(asked.message)
  return asked
}

describe('a request as typed', () => {
  it.each([
    ['http://a.test', '/'],
    ['http://a.test?q=1', '/?q=1'],
    ['http://a.test/a/../b/./c', '/a/../b/./c'],
    ['http://a.test/%2e%2E/%61', '/%2e%2E/%61'],
    ['http://a.test//x\\y', '//x\\y'],
    ['http://a.test/a#b', '/a#b'],
    ['http://a.test/a b', '/a b'],
    ['http://a.test/ä', '/Ã¤'],
  ])('%s keeps its path as it is: %s (PA-01)', (url, target) => {
    expect(parse(url).head.target).toBe(target)
  })

  it('has the Host of its URL, spelt as there, unless a header says otherwise', () => {
    expect(parse('http://A.test:81/').head.fields).toEqual(['Host', 'A.test:81'])
    const headers = ['x-a: 1', 'host: b.test']
    expect(parse('http://a.test/', { headers }).head.fields).toEqual(['x-a', '1', 'host', 'b.test'])
  })

  it.each([
    ['http://a.test/', 'http', 80],
    ['HTTPS://a.test/', 'https', 443],
    ['http://[::1]:8080/', 'http', 8080],
    ['http://[::1]/', 'http', 80],
  ])('%s goes to port %s %i', (url, scheme, port) => {
    expect(parse(url)).toMatchObject({ scheme, port })
  })

  it.each([
    [{ url: '/path' }, 'no http or https URL'],
    [{ url: 'http:///path' }, 'no http or https URL'],
    [{ url: 'ftp://a.test/' }, 'no http or https URL'],
    [{ headers: ['nothing'] }, 'is no header'],
    [{ headers: ['na me: x'] }, 'is no header'],
    [{ from: 'localhost' }, 'no IP address'],
  ])('%o is a mistake: %s', (words, message) => {
    const rest = { url: 'http://a.test/', method: undefined, headers: [], from: undefined }
    expect(parseRequest({ ...rest, ...words })).toMatchObject({
      message: expect.stringContaining(message) as string,
    })
  })
})

describe('the socket of a request', () => {
  const http = (port: number): SocketEntry => ({
    key: `http:*:${port}`,
    protocol: 'HTTP',
    port,
    listeners: [],
  })
  const https: SocketEntry = { key: 'https:*:443', protocol: 'HTTPS', port: 443, listeners: [] }

  it.each([
    ['the one on its port', 'http://a.test:82/', [http(81), http(82)], 'http:*:82'],
    ['else the first of its scheme', 'http://a.test/', [https, http(81), http(82)], 'http:*:81'],
    ['that of TLS for https', 'https://a.test/', [http(443), https], 'https:*:443'],
    ['else the first at all', 'https://a.test/', [http(81)], 'http:*:81'],
    ['none where there is none', 'http://a.test/', [], undefined],
  ])('is %s', (_name, url, sockets, key) => {
    expect(pickSocket(sockets, parse(url))?.key).toBe(key)
  })

  it('says what the connection would have been like', () => {
    const asked = parse('https://a.test:8443/', { from: '2001:db8::1' })
    expect(peerOf(asked, https)).toEqual({
      address: '2001:db8::1',
      port: 0,
      localPort: 443,
      socket: 'https:*:443',
      tls: { serverName: 'a.test', alpn: 'http/1.1' },
    })
    expect(peerOf(asked, http(81)).tls).toBeUndefined()
  })
})
