/** Passes a response body on to the client: no faster than it reads, ended exactly as it ended. */
import type { IncomingMessage } from 'node:http'
import type { Reason } from '../../../src/errors.ts'
import type { Outcome } from '../../../src/exchange.ts'
import type { Fields } from '../../../src/head.ts'
import type { ClientTurn } from './client-turn.ts'
import { failureReason } from './failure-reason.ts'
import { pairs } from './outbound-fields.ts'
import { bodyFraming } from './response-fields.ts'
import type { UpstreamAttempt } from './upstream-attempt.ts'

/** What is relayed, and who learns how it went. Either `whole` or `failed` is called, once. */
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
  /** The endpoint broke off or sent what is no message, or the client does not read. */
  readonly failed: (side: Outcome['side'], reason: Reason, detail: string) => void
}

/** Starts relaying; the head has been written to `turn`. */
export function relayBody(options: RelayOptions): void {
  const { message, turn, attempt } = options
  if (turn.bodyless) {
    dropBody(message, attempt)
    options.whole()
    return
  }
  const { response } = turn
  let stall: NodeJS.Timeout | undefined
  let over = false
  const fail = (side: Outcome['side'], reason: Reason, detail: string): void => {
    if (over) return
    over = true
    clearTimeout(stall)
    options.failed(side, reason, detail)
  }
  message.on('data', (chunk: Buffer) => {
    attempt.clock.progress()
    if (turn.write(chunk)) return
    message.pause()
    attempt.clock.hold()
    stall = setTimeout(fail, options.writeStallMs, 'client', 'client_gone', 'does not read')
  })
  response.on('drain', () => {
    clearTimeout(stall)
    attempt.clock.streaming()
    message.resume()
  })
  message.once('end', () => {
    over = true
    clearTimeout(stall)
    attempt.clock.stop()
    if (turn.chunked && message.rawTrailers.length > 0) {
      response.addTrailers(pairs(options.trailers(message.rawTrailers)))
    }
    options.whole()
  })
  message.once('error', (error) => {
    const { reason, detail } = failureReason(error, true)
    fail('upstream', reason, detail)
  })
  message.once('close', () => fail('upstream', 'upstream_reset', 'closed within the body'))
  // A head without a body yet (an event stream) must not wait for the first byte; one with a body
  // at hand goes out with it in one write.
  setImmediate(() => {
    if (!response.writableEnded && turn.bytesWritten === 0) response.flushHeaders()
  })
}

/** A 205 alone may come with a body that nobody reads; its connection is not used again. */
function dropBody(message: IncomingMessage, attempt: UpstreamAttempt): void {
  const { statusCode, rawHeaders } = message
  if (statusCode === 205 && bodyFraming(rawHeaders).length !== 0) attempt.destroy()
  else message.resume()
}
