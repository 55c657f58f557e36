import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { BodyDecoder } from '../../../src/http1/body-decoder.ts'
import type { ChunkedOptions } from '../../../src/http1/chunked-decoder.ts'
import { CHUNK_END, encodeChunkLine, encodeLastChunk } from '../../../src/http1/encode-chunk.ts'
import { CHUNKED_BODY, CLOSE_BODY, NO_BODY } from '../../../src/http1/framing.ts'
import { bytesOf } from './text.ts'

/** A decoder and what it gave so far, each piece with where it lay. */
function createDecoder(options: ChunkedOptions = {}): {
  decoder: BodyDecoder
  pieces: { bytes: Uint8Array; text: string }[]
} {
  const pieces: { bytes: Uint8Array; text: string }[] = []
  const content = (bytes: Uint8Array, start: number, end: number): void => {
    pieces.push({ bytes, text: String.fromCharCode(...bytes.subarray(start, end)) })
  }
  return { decoder: new BodyDecoder({ content }, options), pieces }
}

/** What becomes of chunked bytes that come at once. */
function decodeChunked(text: string, options: ChunkedOptions = {}): object {
  const { decoder, pieces } = createDecoder(options)
  decoder.begin(CHUNKED_BODY)
  const bytes = bytesOf(text)
  const progress = decoder.push(bytes, 0, bytes.length)
  const body = pieces.map((piece) => piece.text).join('')
  const rest = text.slice(decoder.next)
  return { progress, body, rest, trailers: decoder.trailers, reason: decoder.failure?.reason }
}

describe('a body of stated length', () => {
  it('ends to the byte and leaves what follows', () => {
    const { decoder, pieces } = createDecoder()
    expect(decoder.begin({ type: 'length', length: 5 })).toBe('more')
    const bytes = bytesOf('..abcGET')
    expect(decoder.push(bytes, 2, 5)).toBe('more')
    expect(decoder.next).toBe(5)
    expect(decoder.push(bytesOf('deGET'), 0, 5)).toBe('done')
    expect(decoder.next).toBe(2)
    expect(pieces.map(({ text }) => text)).toEqual(['abc', 'de'])
    // In place: the sink saw the very bytes that were pushed.
    expect(pieces[0]?.bytes).toBe(bytes)
  })

  it('reads nothing once it is done', () => {
    const { decoder, pieces } = createDecoder()
    expect(decoder.begin({ type: 'length', length: 0 })).toBe('done')
    expect(decoder.push(bytesOf('GET'), 0, 3)).toBe('done')
    expect(decoder.next).toBe(0)
    expect(pieces).toEqual([])
  })

  it('is cut short when the connection ends first', () => {
    const { decoder } = createDecoder()
    decoder.begin({ type: 'length', length: 2 })
    decoder.push(bytesOf('a'), 0, 1)
    expect(decoder.finish()).toBe('failed')
    expect(decoder.failure).toMatchObject({ reason: 'invalid_framing' })
    expect(decoder.push(bytesOf('b'), 0, 1)).toBe('failed')
  })

  it('counts bytes beyond 32 bits', () => {
    const { decoder } = createDecoder()
    decoder.begin({ type: 'length', length: 2 ** 32 + 3 })
    expect(decoder.push(bytesOf('abc'), 0, 3)).toBe('more')
    expect(decoder.next).toBe(3)
  })
})

describe('no body, and a body until the connection ends', () => {
  it('is done at once, and stays so at the end', () => {
    const { decoder } = createDecoder()
    expect(decoder.begin(NO_BODY)).toBe('done')
    expect(decoder.finish()).toBe('done')
  })

  it('takes everything and is done at the end', () => {
    const { decoder, pieces } = createDecoder()
    decoder.begin(CLOSE_BODY)
    expect(decoder.push(bytesOf('HTTP/1.1 200'), 0, 12)).toBe('more')
    expect(decoder.next).toBe(12)
    expect(decoder.finish()).toBe('done')
    expect(pieces.map(({ text }) => text)).toEqual(['HTTP/1.1 200'])
  })
})

