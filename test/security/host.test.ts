/** Which host a request is for, and who may not be taken for another (H-21 to H-24, H-33, H-41). */
import { describe, expect, it } from 'vitest'
import { admit, WORKERS_WAIVERS } from '../../src/canonical/gate.ts'
import { forwardableRequestFields } from '../../src/fields.ts'
import { headOf } from './head-of.ts'

function admitHost(host: string): ReturnType<typeof admit> {
  return admit({ ...headOf('GET /x HTTP/1.1'), fields: ['Host', host] })
}

describe('the host field', () => {
  it.each([
    { name: 'HO-01 absence', lines: [] },
    { name: 'HO-03 repetition', lines: ['Host: app.test', 'Host: app.test'] },
    { name: 'HO-04 two hosts', lines: ['Host: app.test', 'host: alt.test'] },
  ])('refuses $name, beside an absolute target too', ({ lines }) => {
    for (const target of ['/', 'http://app.test/']) {
      const answer = admit(headOf(`GET ${target} HTTP/1.1`, ...lines))
      expect(answer).toMatchObject({ type: 'refused', reason: 'invalid_host', close: true })
    }
  })

  it('is needed in HTTP/1.0 unless the target is absolute', () => {
    expect(admit(headOf('GET / HTTP/1.0'))).toMatchObject({ reason: 'invalid_host' })
    expect(admit(headOf('GET http://app.test/ HTTP/1.0'))).toMatchObject({
      host: { name: 'app.test' },
      hostField: 'app.test',
    })
  })

  it('is checked although an absolute target wins', () => {
    const head = headOf('GET http://app.test/ HTTP/1.1', 'Host: u:p@app.test')
    expect(admit(head)).toMatchObject({ reason: 'invalid_host' })
  })

  it.each([
    { name: 'HO-02 nothing', host: '' },
    { name: 'HO-05 a list', host: 'app.test, alt.test' },
    { name: 'HO-06 user information', host: 'u:p@app.test' },
    { name: 'HO-07 a space', host: 'app.test alt.test' },
    { name: 'HO-08 a path', host: 'app.test/alt.test' },
    { name: 'HO-14 a port beyond 65535', host: 'app.test:65536' },
    { name: 'HO-15 a port that is none', host: 'app.test:8o' },
    { name: 'a sixth digit', host: 'app.test:000080' },
    { name: 'port 0', host: 'app.test:0' },
    { name: 'HO-16 two ports', host: 'app.test:80:80' },
    { name: 'HO-17 a negative port', host: 'app.test:-1' },
    { name: 'HO-20 IPv6 without brackets', host: '2001:db8::1' },
    { name: 'HO-21 a zone', host: '[fe80::1%25eth0]' },
    { name: 'IPv4 in brackets', host: '[192.0.2.1]' },
    { name: 'a name in brackets', host: '[app.test]' },
    { name: 'an open bracket', host: '[2001:db8::1' },
    { name: 'text behind the bracket', host: '[2001:db8::1]x' },
    { name: 'HO-22 an escape', host: 'app%2etest' },
    { name: 'HO-24 an ideographic dot', host: 'app\u00e3\u0080\u0082test' },
    { name: 'HO-25 obs-text', host: '\u00e9.test' },
    { name: 'HO-26 NUL', host: 'app.test\0.alt.test' },
    { name: 'HO-27 an address that only some read', host: '0x7f.1' },
    { name: 'HO-28 an at sign', host: 'app.test@alt.test' },
    { name: 'HO-29 a backslash', host: 'app.test\\alt.test' },
    { name: 'HO-30 more than 253', host: `${'a.'.repeat(126)}ab` },
    { name: 'HO-31 a label of 64', host: `${'a'.repeat(64)}.test` },
    { name: 'HO-34 a literal wildcard', host: '*.wild.test' },
    { name: 'HO-35 an empty label', host: 'app..test' },
    { name: 'HO-36 an empty first label', host: '.app.test' },
    { name: 'HO-37 two trailing dots', host: 'app.test..' },
    { name: 'a dot', host: '.' },
    { name: 'a port alone', host: ':80' },
  ])('refuses $name', ({ host }) => {
    expect(admitHost(host)).toMatchObject({ type: 'refused', reason: 'invalid_host', close: true })
  })

  it.each([
    { name: 'HO-09 upper case', host: 'APP.TEST', canonical: 'app.test', forwarded: 'APP.TEST' },
    {
      name: 'HO-11 a trailing dot',
      host: 'app.test.',
      canonical: 'app.test',
      forwarded: 'app.test.',
    },
    { name: 'HO-12 a port', host: 'app.test:80', canonical: 'app.test', forwarded: 'app.test:80' },
    {
      name: 'a dot and a port',
      host: 'app.test.:80',
      canonical: 'app.test',
      forwarded: 'app.test.:80',
    },
    {
      name: 'HO-13 an empty port',
      host: 'app.test:',
      canonical: 'app.test',
      forwarded: 'app.test',
    },
    {
      name: 'HO-18 IPv6 written out',
      host: '[2001:DB8:0:0:0:0:0:1]',
      canonical: '[2001:db8::1]',
      forwarded: '[2001:DB8:0:0:0:0:0:1]',
    },
    {
      name: 'HO-19 IPv6 and a port',
      host: '[2001:db8::1]:8080',
      canonical: '[2001:db8::1]',
      forwarded: '[2001:db8::1]:8080',
    },
    {
      name: 'HO-23 an A-label',
      host: 'XN--BCHER-KVA.TEST',
      canonical: 'xn--bcher-kva.test',
      forwarded: 'XN--BCHER-KVA.TEST',
    },
    {
      name: 'HO-41 a name of Object',
      host: 'constructor',
      canonical: 'constructor',
      forwarded: 'constructor',
    },
    { name: 'HO-42 another', host: '__proto__', canonical: '__proto__', forwarded: '__proto__' },
    {
      name: 'a label of 63',
      host: `${'a'.repeat(63)}.test`,
      canonical: `${'a'.repeat(63)}.test`,
      forwarded: `${'a'.repeat(63)}.test`,
    },
    {
      name: '253 and the root',
      host: `${'a.'.repeat(126)}a.`,
      canonical: `${'a.'.repeat(126)}a`,
      forwarded: `${'a.'.repeat(126)}a.`,
    },
  ])('reads $name as one host', ({ host, canonical, forwarded }) => {
    expect(admitHost(host)).toMatchObject({ host: { name: canonical }, hostField: forwarded })
  })

  it('HO-38 and HO-39 are not overruled, and what tries to is dropped', () => {
    const claims = [
      'X-Forwarded-Host: alt.test',
      'X-Host: alt.test',
      'X-Original-Host: alt.test',
      'Forwarded: host=alt.test',
      'X-Original-URL: /admin',
      'X-Rewrite-URL: /admin',
      'X-Forwarded-Prefix: /admin',
    ]
    const head = headOf('GET /x HTTP/1.1', 'Host: app.test', ...claims)
    expect(admit(head)).toMatchObject({ host: { name: 'app.test' }, path: { canonical: '/x' } })
    const out: string[] = []
    forwardableRequestFields(head.fields, out, false)
    expect(out).toEqual([])
  })
})

