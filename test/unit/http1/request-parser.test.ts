import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { RequestParser } from '../../../src/http1/request-parser.ts'
import { bytesOf, head, parseRequest } from './text.ts'

describe('parsing a request head', () => {
  it('gives method, target, version and fields as they came', () => {
    const text = head('PaTcH /a?b HTTP/1.0', 'hOST:\t a:80 \t', 'X-Empty:', 'x: caf\xe9 \x85')
    expect(parseRequest(text)).toEqual({
      head: {
        method: 'PaTcH',
        target: '/a?b',
        version: '1.0',
        fields: ['hOST', 'a:80', 'X-Empty', '', 'x', 'caf\xe9 \x85'],
        authority: undefined,
        bodyLength: 0,
      },
      framing: { type: 'none', length: 0 },
      persistent: false,
    })
  })

  it('gives what it takes for the gate to decide about host, method and target', () => {
    for (const line of ['FOO ?x HTTP/1.1', 'CONNECT a:1 HTTP/1.1', 'GET file:///"x"\\ HTTP/1.1']) {
      expect(parseRequest(head(line, 'Host: a b'))).toMatchObject({
        head: { fields: ['Host', 'a b'] },
      })
    }
    expect(parseRequest(head('GET / HTTP/1.1'))).toMatchObject({ head: { fields: [] } })
  })

  it('says where the body begins and reads the next head from wherever it is told', () => {
    const parser = new RequestParser()
    const first = head('POST /1 HTTP/1.1', 'Content-Length: 2')
    const bytes = bytesOf(`..${first}ab${head('GET /2 HTTP/1.1')}tail`)
    expect(parser.push(bytes, 2, bytes.length)).toBe('done')
    expect(parser.next).toBe(2 + first.length)
    expect(parser.take().framing).toEqual({ type: 'length', length: 2 })
    expect(parser.push(bytes, parser.next + 2, bytes.length)).toBe('done')
    expect(parser.take().head).toMatchObject({ target: '/2', fields: [], bodyLength: 0 })
    expect(bytes.length - parser.next).toBe('tail'.length)
  })

  it('keeps nothing of the bytes it was given', () => {
    const parser = new RequestParser()
    const bytes = bytesOf(head('GET /secret HTTP/1.1', 'Host: a'))
    const middle = 7
    expect(parser.push(bytes, 0, middle)).toBe('more')
    expect(parser.push(bytes, middle, bytes.length)).toBe('done')
    bytes.fill(0)
    expect(parser.take().head).toMatchObject({ target: '/secret', fields: ['Host', 'a'] })
  })

  it('takes empty lines before the request line, and does not call them a beginning', () => {
    const parser = new RequestParser()
    expect(parser.push(bytesOf('\r\n\r'), 0, 3)).toBe('more')
    expect(parser.started).toBe(false)
    expect(parser.push(bytesOf('\nG'), 0, 2)).toBe('more')
    expect(parser.started).toBe(true)
    const rest = bytesOf(head('ET / HTTP/1.1'))
    expect(parser.push(rest, 0, rest.length)).toBe('done')
    expect(parser.take().head.method).toBe('GET')
    expect(parser.started).toBe(false)
  })

  it('gives a head once, and none before it has read one', () => {
    const parser = new RequestParser()
    expect(() => parser.take()).toThrow('no head was read')
    const bytes = bytesOf(head('GET / HTTP/1.1'))
    parser.push(bytes, 0, bytes.length)
    expect(parser.take().head.method).toBe('GET')
    expect(() => parser.take()).toThrow('no head was read')
  })

  it('uses the decoder it is given', () => {
    const parser = new RequestParser({ latin1: (_, start, end) => 'x'.repeat(end - start) })
    const bytes = bytesOf(head('GET / HTTP/1.1'))
    parser.push(bytes, 0, bytes.length)
    expect(parser.take().head.method).toBe('xxx')
  })
})

