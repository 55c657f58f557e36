/** Messages behind one another on a connection: nothing of one is left over for the next (H-09). */
import { describe, expect, it } from 'vitest'
import { BodyDecoder } from '../../src/http1/body-decoder.ts'
import { RequestParser } from '../../src/http1/request-parser.ts'
import { readWithCodec } from './http1-codec.ts'
import { createRandom, mutate, REQUEST_SEEDS } from './http1-messages.ts'

/** As in the comparison with llhttp. */
const SEED = Number(process.env['POSTERN_FUZZ_SEED'] ?? Date.now() % 1_000_000_007)

/** One message of a stream, as far as it was read. */
interface Read {
  readonly progress: string
  readonly head: unknown
  readonly body: string
  readonly trailers: unknown
  readonly failure: unknown
}

/** Reads on with one parser and one decoder, as a connection does, in pieces of `size` bytes. */
function readConnection(bytes: Uint8Array, size: number): Read[] {
  const parser = new RequestParser()
  let body = ''
  const content = (slice: Uint8Array, start: number, end: number): void => {
    body += Buffer.from(slice.subarray(start, end)).toString('latin1')
  }
  const decoder = new BodyDecoder({ content })
  const reads: Read[] = []
  let head: unknown
  let at = 0
  while (at < bytes.length) {
    const end = Math.min(at + size, bytes.length)
    let progress
    if (head === undefined) {
      progress = parser.push(bytes, at, end)
      at = progress === 'more' ? end : parser.next
      if (progress === 'done') {
        const parsed = parser.take()
        head = parsed.head
        progress = decoder.begin(parsed.framing)
      }
    } else {
      progress = decoder.push(bytes, at, end)
      at = decoder.next
    }
    if (progress === 'more' && at < bytes.length) continue
    const failure = parser.failure ?? decoder.failure
    reads.push({ progress, head, body, trailers: decoder.trailers, failure })
    if (progress !== 'done') break
    head = undefined
    body = ''
  }
  return reads
}

/** Reads each message with a parser and a decoder of its own. */
function readSingly(bytes: Uint8Array): Read[] {
  const reads: Read[] = []
  let at = 0
  while (at < bytes.length) {
    const { progress, head, body, trailers, failure, end } = readWithCodec(
      bytes.subarray(at),
      'request',
    )
    reads.push({ progress, head, body, trailers, failure })
    if (progress !== 'done' || end === undefined) break
    at += end
  }
  return reads
}

const WHOLE = REQUEST_SEEDS.filter(({ text }) => {
  const { progress, end } = readWithCodec(Buffer.from(text, 'latin1'), 'request')
  return progress === 'done' && end === text.length
})

describe('a connection', () => {
  it('carries each message as if it were the first, however the bytes are cut', () => {
    const random = createRandom(SEED)
    const pick = (): string => WHOLE[Math.floor(random() * WHOLE.length)]?.text ?? ''
    let messages = 0
    for (let run = 0; run < 1500; run++) {
      const texts = Array.from({ length: 1 + Math.floor(random() * 5) }, pick)
      const joined = texts.join('')
      const text = run % 2 === 0 ? joined : mutate(joined, pick(), random)
      const bytes = Buffer.from(text, 'latin1')
      const singly = readSingly(bytes)
      for (const size of [1, 2 + Math.floor(random() * 60), bytes.length]) {
        const context = `seed ${SEED}, run ${run}, pieces of ${size}`
        expect(readConnection(bytes, size), `${context}: ${JSON.stringify(text)}`).toEqual(singly)
      }
      messages += singly.length
      if (run % 2 === 0) expect(singly).toHaveLength(texts.length)
    }
    expect(messages).toBeGreaterThan(3000)
  })

  it('SM-01 keeps a request within a body from being one', () => {
    const inner = 'GET /admin HTTP/1.1\r\nHost: app.test\r\n\r\n'
    const start = `POST / HTTP/1.1\r\nHost: app.test\r\nContent-Length: ${inner.length}\r\n\r\n`
    const reads = readConnection(Buffer.from(`${start}${inner}`), 7)
    expect(reads).toHaveLength(1)
    expect(reads[0]).toMatchObject({ progress: 'done', body: inner })
  })

  it('SM-21 carries the request behind a body', () => {
    const post = 'POST /1 HTTP/1.1\r\nHost: app.test\r\nContent-Length: 5\r\n\r\nhello'
    const reads = readConnection(Buffer.from(`${post}GET /2 HTTP/1.1\r\nHost: app.test\r\n\r\n`), 9)
    expect(reads.map(({ head }) => head)).toMatchObject([{ target: '/1' }, { target: '/2' }])
  })
})
