import { describe, expect, it } from 'vitest'
import { endpointHost, parseEndpoint } from '../../../src/upstream/endpoint.ts'

const VALID = [
  { url: 'http://127.0.0.1:9001', hostname: '127.0.0.1', port: 9001, host: '127.0.0.1:9001' },
  { url: 'http://api.internal', hostname: 'api.internal', port: 80, host: 'api.internal' },
  { url: 'https://api.internal', hostname: 'api.internal', port: 443, host: 'api.internal' },
  { url: 'https://[2001:db8::1]', hostname: '2001:db8::1', port: 443, host: '[2001:db8::1]' },
  { url: 'http://[::1]:9001', hostname: '::1', port: 9001, host: '[::1]:9001' },
]

describe('parseEndpoint', () => {
  it.each(VALID)('reads $url', ({ url, hostname, port, host }) => {
    const endpoint = parseEndpoint(url)
    expect(endpoint).toMatchObject({ url, hostname, port })
    expect(endpoint && endpointHost(endpoint)).toBe(host)
  })

  it('gives a binding a host name that no machine can have', () => {
    expect(parseEndpoint('binding:API_2')).toEqual({
      url: 'binding:API_2',
      scheme: 'http',
      hostname: 'api_2.invalid',
      port: 80,
      binding: 'API_2',
    })
  })

  it.each([
    'binding:',
    'binding:a.b',
    'binding:2',
    'ftp://a',
    'http://',
    'http://a:0',
    'http://a:65536',
    'a:80',
    'http://a:b',
  ])('refuses %s', (url) => {
    expect(parseEndpoint(url)).toBeUndefined()
  })
})
