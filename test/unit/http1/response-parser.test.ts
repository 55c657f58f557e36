import { describe, expect, it } from 'vitest'
import type { ParseFailure } from '../../../src/head.ts'
import { ResponseParser, type ParsedResponse } from '../../../src/http1/response-parser.ts'
import { bytesOf, head } from './text.ts'

/** What a parser makes of these bytes in answer to `method`. */
function parse(text: string, method = 'GET'): ParsedResponse | ParseFailure {
  const parser = new ResponseParser()
  parser.expect(method)
  const bytes = bytesOf(text)
  parser.push(bytes, 0, bytes.length)
  return parser.failure ?? parser.take()
}

describe('parsing a response head', () => {
  it('gives status, reason and fields as they came', () => {
    const text = head('HTTP/1.1 404 Nicht da, caf\xe9', 'x-A:  b ', 'Content-Length: 2')
    expect(parse(text)).toEqual({
      head: {
        status: 404,
        reason: 'Nicht da, caf\xe9',
        fields: ['x-A', 'b', 'Content-Length', '2'],
      },
      framing: { type: 'length', length: 2 },
      persistent: true,
      interim: false,
    })
  })

  it.each(['HTTP/1.1 200', 'HTTP/1.1 200 '])('takes a missing reason: %j', (line) => {
    expect(parse(head(line))).toMatchObject({ head: { status: 200, reason: '' } })
  })

  it('gives interim heads and then the final one, each with its end', () => {
    const hints = head('HTTP/1.1 103 Early Hints', 'Link: </a>')
    const final = head('HTTP/1.1 200 OK', 'Content-Length: 2')
    const bytes = bytesOf(`${hints}${final}ok`)
    const parser = new ResponseParser()
    expect(parser.push(bytes, 0, bytes.length)).toBe('done')
    expect(parser.take()).toMatchObject({ interim: true, head: { status: 103 } })
    expect(parser.next).toBe(hints.length)
    expect(parser.push(bytes, parser.next, bytes.length)).toBe('done')
    expect(parser.take()).toMatchObject({ interim: false, head: { status: 200 } })
    expect(parser.next).toBe(hints.length + final.length)
  })

  it('tells whether a head has begun', () => {
    const parser = new ResponseParser()
    expect(parser.started).toBe(false)
    parser.push(bytesOf('H'), 0, 1)
    expect(parser.started).toBe(true)
  })

  it('reads a head that comes byte by byte', () => {
    const bytes = bytesOf(head('HTTP/1.0 200 Very well', 'A: b', 'C:d'))
    const parser = new ResponseParser()
    for (let at = 0; at < bytes.length - 1; at++) {
      expect(parser.push(bytes, at, at + 1)).toBe('more')
    }
    expect(parser.push(bytes, bytes.length - 1, bytes.length)).toBe('done')
    expect(parser.take().head).toEqual({
      status: 200,
      reason: 'Very well',
      fields: ['A', 'b', 'C', 'd'],
    })
  })
})

describe('framing of a response', () => {
  const chunked = 'Transfer-Encoding: chunked'
  it.each([
    { name: 'a length', line: 'HTTP/1.1 200 OK', fields: ['Content-Length: 3'], type: 'length' },
    { name: 'chunked', line: 'HTTP/1.1 200 OK', fields: [chunked], type: 'chunked' },
    { name: 'nothing stated', line: 'HTTP/1.1 200 OK', fields: [], type: 'close' },
    {
      name: 'a length of a 204',
      line: 'HTTP/1.1 204 x',
      fields: ['Content-Length: 3'],
      type: 'none',
    },
    {
      name: 'a length of a 304',
      line: 'HTTP/1.1 304 x',
      fields: ['Content-Length: 3'],
      type: 'none',
    },
    { name: 'a coding of a 304', line: 'HTTP/1.1 304 x', fields: [chunked], type: 'none' },
    { name: 'a 205', line: 'HTTP/1.1 205 x', fields: [chunked], type: 'chunked' },
    { name: 'a 103', line: 'HTTP/1.1 103 x', fields: [], type: 'none' },
    {
      name: 'a 100 of no length',
      line: 'HTTP/1.1 100 x',
      fields: ['Content-Length: 0'],
      type: 'none',
    },
  ])('follows from $name', ({ line, fields, type }) => {
    expect(parse(head(line, ...fields))).toMatchObject({ framing: { type } })
  })

  it.each([['Content-Length: 3'], [chunked], ['X: y']])(
    'of an answer to HEAD is none, with %s',
    (field) => {
      expect(parse(head('HTTP/1.1 200 OK', field), 'HEAD')).toMatchObject({
        framing: { type: 'none', length: 0 },
        persistent: true,
      })
    },
  )

  it.each([
    { line: 'HTTP/1.1 200 OK', fields: ['Content-Length: 0'], persistent: true },
    {
      line: 'HTTP/1.1 200 OK',
      fields: ['Content-Length: 0', 'Connection: close'],
      persistent: false,
    },
    { line: 'HTTP/1.1 200 OK', fields: ['Connection: keep-alive'], persistent: false },
    { line: 'HTTP/1.0 200 OK', fields: ['Content-Length: 0'], persistent: false },
    {
      line: 'HTTP/1.0 200 OK',
      fields: ['Content-Length: 0', 'Connection: keep-alive'],
      persistent: true,
    },
    { line: 'HTTP/1.1 101 Go', fields: ['Connection: Upgrade', 'Upgrade: x'], persistent: false },
  ])('lets the connection persist: $persistent for $line with $fields', (row) => {
    expect(parse(head(row.line, ...row.fields))).toMatchObject({ persistent: row.persistent })
  })

  it('takes a 101 for no interim response, since nothing of HTTP follows', () => {
    const text = head('HTTP/1.1 101 Go', 'Connection: Upgrade', 'Upgrade: websocket')
    expect(parse(text)).toMatchObject({ interim: false, framing: { type: 'none' } })
  })
})