describe('a chunked body', () => {
  it('gives content and trailers, and leaves what follows', () => {
    const text = '3\r\nabc\r\nA\r\n0123456789\r\n00\r\nX-T:  u \r\nx-t: v\r\n\r\nGET'
    expect(decodeChunked(text)).toEqual({
      progress: 'done',
      body: 'abc0123456789',
      rest: 'GET',
      trailers: ['X-T', 'u', 'x-t', 'v'],
      reason: undefined,
    })
  })

  it.each([
    { name: 'a name', line: '1;a' },
    { name: 'a token', line: '1;a=b;c' },
    { name: 'a quoted string', line: '1;a="b;\\"\\\\ \t\xe9"' },
    { name: 'an empty quoted string', line: '1;a="";b=c' },
  ])('drops extensions: $name', ({ line }) => {
    expect(decodeChunked(`${line}\r\nx\r\n0;z\r\n\r\n`)).toMatchObject({
      progress: 'done',
      body: 'x',
    })
  })

  it.each([
    { name: 'CH-07 hexadecimal with a prefix', text: '0x1\r\nx\r\n0\r\n\r\n' },
    { name: 'CH-08 a space before', text: ' 1\r\nx\r\n0\r\n\r\n' },
    { name: 'CH-09 a space behind', text: '1 \r\nx\r\n0\r\n\r\n' },
    { name: 'CH-11 a plus sign', text: '+1\r\nx\r\n0\r\n\r\n' },
    { name: 'CH-12 a minus sign', text: '-1\r\nx\r\n0\r\n\r\n' },
    { name: 'an underscore', text: '1_0\r\nx\r\n0\r\n\r\n' },
    { name: 'no size', text: '\r\nx\r\n0\r\n\r\n' },
    { name: 'only an extension', text: ';a\r\nx\r\n0\r\n\r\n' },
    { name: 'CH-16 content beyond the size', text: '1\r\nxy\r\n0\r\n\r\n' },
    { name: 'CH-26 a bare carriage return', text: '1\r\rx\r\n0\r\n\r\n' },
    { name: 'a bare line feed behind a size', text: '1\nx\r\n0\r\n\r\n' },
    { name: 'CH-02 a bare line feed in an extension', text: '1;a\nx\r\n0\r\n\r\n' },
    { name: 'a bare line feed behind content', text: '1\r\nx\n0\r\n\r\n' },
    { name: 'a carriage return alone behind content', text: '1\r\nx\r0\r\n\r\n' },
    { name: 'a line end within quotes', text: '1;a="\r\nx"\r\n0\r\n\r\n' },
    { name: 'a quote that does not end', text: '1;a="b\r\nx\r\n0\r\n\r\n' },
    { name: 'text behind a quoted string', text: '1;a="b"c\r\nx\r\n0\r\n\r\n' },
    { name: 'an extension without a name', text: '1;;a\r\nx\r\n0\r\n\r\n' },
    { name: 'an extension without a value', text: '1;a=\r\nx\r\n0\r\n\r\n' },
    { name: 'a blank in an extension', text: '1; a\r\nx\r\n0\r\n\r\n' },
    { name: 'a bare line feed as the end', text: '0\r\n\n' },
    { name: 'CH-23 a blank in a trailer name', text: '0\r\nX T: 1\r\n\r\n' },
    { name: 'a fold among the trailers', text: '0\r\nX: 1\r\n 2\r\n\r\n' },
  ])('is refused for $name', ({ text }) => {
    expect(decodeChunked(text)).toMatchObject({ progress: 'failed', reason: 'malformed_request' })
  })

  it.each([
    { name: 'CH-13 a size that wraps around 64 bits', text: '10000000000000001\r\n' },
    { name: 'a size beyond exact integers', text: '20000000000000\r\n' },
    { name: 'CH-22 a length among the trailers', text: '0\r\nContent-Length: 5\r\n\r\n' },
    { name: 'a coding among the trailers', text: '0\r\ntransfer-encoding: chunked\r\n\r\n' },
  ])('has invalid framing for $name', ({ text }) => {
    expect(decodeChunked(text)).toMatchObject({ progress: 'failed', reason: 'invalid_framing' })
  })

  it('gives no trailers of a body that is refused for them', () => {
    expect(decodeChunked('0\r\nContent-Length: 5\r\n\r\n')).toMatchObject({ trailers: [] })
  })

  it('takes the largest size that is exact', () => {
    expect(decodeChunked('1fffffffffffff\r\nx')).toMatchObject({ progress: 'more', body: 'x' })
  })

  it('is cut short when the connection ends before the last line', () => {
    const { decoder } = createDecoder()
    decoder.begin(CHUNKED_BODY)
    decoder.push(bytesOf('1\r\nx\r\n0\r\n'), 0, 9)
    expect(decoder.finish()).toBe('failed')
  })

  it('begins anew after another', () => {
    const { decoder, pieces } = createDecoder({ maxExtensionBytes: 4 })
    for (const body of ['ab', 'cd']) {
      expect(decoder.begin(CHUNKED_BODY)).toBe('more')
      const bytes = bytesOf(`2;abc\r\n${body}\r\n0\r\nA: ${body}\r\n\r\n`)
      expect(decoder.push(bytes, 0, bytes.length)).toBe('done')
      expect(decoder.trailers).toEqual(['A', body])
    }
    expect(pieces.map(({ text }) => text)).toEqual(['ab', 'cd'])
    decoder.begin(NO_BODY)
    expect(decoder.trailers).toEqual([])
  })
})

