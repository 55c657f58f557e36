import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { encodeChunkLine, encodeLastChunk } from '../../../src/http1/encode-chunk.ts'
import { encodeRequestHead, encodeResponseHead } from '../../../src/http1/encode-head.ts'
import { RequestParser } from '../../../src/http1/request-parser.ts'
import { ResponseParser } from '../../../src/http1/response-parser.ts'
import { bytesOf } from './text.ts'

const HEAD = { method: 'GET', target: '/a?b', host: 'a.test', fields: ['A', 'b', 'c', ''] }

describe('writing a request head', () => {
  it('puts the host first and what is added last', () => {
    expect(encodeRequestHead(HEAD, ['Content-Length', '2'])).toBe(
      'GET /a?b HTTP/1.1\r\nHost: a.test\r\nA: b\r\nc: \r\nContent-Length: 2\r\n\r\n',
    )
    expect(encodeRequestHead({ ...HEAD, fields: [] })).toBe(
      'GET /a?b HTTP/1.1\r\nHost: a.test\r\n\r\n',
    )
  })

  it.each([
    { name: 'a line end in a value', head: { fields: ['A', 'b\r\nEvil: c'] } },
    { name: 'a line end in a name', head: { fields: ['A: b\r\nEvil', 'c'] } },
    {
      name: 'a whole request in a value',
      head: { fields: ['A', 'b\r\n\r\nGET /x HTTP/1.1\r\nB: c'] },
    },
    { name: 'a line end at the end of a value', head: { fields: ['A', 'b\r\n'] } },
    { name: 'a bare line feed', head: { fields: ['A', 'b\nc'] } },
    { name: 'a bare carriage return', head: { fields: ['A', 'b\rc'] } },
    { name: 'NUL', head: { fields: ['A', 'b\0c'] } },
    {
      name: 'H-44 U+010A, of which latin1 leaves a line feed',
      head: { fields: ['A', 'b\u010ac'] },
    },
    { name: 'half a character', head: { fields: ['A', '\ud83d'] } },
    { name: 'a line end in the host', head: { host: 'a\r\nB: c' } },
    { name: 'a line end in the method', head: { method: 'GET\r\n' } },
    { name: 'a space in the method', head: { method: 'GET /x' } },
    { name: 'a space in the target', head: { target: '/a HTTP/1.1' } },
    { name: 'a line end in the target', head: { target: '/a\r\nB:c' } },
  ])('refuses $name', ({ head }) => {
    expect(() => encodeRequestHead({ ...HEAD, ...head })).toThrow('cannot be written')
  })

  it('refuses line ends in what is added', () => {
    expect(() => encodeRequestHead(HEAD, ['A', 'b\r\n'])).toThrow('cannot be written')
  })

  it('is read back as it was written, or refused: no text becomes other fields', () => {
    const text = fc.string({
      unit: fc.constantFrom(
        'a',
        'B',
        ' ',
        '\t',
        ':',
        '\r',
        '\n',
        '\r\n',
        '\0',
        '\xe9',
        '\u010d',
        '/',
      ),
      maxLength: 8,
    })
    const fields = fc.array(fc.tuple(fc.constantFrom('A', 'b-c'), text), { maxLength: 4 })
    fc.assert(
      fc.property(text, text, fields, (target, host, pairs) => {
        const head = { method: 'GET', target: `/${target}`, host, fields: pairs.flat() }
        let written: string
        try {
          written = encodeRequestHead(head)
        } catch {
          return // refused, which is the other way to be right
        }
        const parser = new RequestParser()
        const bytes = bytesOf(`${written}NEXT`)
        // A control other than a line end is for the other side to refuse.
        if (parser.push(bytes, 0, bytes.length) === 'failed') return
        expect(bytes.length - parser.next).toBe('NEXT'.length)
        const read = parser.take().head
        expect(read.target).toBe(head.target)
        const trimmed = ['Host', host, ...head.fields].map((part) =>
          part.replaceAll(/^[ \t]+|[ \t]+$/g, ''),
        )
        expect(read.fields).toEqual(trimmed)
      }),
      { numRuns: 1000 },
    )
  })
})

describe('writing a response head', () => {
  it('gives status line, fields and what is added', () => {
    const head = { status: 200, reason: 'OK', fields: ['A', 'b'] }
    expect(encodeResponseHead(head, ['Connection', 'close'])).toBe(
      'HTTP/1.1 200 OK\r\nA: b\r\nConnection: close\r\n\r\n',
    )
  })

  it('keeps the space before an empty reason, and comes back through the parser', () => {
    const head = { status: 103, reason: '', fields: ['Link', '</caf\xe9>'] }
    const text = encodeResponseHead(head)
    expect(text).toBe('HTTP/1.1 103 \r\nLink: </caf\xe9>\r\n\r\n')
    const parser = new ResponseParser()
    parser.push(bytesOf(text), 0, text.length)
    expect(parser.take().head).toEqual(head)
  })

  it.each([
    { status: 99, reason: '' },
    { status: 600, reason: '' },
    { status: 200.5, reason: '' },
    { status: Number.NaN, reason: '' },
    { status: 200, reason: 'OK\r\nSet-Cookie: a' },
    { status: 200, reason: 'OK\u010d' },
  ])('refuses $status $reason', ({ status, reason }) => {
    expect(() => encodeResponseHead({ status, reason, fields: [] })).toThrow('cannot be written')
  })
})

describe('writing chunks', () => {
  it('states sizes in hexadecimal', () => {
    expect(encodeChunkLine(1)).toBe('1\r\n')
    expect(encodeChunkLine(65_535)).toBe('ffff\r\n')
  })

  it.each([0, -1, 1.5, Number.NaN, 2 ** 53])('refuses a chunk of %d bytes', (size) => {
    expect(() => encodeChunkLine(size)).toThrow('a chunk of')
  })

  it('ends with the trailers', () => {
    expect(encodeLastChunk([])).toBe('0\r\n\r\n')
    expect(encodeLastChunk(['A', 'b'])).toBe('0\r\nA: b\r\n\r\n')
    expect(() => encodeLastChunk(['A', 'b\r\n\r\nGET'])).toThrow('cannot be written')
  })
})