describe('a response head that is refused', () => {
  it.each([
    {
      name: 'UP-20 both',
      lines: ['HTTP/1.1 200 OK', 'Content-Length: 3', 'Transfer-Encoding: chunked'],
    },
    {
      name: 'UP-21 two lengths',
      lines: ['HTTP/1.1 200 OK', 'Content-Length: 3', 'Content-Length: 4'],
    },
    {
      name: 'both in answer to 304',
      lines: ['HTTP/1.1 304 x', 'Content-Length: 3', 'Transfer-Encoding: chunked'],
    },
    { name: 'an unknown coding', lines: ['HTTP/1.1 200 OK', 'Transfer-Encoding: gzip'] },
    { name: 'a tab behind the coding', lines: ['HTTP/1.1 200 OK', 'Transfer-Encoding: chunked\t'] },
    { name: 'a coding in HTTP/1.0', lines: ['HTTP/1.0 200 OK', 'Transfer-Encoding: chunked'] },
    { name: 'a body of a 1xx', lines: ['HTTP/1.1 104 x', 'Content-Length: 3'] },
    { name: 'a chunked body of a 1xx', lines: ['HTTP/1.1 102 x', 'Transfer-Encoding: chunked'] },
  ])('for its framing: $name', ({ lines }) => {
    expect(parse(head(...lines))).toMatchObject({ reason: 'invalid_framing' })
  })

  it.each([
    { name: 'an empty line first', text: '\r\nHTTP/1.1 200 OK\r\n\r\n' },
    { name: 'UP-28 a status beyond 599', text: 'HTTP/1.1 600 X\r\n\r\n' },
    { name: 'a status below 100', text: 'HTTP/1.1 099 X\r\n\r\n' },
    { name: 'a fourth digit', text: 'HTTP/1.1 2000 X\r\n\r\n' },
    { name: 'two digits', text: 'HTTP/1.1 20 X\r\n\r\n' },
    { name: 'two spaces', text: 'HTTP/1.1  200 OK\r\n\r\n' },
    { name: 'a control in the reason', text: 'HTTP/1.1 200 O\x01K\r\n\r\n' },
    { name: 'bare line feeds', text: 'HTTP/1.1 200 OK\n\n' },
    { name: 'UP-23 a fold', text: 'HTTP/1.1 200 OK\r\nA: b\r\n c\r\n\r\n' },
    { name: 'another protocol', text: 'ICY 200 OK\r\n\r\n' },
  ])('for $name', ({ text }) => {
    expect(parse(text)).toMatchObject({ reason: 'malformed_request' })
  })

  it('for its version', () => {
    expect(parse(head('HTTP/2.0 200 OK'))).toMatchObject({ reason: 'version_not_supported' })
  })

  it('for its size, and for good', () => {
    const parser = new ResponseParser({ maxHeadBytes: 16 })
    const bytes = bytesOf(head('HTTP/1.1 200 OK'))
    expect(parser.push(bytes, 0, bytes.length)).toBe('failed')
    expect(parser.failure).toMatchObject({ reason: 'head_too_large' })
    expect(parser.push(bytes, 0, bytes.length)).toBe('failed')
    expect(() => parser.take()).toThrow('no head was read')
  })
})