describe('the authority of HTTP/2', () => {
  const http2 = headOf('GET /h2 HTTP/2')

  it.each([
    { name: 'H2-01 it alone', authority: 'app.test', fields: [] },
    { name: 'H2-28 a host field alone', authority: undefined, fields: ['host', 'app.test'] },
    { name: 'agreement', authority: 'app.test', fields: ['host', 'APP.test.'] },
    { name: 'a default port', authority: 'app.test', fields: ['host', 'app.test:443'] },
  ])('reads $name', ({ authority, fields }) => {
    expect(admit({ ...http2, authority, fields })).toMatchObject({ host: { name: 'app.test' } })
  })

  it.each([
    { name: 'H2-27 neither', authority: undefined, fields: [] },
    { name: 'H2-29 a conflict', authority: 'app.test', fields: ['host', 'alt.test'] },
    { name: 'a conflict of ports', authority: 'app.test:1', fields: ['host', 'app.test:2'] },
    { name: 'a port on one side', authority: 'app.test', fields: ['host', 'app.test:8443'] },
    { name: 'H2-46 a slash', authority: 'app.test/alt', fields: [] },
    { name: 'H2-47 user information', authority: 'u@app.test', fields: [] },
    { name: 'H2-48 nothing', authority: '', fields: [] },
    { name: 'H2-51 obs-text', authority: '\u00e9.test', fields: [] },
    { name: 'H2-52 a bad port', authority: 'app.test:99999', fields: [] },
  ])('refuses $name', ({ authority, fields }) => {
    expect(admit({ ...http2, authority, fields })).toMatchObject({ reason: 'invalid_host' })
  })

  it("takes the URL's host of a Worker, which has lost its default port", () => {
    const head = headOf('GET / HTTP/1.1', 'Host: app.test:80')
    const answer = admit({ ...head, authority: 'app.test' }, WORKERS_WAIVERS)
    expect(answer).toMatchObject({ host: { name: 'app.test' }, hostField: 'app.test:80' })
  })
})