describe('a request head that is refused', () => {
  it.each([
    { name: 'a bare line feed', text: 'GET / HTTP/1.1\nHost: a\r\n\r\n' },
    { name: 'a bare line feed behind a field', text: 'GET / HTTP/1.1\r\nHost: a\n\r\n' },
    { name: 'a bare line feed as the last line', text: 'GET / HTTP/1.1\r\nHost: a\r\n\n' },
    { name: 'a bare carriage return', text: 'GET / HTTP/1.1\r\nHost: a\rb\r\n\r\n' },
    { name: 'a bare carriage return as the last line', text: 'GET / HTTP/1.1\r\n\rX' },
    { name: 'a bare line feed first', text: '\nGET / HTTP/1.1\r\n\r\n' },
    { name: 'a fold', text: 'GET / HTTP/1.1\r\nHost: a\r\n b\r\n\r\n' },
    { name: 'a fold with a tab', text: 'GET / HTTP/1.1\r\nHost: a\r\n\tb\r\n\r\n' },
    { name: 'a space before the colon', text: 'GET / HTTP/1.1\r\nHost : a\r\n\r\n' },
    { name: 'a space before the first field', text: 'GET / HTTP/1.1\r\n Host: a\r\n\r\n' },
    { name: 'no colon', text: 'GET / HTTP/1.1\r\nHost\r\n\r\n' },
    { name: 'no name', text: 'GET / HTTP/1.1\r\n: a\r\n\r\n' },
    { name: 'NUL', text: 'GET / HTTP/1.1\r\nHost: a\0\r\n\r\n' },
    { name: 'DEL', text: 'GET / HTTP/1.1\r\nHost: a\x7f\r\n\r\n' },
    { name: 'a vertical tab', text: 'GET / HTTP/1.1\r\nHost: a\v\r\n\r\n' },
    { name: 'obs-text in a name', text: 'GET / HTTP/1.1\r\nH\xf6st: a\r\n\r\n' },
    { name: 'two host fields', text: 'GET / HTTP/1.1\r\nHost: a\r\nhOST: a\r\n\r\n' },
    { name: 'HTTP/0.9', text: 'GET /\r\n\r\n' },
    { name: 'two spaces', text: 'GET  / HTTP/1.1\r\n\r\n' },
    { name: 'a tab for a space', text: 'GET\t/ HTTP/1.1\r\n\r\n' },
    { name: 'a space behind the version', text: 'GET / HTTP/1.1 \r\n\r\n' },
    { name: 'a third digit', text: 'GET / HTTP/1.11\r\n\r\n' },
    { name: 'a version in lower case', text: 'GET / http/1.1\r\n\r\n' },
    { name: 'another protocol', text: 'GET / RTSP/1.0\r\n\r\n' },
    { name: 'no method', text: ' / HTTP/1.1\r\n\r\n' },
    { name: 'a separator in the method', text: 'G(T / HTTP/1.1\r\n\r\n' },
    { name: 'obs-text in the target', text: 'GET /\xff HTTP/1.1\r\n\r\n' },
    { name: 'a control in the target', text: 'GET /\x01 HTTP/1.1\r\n\r\n' },
    { name: 'a ClientHello', text: '\x16\x03\x01\x02\0\x01\0' },
  ])('for $name', ({ text }) => {
    expect(parseRequest(text)).toMatchObject({ type: 'parse-failure', reason: 'malformed_request' })
  })

  it.each(['HTTP/1.2', 'HTTP/2.0', 'HTTP/0.9', 'HTTP/3.1'])('with 505 for %s', (version) => {
    expect(parseRequest(head(`GET / ${version}`))).toMatchObject({
      reason: 'version_not_supported',
    })
  })

  it('says which byte it was and where', () => {
    expect(parseRequest('GET / HTTP/1.1\r\nA: b\n')).toMatchObject({
      detail: 'bare line feed in a field value at byte 20',
    })
  })

  it('at its first bad byte, without waiting for the rest', () => {
    const parser = new RequestParser()
    expect(parser.push(bytesOf('GET / HTTP/1.1\r\nA b'), 0, 19)).toBe('failed')
  })

  it('for good', () => {
    const parser = new RequestParser()
    expect(parser.push(bytesOf('\0'), 0, 1)).toBe('failed')
    const good = bytesOf(head('GET / HTTP/1.1'))
    expect(parser.push(good, 0, good.length)).toBe('failed')
  })
})

