/**
 * Framing is judged twice, by the codec because it has to know where a body ends, and by the gate
 * for every runtime. The two may not differ (H-01 to H-05).
 */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { admit } from '../../src/canonical/gate.ts'
import type { ParseFailure, RequestHead } from '../../src/head.ts'
import { RequestParser } from '../../src/http1/request-parser.ts'

const BLANK = fc.constantFrom('', ' ', '\t', '  ')
const LENGTH = fc.constantFrom(
  '0',
  '5',
  '007',
  '',
  '+5',
  '-1',
  '5,5',
  '0x5',
  '5 5',
  '9'.repeat(15),
  '1e3',
)
const CODING = fc.constantFrom(
  'chunked',
  'CHUNKED',
  'gzip',
  'gzip, chunked',
  'gzip,chunked',
  'chunked, gzip',
  'identity',
  'chunked, chunked',
  'x , y, Chunked',
  ',chunked',
  'chunked,',
  '"chunked"',
  'chunked;q=1',
  '',
)
const FIELD = fc.oneof(
  fc.tuple(fc.constantFrom('Content-Length', 'content-length'), LENGTH),
  fc.tuple(fc.constantFrom('Transfer-Encoding', 'TRANSFER-ENCODING'), CODING),
  fc.tuple(fc.constantFrom('X', 'Content_Length', 'Transfer_Encoding'), fc.constant('chunked')),
)

describe('codec and gate', () => {
  it('refuse the same framing for the same reason', () => {
    const fields = fc.array(fc.tuple(FIELD, BLANK), { maxLength: 3 })
    fc.assert(
      fc.property(fc.constantFrom('1.0', '1.1'), fields, (version, pairs) => {
        const lines = pairs.map(([[name, value], blank]) => `${name}:${blank}${value}\r\n`).join('')
        const text = `POST / HTTP/${version}\r\nHost: app.test\r\n${lines}\r\n`
        const parser = new RequestParser()
        const codec = parser.push(Buffer.from(text), 0, text.length)
        const given: RequestHead = {
          method: 'POST',
          target: '/',
          version,
          fields: ['Host', 'app.test', ...pairs.flatMap(([pair]) => pair)],
          authority: undefined,
          bodyLength: 0,
        }
        const gate = admit(given)
        if (codec === 'done') {
          expect(gate.type).toBe('admitted')
          return
        }
        const failure = parser.failure as ParseFailure // present where a push failed
        expect(gate).toMatchObject({ type: 'refused', reason: failure.reason, close: true })
      }),
      { numRuns: 2000 },
    )
  })
})
