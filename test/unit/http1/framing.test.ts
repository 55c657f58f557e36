import { describe, expect, it } from 'vitest'
import { head, parseRequest } from './text.ts'

describe('framing of a request', () => {
  it.each([
    { name: 'nothing stated', fields: [], framing: { type: 'none', length: 0 } },
    { name: 'a length', fields: ['content-LENGTH: 5'], framing: { type: 'length', length: 5 } },
    {
      name: 'a length of 0',
      fields: ['Content-Length: 0'],
      framing: { type: 'length', length: 0 },
    },
    {
      name: 'leading zeros',
      fields: [`Content-Length: ${'0'.repeat(30)}42`],
      framing: { type: 'length', length: 42 },
    },
    {
      name: 'the longest',
      fields: ['Content-Length: 999999999999999'],
      framing: { type: 'length', length: 999_999_999_999_999 },
    },
    {
      name: 'chunked in any case',
      fields: ['transfer-encoding: \tCHUNKED '],
      framing: { type: 'chunked', length: -1 },
    },
    { name: 'a twin', fields: ['Content_Length: 5'], framing: { type: 'none', length: 0 } },
  ])('follows from $name', ({ fields, framing }) => {
    expect(parseRequest(head('POST / HTTP/1.1', ...fields))).toMatchObject({
      framing,
      head: { bodyLength: framing.length },
    })
  })

  it.each([
    { name: 'two lengths', fields: ['Content-Length: 1', 'Content-Length: 1'] },
    { name: 'a list of lengths', fields: ['Content-Length: 1,1'] },
    { name: 'an empty length', fields: ['Content-Length:'] },
    { name: 'a signed length', fields: ['Content-Length: +1'] },
    { name: 'a length beyond integers', fields: ['Content-Length: 1000000000000000'] },
    { name: 'both', fields: ['Content-Length: 1', 'Transfer-Encoding: chunked'] },
    { name: 'both, the other way', fields: ['Transfer-Encoding: chunked', 'Content-Length: 1'] },
    { name: 'two codings', fields: ['Transfer-Encoding: chunked', 'Transfer-Encoding: chunked'] },
    { name: 'identity', fields: ['Transfer-Encoding: identity'] },
    { name: 'chunked twice', fields: ['Transfer-Encoding: chunked, chunked'] },
    { name: 'chunked and then another', fields: ['Transfer-Encoding: chunked, gzip'] },
    { name: 'an empty element', fields: ['Transfer-Encoding: ,chunked'] },
    { name: 'parameters', fields: ['Transfer-Encoding: chunked;a=b'] },
    { name: 'an empty coding', fields: ['Transfer-Encoding:'] },
    { name: 'a tab behind the coding', fields: ['Transfer-Encoding: chunked \t', 'X: y'] },
    { name: 'a coding in HTTP/1.0', version: '1.0', fields: ['Transfer-Encoding: chunked'] },
  ])('is refused for $name', ({ version = '1.1', fields }) => {
    expect(parseRequest(head(`POST / HTTP/${version}`, ...fields))).toMatchObject({
      reason: 'invalid_framing',
    })
  })

  it('is beyond us where chunked delimits another coding', () => {
    const parsed = parseRequest(head('POST / HTTP/1.1', 'Transfer-Encoding: gzip , chunked'))
    expect(parsed).toMatchObject({ reason: 'transfer_coding_not_implemented' })
  })

  it('takes a tab behind another field beside the coding', () => {
    const parsed = parseRequest(head('POST / HTTP/1.1', 'X: y\t', 'Transfer-Encoding: chunked'))
    expect(parsed).toMatchObject({ framing: { type: 'chunked' } })
  })

  it.each([
    { version: '1.1', fields: [], persistent: true },
    { version: '1.1', fields: ['Connection: Close'], persistent: false },
    {
      version: '1.1',
      fields: ['Connection: x , close\t', 'Connection: keep-alive'],
      persistent: false,
    },
    { version: '1.1', fields: ['Connection: closed, x-close'], persistent: true },
    { version: '1.0', fields: [], persistent: false },
    { version: '1.0', fields: ['Connection: x,Keep-Alive'], persistent: true },
    { version: '1.0', fields: ['Connection: keep-alive', 'Connection: close'], persistent: false },
  ])('persists: $persistent in $version with $fields', ({ version, fields, persistent }) => {
    expect(parseRequest(head(`GET / HTTP/${version}`, ...fields))).toMatchObject({ persistent })
  })
})
