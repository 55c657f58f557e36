import { describe, expect, it } from 'vitest'
import { toPeer } from '../../../src/fetch/peer.ts'
import type { SocketEntry } from '../../../src/model/bundle.ts'

function socket(protocol: 'HTTP' | 'HTTPS', port: number): SocketEntry {
  return { key: `${protocol.toLowerCase()}:*:${port}`, protocol, port, listeners: [] }
}

const BOTH = [socket('HTTP', 8080), socket('HTTP', 8081), socket('HTTPS', 8443)]

describe('toPeer', () => {
  it.each([
    { url: 'http://a.test/', key: 'http:*:8080', localPort: 80, tls: false },
    { url: 'http://a.test:8081/', key: 'http:*:8081', localPort: 8081, tls: false },
    { url: 'https://a.test/', key: 'https:*:8443', localPort: 443, tls: true },
    { url: 'https://[2001:db8::1]:8080/', key: 'https:*:8443', localPort: 8080, tls: true },
    { url: 'http://[2001:db8::1]/', key: 'http:*:8080', localPort: 80, tls: false },
  ])('takes $url for $key', ({ url, key, localPort, tls }) => {
    const peer = toPeer(url, { address: '192.0.2.1' }, BOTH)
    expect(peer).toMatchObject({ address: '192.0.2.1', port: 0, localPort, socket: key })
    expect(peer.tls !== undefined).toBe(tls)
  })

  it('serves https by the HTTP listeners of rules that have no others', () => {
    const peer = toPeer('https://a.test/', { address: undefined }, [socket('HTTP', 8080)])
    expect(peer).toMatchObject({ socket: 'http:*:8080', tls: { serverName: undefined } })
  })

  it('takes the word of a caller who knows better', () => {
    const facts = { address: undefined, port: 4000, localPort: 9, socket: 'http:*:8081' }
    expect(toPeer('http://a.test/', facts, BOTH)).toMatchObject(facts)
  })

  it('names no socket where there is none', () => {
    expect(toPeer('http://a.test/', { address: undefined }, []).socket).toBe('')
  })
})
