/** Framing and smuggling, as far as a head alone decides (H-01 to H-05, H-09 to H-12, H-28). */
import { describe, expect, it } from 'vitest'
import { admit } from '../../src/canonical/gate.ts'
import { forwardableRequestFields } from '../../src/fields.ts'
import { headOf } from './head-of.ts'

const POST = ['POST / HTTP/1.1', 'Host: app.test'] as const
const UPGRADE = [
  'Connection: Upgrade',
  'Upgrade: websocket',
  'Sec-WebSocket-Version: 13',
  'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==',
] as const

function replaced(start: string, line: string): readonly string[] {
  return UPGRADE.map((field) => (field.startsWith(start) ? line : field))
}

describe('content-length', () => {
  it.each([
    { name: 'FR-01 two lengths', fields: ['Content-Length: 2', 'Content-Length: 3'] },
    { name: 'FR-02 the same length twice', fields: ['Content-Length: 2', 'Content-Length: 2'] },
    { name: 'FR-03 a list', fields: ['Content-Length: 2, 2'] },
    { name: 'FR-04 a plus sign', fields: ['Content-Length: +2'] },
    { name: 'FR-05 a minus sign', fields: ['Content-Length: -2'] },
    { name: 'FR-06 hexadecimal', fields: ['Content-Length: 0x2'] },
    { name: 'FR-07 a fraction', fields: ['Content-Length: 2.0'] },
    { name: 'FR-08 nothing', fields: ['Content-Length:'] },
    { name: 'FR-09 an inner space', fields: ['Content-Length: 2 2'] },
    { name: 'FR-10 an exponent', fields: ['Content-Length: 2e0'] },
    { name: 'FR-11 more than any integer', fields: ['Content-Length: 99999999999999999999'] },
    { name: 'digits of another script', fields: ['Content-Length: \u00b2'] },
    { name: 'two spellings of the name', fields: ['Content-Length: 2', 'CONTENT-LENGTH: 2'] },
  ])('refuses $name and closes', ({ fields }) => {
    expect(admit(headOf(...POST, ...fields))).toMatchObject({
      type: 'refused',
      reason: 'invalid_framing',
      close: true,
    })
  })

  it.each([
    { name: 'FR-12 no body', line: 'Content-Length: 0' },
    { name: 'FR-13 leading zeros', line: 'Content-Length: 0002' },
    { name: 'many leading zeros', line: `Content-Length: ${'0'.repeat(40)}2` },
    { name: 'FR-14 blanks around', line: 'Content-Length: \t 2 \t' },
    { name: 'a petabyte less one', line: 'Content-Length: 999999999999999' },
  ])('admits $name', ({ line }) => {
    expect(admit(headOf(...POST, line))).toMatchObject({ type: 'admitted' })
  })
})

describe('transfer-encoding', () => {
  it.each([
    {
      name: 'FR-20 a length before it',
      fields: ['Content-Length: 5', 'Transfer-Encoding: chunked'],
    },
    {
      name: 'FR-21 a length behind it',
      fields: ['Transfer-Encoding: chunked', 'Content-Length: 5'],
    },
    { name: 'FR-23 identity', fields: ['Transfer-Encoding: identity'] },
    { name: 'an unknown coding', fields: ['Transfer-Encoding: xchunked'] },
    { name: 'chunked twice', fields: ['Transfer-Encoding: Chunked, chunked'] },
    {
      name: 'FR-24 two fields',
      fields: ['Transfer-Encoding: chunked', 'Transfer-Encoding: chunked'],
    },
    { name: 'FR-26 chunked before another', fields: ['Transfer-Encoding: chunked, gzip'] },
    { name: 'an empty element', fields: ['Transfer-Encoding: ,chunked'] },
    { name: 'FR-29 quotes', fields: ['Transfer-Encoding: "chunked"'] },
    { name: 'FR-30 parameters', fields: ['Transfer-Encoding: chunked;q=1'] },
    { name: 'FR-31 a vertical tab', fields: ['Transfer-Encoding: \u000bchunked'] },
    { name: 'FR-32 a no-break space', fields: ['Transfer-Encoding: \u00a0chunked'] },
    { name: 'the Kelvin sign for a k', fields: ['Transfer-Encoding: chun\u212aed'] },
    { name: 'FR-38 nothing', fields: ['Transfer-Encoding:'] },
    {
      name: 'SM-06 chunked, then x',
      fields: ['Transfer-Encoding: chunked', 'Transfer-Encoding: x'],
    },
  ])('refuses $name and closes', ({ fields }) => {
    expect(admit(headOf(...POST, ...fields))).toMatchObject({
      type: 'refused',
      reason: 'invalid_framing',
      close: true,
    })
  })

  it.each(['gzip, chunked', 'gzip ,\tCHUNKED', 'deflate, gzip, chunked'])(
    'FR-25 answers 501 to codings that chunked delimits: %s',
    (codings) => {
      expect(admit(headOf(...POST, `Transfer-Encoding: ${codings}`))).toMatchObject({
        reason: 'transfer_coding_not_implemented',
        close: true,
      })
    },
  )

  it('FR-34 refuses it in HTTP/1.0', () => {
    const head = headOf('POST / HTTP/1.0', 'Host: app.test', 'Transfer-Encoding: chunked')
    expect(admit(head)).toMatchObject({ reason: 'invalid_framing', close: true })
  })

  it.each(['chunked', 'ChUnKeD'])('FR-28 admits %s', (coding) => {
    expect(admit(headOf(...POST, `Transfer-Encoding: ${coding}`)).type).toBe('admitted')
  })

  it('FR-46 admits a GET with a body', () => {
    const head = headOf('GET / HTTP/1.1', 'Host: app.test', 'Transfer-Encoding: chunked')
    expect(admit(head).type).toBe('admitted')
  })
})

