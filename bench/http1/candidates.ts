/** What is timed: the codec, and llhttp as node:http drives it, on the same bytes. */
import { BodyDecoder } from '../../src/http1/body-decoder.ts'
import { encodeRequestHead, encodeResponseHead } from '../../src/http1/encode-head.ts'
import { CHUNKED_BODY } from '../../src/http1/framing.ts'
import { RequestParser } from '../../src/http1/request-parser.ts'
import { ResponseParser } from '../../src/http1/response-parser.ts'
import type { OutboundHead } from '../../src/exchange.ts'
import { CHUNKED, REQUEST, RESPONSE } from './messages.ts'
import { createLlhttp } from './llhttp.ts'

/** One thing that can be timed. */
export interface Candidate {
  readonly name: string
  /** Which of the same workload it is compared with; `undefined` where nobody does the same. */
  readonly against: string | undefined
  /** Does it once; gives something that depends on all of the work. */
  run(): number
}

/** Everything, in the order of the report. */
export function createCandidates(): readonly Candidate[] {
  return [...createHeads(), ...createBodies(), ...createEncoders()]
}

function latin1(bytes: Uint8Array, start: number, end: number): string {
  return Buffer.prototype.latin1Slice.call(bytes, start, end)
}

function createHeads(): Candidate[] {
  const request = new RequestParser({ latin1 })
  const portable = new RequestParser()
  const response = new ResponseParser({ latin1 })
  const halved = new RequestParser({ latin1 })
  const requestOracle = createLlhttp('request')
  const responseOracle = createLlhttp('response')
  const middle = REQUEST.length >> 1
  return [
    timed('request head', 'request head, llhttp', () => {
      request.push(REQUEST, 0, REQUEST.length)
      return request.take().head.fields.length
    }),
    timed('request head, portable decoder', 'request head, llhttp', () => {
      portable.push(REQUEST, 0, REQUEST.length)
      return portable.take().head.fields.length
    }),
    timed('request head, in two pieces', 'request head, llhttp', () => {
      halved.push(REQUEST, 0, middle)
      halved.push(REQUEST, middle, REQUEST.length)
      return halved.take().head.fields.length
    }),
    timed('request head, llhttp', undefined, () => requestOracle(REQUEST)),
    timed('response head', 'response head, llhttp', () => {
      response.push(RESPONSE, 0, RESPONSE.length)
      return response.take().head.fields.length
    }),
    timed('response head, llhttp', undefined, () => responseOracle(RESPONSE)),
  ]
}

function createBodies(): Candidate[] {
  let taken = 0
  const decoder = new BodyDecoder({
    content: (_, start, end) => {
      taken += end - start
    },
  })
  return [
    timed('16 chunks of 4 KiB', undefined, () => {
      decoder.begin(CHUNKED_BODY)
      decoder.push(CHUNKED, 0, CHUNKED.length)
      return taken
    }),
  ]
}

/** Writing, with the bytes: what a socket does with the text belongs to the cost of the text. */
function createEncoders(): Candidate[] {
  const request = new RequestParser({ latin1 })
  request.push(REQUEST, 0, REQUEST.length)
  const { method, target, fields } = request.take().head
  const outbound: OutboundHead = { method, target, host: 'shop.example.com', fields }
  const response = new ResponseParser({ latin1 })
  response.push(RESPONSE, 0, RESPONSE.length)
  const answer = response.take().head
  const bytes = Buffer.allocUnsafe(4096)
  return [
    timed('writing the request head', 'joining its strings unchecked', () =>
      bytes.write(encodeRequestHead(outbound), 'latin1'),
    ),
    timed('joining its strings unchecked', undefined, () => {
      let text = `${method} ${target} HTTP/1.1\r\nHost: ${outbound.host}\r\n`
      for (let i = 0; i < fields.length; i += 2) text += `${fields[i]}: ${fields[i + 1]}\r\n`
      return bytes.write(`${text}\r\n`, 'latin1')
    }),
    timed('writing the response head', undefined, () =>
      bytes.write(encodeResponseHead(answer), 'latin1'),
    ),
  ]
}

function timed(name: string, against: string | undefined, run: () => number): Candidate {
  return { name, against, run }
}
