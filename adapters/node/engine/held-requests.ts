/** Bytes of a client that wait for the exchange in hand to end. */
import type { Peer } from '../../../src/head.ts'
import { BodyDecoder } from '../../../src/http1/body-decoder.ts'
import type { RequestParser } from '../../../src/http1/request-parser.ts'
import type { RunContext } from './run-context.ts'
import { recordUnanswered } from './unparsed.ts'

/** What has been read too early. */
export class HeldRequests {
  readonly #chunks: Buffer[] = []
  #bytes = 0

  /** How many there are. */
  get bytes(): number {
    return this.#bytes
  }

  /** Adds what was read. */
  push(chunk: Buffer): void {
    this.#chunks.push(chunk)
    this.#bytes += chunk.length
  }

  /** Puts back what belongs to the next request. */
  unshift(chunk: Buffer): void {
    this.#chunks.unshift(chunk)
    this.#bytes += chunk.length
  }

  /** The next piece. */
  shift(): Buffer | undefined {
    const chunk = this.#chunks.shift()
    if (chunk !== undefined) this.#bytes -= chunk.length
    return chunk
  }

  /** All of it. */
  takeAll(): Buffer {
    const all = Buffer.concat(this.#chunks)
    this.#chunks.length = 0
    this.#bytes = 0
    return all
  }

  /** Logs each request that was asked whole or in part and whose client has left. */
  record(parser: RequestParser, context: RunContext, peer: Peer): void {
    const bytes = this.takeAll()
    const body = new BodyDecoder({ content() {} })
    let at = 0
    while (at < bytes.length && parser.push(bytes, at, bytes.length) === 'done') {
      at = parser.next
      const { head, framing } = parser.take()
      recordUnanswered(context, peer, head)
      if (body.begin(framing) === 'done') continue
      if (body.push(bytes, at, bytes.length) !== 'done') return
      at = body.next
    }
  }
}