describe('spellings that only a lax backend takes for framing', () => {
  it.each(['Content_Length: 5', 'Transfer_Encoding: chunked', 'Transfer.Encoding: chunked'])(
    'FR-19 and FR-37 are no framing here and go no further: %s',
    (line) => {
      const head = { ...headOf(...POST, line), bodyLength: 0 }
      expect(admit(head).type).toBe('admitted')
      const out: string[] = []
      forwardableRequestFields(head.fields, out, true)
      expect(out).toEqual([])
    },
  )
})

describe('connection', () => {
  it.each(['close, Content-Length', 'Transfer-Encoding'])(
    'SM-18 and SM-19 refuse the nomination of framing: %s',
    (options) => {
      const head = headOf(...POST, `Connection: ${options}`, 'Content-Length: 2')
      expect(admit(head)).toMatchObject({ reason: 'invalid_framing', close: true })
    },
  )
})

describe('expect', () => {
  it.each(['yes', 'y 100-continue', '100-continue, x', '100-continued', ''])(
    'SM-02 and HH-21 answer 417 to %j',
    (value) => {
      const head = headOf(...POST, `Expect: ${value}`, 'Content-Length: 2')
      expect(admit(head)).toMatchObject({ reason: 'expectation_failed', close: true })
    },
  )

  it('answers 417 to two of them, and keeps a connection on which no body can follow', () => {
    const head = headOf(...POST, 'Expect: 100-continue', 'Expect: 100-continue')
    expect(admit(head)).toMatchObject({ reason: 'expectation_failed', close: false })
  })

  it('tells that the client waits', () => {
    const head = headOf(...POST, 'Expect: 100-Continue', 'Content-Length: 2')
    expect(admit(head)).toMatchObject({ type: 'admitted', expectContinue: true })
  })

  it('HH-23 ignores it in HTTP/1.0', () => {
    const head = headOf('POST / HTTP/1.0', 'Host: a.test', 'Expect: x', 'Content-Length: 2')
    expect(admit(head)).toMatchObject({ type: 'admitted', expectContinue: false })
  })
})

describe('upgrade', () => {
  it('is asked for by the handshake of RFC 6455', () => {
    const head = headOf('GET / HTTP/1.1', 'Host: app.test', ...UPGRADE)
    expect(admit(head)).toMatchObject({ type: 'admitted', upgrade: 'websocket' })
  })

  it('takes the token in any case and among other options', () => {
    const fields = replaced('Connection', 'Connection: keep-alive, UPGRADE')
    const head = headOf('GET / HTTP/1.1', 'Host: app.test', ...fields, 'Origin: http://app.test')
    expect(admit(head)).toMatchObject({ upgrade: 'websocket' })
  })

  it.each([
    { name: 'SM-07 h2c', line: 'GET / HTTP/1.1', fields: replaced('Upgrade', 'Upgrade: h2c') },
    {
      name: 'SM-08 another version',
      line: 'GET / HTTP/1.1',
      fields: replaced('Sec-WebSocket-V', 'Sec-WebSocket-Version: 777'),
    },
    {
      name: 'a malformed key',
      line: 'GET / HTTP/1.1',
      fields: replaced('Sec-WebSocket-K', 'Sec-WebSocket-Key: abc'),
    },
    { name: 'no nomination', line: 'GET / HTTP/1.1', fields: UPGRADE.slice(1) },
    {
      name: 'a list of protocols',
      line: 'GET / HTTP/1.1',
      fields: replaced('Upgrade', 'Upgrade: websocket, h2c'),
    },
    { name: 'SM-10 another method', line: 'POST / HTTP/1.1', fields: [...UPGRADE] },
    { name: 'SM-09 a body', line: 'GET / HTTP/1.1', fields: [...UPGRADE, 'Content-Length: 2'] },
    { name: 'SM-11 HTTP/1.0', line: 'GET / HTTP/1.0', fields: [...UPGRADE] },
  ])('is dropped and leaves a plain request: $name', ({ line, fields }) => {
    const head = headOf(line, 'Host: app.test', ...fields)
    expect(admit(head)).toMatchObject({ type: 'admitted', upgrade: undefined })
    const out: string[] = []
    forwardableRequestFields(head.fields, out, false)
    expect(out.map((text) => text.toLowerCase())).not.toContain('upgrade')
  })
})