describe('limits of a request head', () => {
  const line = 'GET / HTTP/1.1\r\n'

  it('takes as many bytes as are allowed and not one more', () => {
    const text = `${line}A: b\r\n\r\n`
    expect(parseRequest(text, { maxHeadBytes: text.length })).toMatchObject({ persistent: true })
    expect(parseRequest(text, { maxHeadBytes: text.length - 1 })).toMatchObject({
      reason: 'head_too_large',
    })
  })

  it('counts empty lines before the head', () => {
    expect(parseRequest('\r\n'.repeat(50), { maxHeadBytes: 100 })).toMatchObject({
      reason: 'head_too_large',
    })
  })

  it('takes as long a target as is allowed and not a byte more', () => {
    const text = head('GET /234 HTTP/1.1')
    expect(parseRequest(text, { maxTargetBytes: 4 })).toMatchObject({ head: { target: '/234' } })
    expect(parseRequest(text, { maxTargetBytes: 3 })).toMatchObject({ reason: 'target_too_long' })
  })

  it('blames the target where both are too long', () => {
    expect(parseRequest(`GET /${'a'.repeat(20_000)}`)).toMatchObject({ reason: 'target_too_long' })
  })

  it('takes as many fields as are allowed and not one more', () => {
    const fields = (count: number): string => `${line}${'A: b\r\n'.repeat(count)}\r\n`
    expect(parseRequest(fields(100))).toMatchObject({ persistent: true })
    expect(parseRequest(fields(101))).toMatchObject({
      reason: 'head_too_large',
      detail: 'more than 100 fields',
    })
    expect(parseRequest(fields(3), { maxFields: 2 })).toMatchObject({ reason: 'head_too_large' })
  })

  it.each([0, -1, 1.5, Number.NaN, Infinity])('are positive integers, not %d', (maxFields) => {
    expect(() => new RequestParser({ maxFields })).toThrow('maxFields')
  })

  it('says the same however the bytes are cut, when they are beyond a limit', () => {
    const limits = { maxHeadBytes: 40, maxTargetBytes: 8, maxFields: 3 }
    const pieces = fc.array(
      fc.constantFrom('GET ', '/abc', ' HTTP/1.1', '\r\n', 'A: b', 'Bcdef:', '\n', '\0', 'x'),
      { maxLength: 24 },
    )
    fc.assert(
      fc.property(pieces, fc.integer({ min: 1, max: 7 }), (words, size) => {
        const bytes = bytesOf(words.join(''))
        const whole = new RequestParser(limits)
        const atOnce = whole.push(bytes, 0, bytes.length)
        const cut = new RequestParser(limits)
        let progress = cut.push(bytes, 0, 0)
        let from = 0
        while (progress === 'more' && from < bytes.length) {
          const to = Math.min(from + size, bytes.length)
          progress = cut.push(bytes, from, to)
          from = to
        }
        expect(progress).toBe(atOnce)
        expect(cut.failure).toEqual(whole.failure)
        if (progress !== 'done') return
        expect(cut.take()).toEqual(whole.take())
        expect(cut.next).toBe(whole.next)
      }),
    )
  })
})

describe('a head that comes byte by byte', () => {
  it('is read in time that grows with its length alone', () => {
    const text = head('GET / HTTP/1.1', `A: ${'b'.repeat(1_000_000)}`)
    const bytes = bytesOf(text)
    let decoded = 0
    const parser = new RequestParser({
      maxHeadBytes: text.length,
      latin1: (_, start, end) => {
        decoded += end - start
        return text.slice(start, end)
      },
    })
    // Were each byte to cost a look at all before it, this would take minutes.
    for (let at = 0; at < bytes.length - 1; at++) {
      if (parser.push(bytes, at, at + 1) !== 'more') expect.fail(`ended at ${at}`)
    }
    expect(parser.push(bytes, bytes.length - 1, bytes.length)).toBe('done')
    expect(decoded).toBe(bytes.length)
  })
})
