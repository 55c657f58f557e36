import { describe, expect, it } from 'vitest'
import {
  admit,
  EXTENDED_CONNECT_WAIVERS,
  NO_WAIVERS,
  WORKERS_WAIVERS,
} from '../../../src/canonical/gate.ts'
import { headOf } from '../../security/head-of.ts'

describe('admit', () => {
  it('gives all that was decided about a common request', () => {
    const head = headOf('GET /a/%7Eb?c=d HTTP/1.1', 'Host: App.test:8080', 'Accept: */*')
    expect(admit(head)).toEqual({
      type: 'admitted',
      method: 'GET',
      host: { name: 'app.test', kind: 'name', port: 8080 },
      hostField: 'App.test:8080',
      rawPath: '/a/%7Eb',
      path: { canonical: '/a/~b', readings: [] },
      query: 'c=d',
      upgrade: undefined,
      expectContinue: false,
      maxForwards: undefined,
    })
  })

  it.each(['Authorization', 'Content-Type', 'Content-Range', 'Origin', 'Sec-WebSocket-Key'])(
    'HH-20 refuses %s twice, in whatever case',
    (name) => {
      const lines = [`${name}: x`, `${name.toUpperCase()}: x`]
      const answer = admit(headOf('GET / HTTP/1.1', 'Host: app.test', ...lines))
      expect(answer).toMatchObject({ reason: 'malformed_request', close: true })
    },
  )

  it('takes twice what may stand twice', () => {
    const lines = [
      'Cookie: a',
      'Cookie: b',
      'Accept: c',
      'Accept: d',
      'Content_Type: e',
      'Content-Type: f',
    ]
    expect(admit(headOf('GET / HTTP/1.1', 'Host: app.test', ...lines)).type).toBe('admitted')
  })

  it('judges framing before the path, since only the former ends the connection', () => {
    const head = headOf('POST /%00 HTTP/1.1', 'Host: app.test', 'Content-Length: x')
    expect(admit(head)).toMatchObject({ reason: 'invalid_framing', close: true })
  })

  it('quotes at most eighty characters of what the client sent', () => {
    const answer = admit(headOf(`GET ${'x'.repeat(5000)}" HTTP/1.1`, 'Host: app.test'))
    expect(answer).toMatchObject({ detail: `target "${'x'.repeat(80)}…"` })
  })
})

describe('HTTP/2', () => {
  const http2 = { ...headOf('GET /h2 HTTP/2'), authority: 'app.test' }

  it.each([
    { name: 'H2-02 connection', fields: ['connection', 'close'] },
    { name: 'H2-03 keep-alive', fields: ['keep-alive', 'timeout=5'] },
    { name: 'H2-04 proxy-connection', fields: ['proxy-connection', 'x'] },
    { name: 'H2-05 transfer-encoding', fields: ['transfer-encoding', 'chunked'] },
    { name: 'H2-06 upgrade', fields: ['upgrade', 'h2c'] },
    { name: 'H2-07 te', fields: ['te', 'gzip'] },
    { name: 'H2-11 a space in a name', fields: ['x y', '1'] },
    { name: 'H2-13 a line end in a name', fields: ['x\r\ny', '1'] },
    { name: 'H2-16 a line end in a value', fields: ['x', 'a\nb'] },
    { name: 'NUL in a value', fields: ['x', 'a\0b'] },
    { name: 'H2-18 a blank before a value', fields: ['x', ' a'] },
    { name: 'a pseudo field', fields: [':x', 'a'] },
  ])('refuses $name', ({ fields }) => {
    expect(admit({ ...http2, fields })).toMatchObject({ reason: 'malformed_request' })
  })

  it('H2-66 refuses a length that is none', () => {
    const head = { ...http2, fields: ['content-length', '+3'] }
    expect(admit(head)).toMatchObject({ reason: 'invalid_framing' })
  })

  it('H2-08 and H2-73 admit trailers of te and names of Object', () => {
    const fields = ['te', 'trailers', '__proto__', 'x', 'constructor', 'y']
    expect(admit({ ...http2, fields }).type).toBe('admitted')
  })

  it.each(['', '*', 'h2', '/a\0b', '/ HTTP/1.1\r\nHost: alt.test\r\n\r\n', '/\u00ff', '/#'])(
    'H2-31 to H2-40 refuse the path %j',
    (target) => {
      expect(admit({ ...http2, target })).toMatchObject({ reason: 'invalid_target' })
    },
  )

  it('H2-33 takes the asterisk of OPTIONS', () => {
    expect(admit({ ...http2, method: 'OPTIONS', target: '*' }).type).toBe('asterisk')
  })
})

describe('waivers', () => {
  const connected = { ...headOf('GET /ws HTTP/2'), authority: 'app.test' }
  const asked = ['upgrade', 'websocket', 'sec-websocket-version', '13']

  it('let an extended CONNECT ask for a WebSocket without the handshake of HTTP/1.1', () => {
    const head = { ...connected, fields: asked, bodyLength: -1 }
    expect(admit(head, EXTENDED_CONNECT_WAIVERS)).toMatchObject({ upgrade: 'websocket' })
    expect(admit(head, NO_WAIVERS)).toMatchObject({ reason: 'malformed_request' })
  })

  it('still want version 13 and the one protocol', () => {
    for (const fields of [
      ['upgrade', 'websocket', 'sec-websocket-version', '12'],
      ['upgrade', 'h2c', 'sec-websocket-version', '13'],
    ]) {
      const head = { ...connected, fields }
      expect(admit(head, EXTENDED_CONNECT_WAIVERS)).toMatchObject({ upgrade: undefined })
    }
  })

  it("let workerd show its own hop's fields", () => {
    const fields = ['connection', 'keep-alive', ...asked]
    const head = { ...connected, fields }
    expect(admit(head, WORKERS_WAIVERS)).toMatchObject({ upgrade: 'websocket' })
    expect(admit(head, EXTENDED_CONNECT_WAIVERS)).toMatchObject({ reason: 'malformed_request' })
  })

  it.each([
    { name: 'a joined length', fields: ['content-length', '2, 2'] },
    {
      name: 'both kinds of framing',
      fields: ['content-length', '2', 'transfer-encoding', 'chunked'],
    },
  ])('excuse nothing that can be seen: $name', ({ fields }) => {
    const head = { ...connected, version: '1.1' as const, fields }
    expect(admit(head, WORKERS_WAIVERS)).toMatchObject({ reason: 'invalid_framing' })
  })
})
