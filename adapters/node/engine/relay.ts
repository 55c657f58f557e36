/** Passes a response body on to the client: no faster than it reads, ended exactly as it ended. */
import type { IncomingMessage } from 'node:http'
import type { Fields } from '../../../src/head.ts'
import type { ClientTurn } from './client-turn.ts'
import { pairs } from './outbound-fields.ts'
import type { UpstreamAttempt } from './upstream-attempt.ts'

/** What is relayed, and who learns how it went. Exactly one of the three is called. */
export interface RelayOptions {
  readonly message: IncomingMessage
  readonly attempt: UpstreamAttempt
  readonly turn: ClientTurn
  /** Milliseconds until a client that does not read is given up. */
  readonly writeStallMs: number
  /** Fields of the trailer section that may be passed on. */
  readonly trailers: (fields: Fields) => Fields
  /** All is handed to the response object; its end is not written yet. */
  readonly whole: () => void
  /** The endpoint broke off, or sent what is no message. */
  readonly broken: (error: unknown) => void
  /** The client does not read. */
  readonly stalled: () => void
}

/** Starts relaying; the head has been written to `turn`. */
export function relayBody(options: RelayOptions): void {
  const { message, turn, attempt } = options
  if (turn.bodyless) {
    // What follows in spite of that has no reader; its connection is not used again.
    if (message.complete) message.resume()
    else attempt.destroy()
    options.whole()
    return
  }
  const { response } = turn
  let stall: NodeJS.Timeout | undefined
  let ended = false
  message.on('data', (chunk: Buffer) => {
    attempt.clock.progress()
    if (turn.write(chunk)) return
    message.pause()
    stall = setTimeout(options.stalled, options.writeStallMs)
  })
  response.on('drain', () => {
    clearTimeout(stall)
    attempt.clock.progress()
    message.resume()
  })
  message.once('end', () => {
    ended = true
    clearTimeout(stall)
    attempt.clock.stop()
    if (turn.chunked && message.rawTrailers.length > 0) {
      response.addTrailers(pairs(options.trailers(message.rawTrailers)))
    }
    options.whole()
  })
  message.once('error', (error) => {
    if (!ended) options.broken(error)
  })
  message.once('close', () => {
    clearTimeout(stall)
    if (!ended && message.errored === null) options.broken(undefined)
  })
  // A head without a body yet (an event stream) must not wait for the first byte; one with a body
  // at hand goes out with it in one write.
  setImmediate(() => {
    if (!response.writableEnded && turn.bytesWritten === 0) response.flushHeaders()
  })
}