describe('limits of a chunked body', () => {
  it('CH-05 count the extensions of all chunks together, leading zeros with them', () => {
    const body = '1;ab\r\nx\r\n001\r\ny\r\n0\r\n\r\n'
    expect(decodeChunked(body, { maxExtensionBytes: 5 })).toMatchObject({ progress: 'done' })
    expect(decodeChunked(body, { maxExtensionBytes: 4 })).toMatchObject({
      reason: 'invalid_framing',
    })
  })

  it('CH-04 bound one extension by default', () => {
    const line = (length: number): string => `1;${'a'.repeat(length)}\r\nx\r\n0\r\n\r\n`
    expect(decodeChunked(line(8191))).toMatchObject({ progress: 'done' })
    expect(decodeChunked(line(8192))).toMatchObject({ progress: 'failed' })
  })

  it('bound zeros without end', () => {
    expect(decodeChunked('0'.repeat(10_000))).toMatchObject({ reason: 'invalid_framing' })
  })

  it('bound the trailer section in bytes and in fields', () => {
    const long = `0\r\nA: ${'b'.repeat(9000)}\r\n\r\n`
    expect(decodeChunked(long)).toMatchObject({ reason: 'head_too_large' })
    const many = `0\r\n${'A: b\r\n'.repeat(3)}\r\n`
    expect(decodeChunked(many, { maxFields: 2 })).toMatchObject({ reason: 'head_too_large' })
    expect(decodeChunked(many, { maxTrailerBytes: 20 })).toMatchObject({ progress: 'done' })
    expect(decodeChunked(many, { maxTrailerBytes: 19 })).toMatchObject({ reason: 'head_too_large' })
  })
})

describe('chunked content', () => {
  it('comes back as it went in, whatever the chunks and wherever the bytes are cut', () => {
    const contents = fc.array(fc.uint8Array({ minLength: 1, maxLength: 40 }), { maxLength: 8 })
    const trailers = fc.constantFrom<readonly string[]>([], ['A', 'b'], ['A', '', 'c', '\xe9 d'])
    const cuts = fc.array(fc.nat(400), { maxLength: 6 })
    fc.assert(
      fc.property(contents, trailers, cuts, (chunks, fields, places) => {
        const texts = chunks.map((chunk) => String.fromCharCode(...chunk))
        const encoded = texts.map((text) => encodeChunkLine(text.length) + text + CHUNK_END)
        const bytes = bytesOf(`${encoded.join('')}${encodeLastChunk(fields)}NEXT`)
        const { decoder, pieces } = createDecoder()
        let progress = decoder.begin(CHUNKED_BODY)
        let from = 0
        let end = 0
        for (const place of [...places.sort((a, b) => a - b), bytes.length]) {
          const to = Math.min(place, bytes.length)
          progress = decoder.push(bytes, from, to)
          end = decoder.next
          if (progress !== 'more') break
          from = to
        }
        expect(progress).toBe('done')
        expect(pieces.map(({ text }) => text).join('')).toBe(texts.join(''))
        expect(decoder.trailers).toEqual(fields)
        expect(bytes.length - end).toBe('NEXT'.length)
      }),
    )
  })
})
