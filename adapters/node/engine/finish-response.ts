/** The last act of a response: its end, and what becomes of a request body that nobody read. */
import type { RequestBody } from './request-body.ts'
import type { RunOptions } from './run-context.ts'

/** How to finish. */
export interface FinishOptions {
  /** Whether the head said that the connection ends. */
  readonly close: boolean
  /** Called once: nothing more of this request's body is to come, or the connection ends. */
  readonly settled: () => void
}

/**
 * Whether the connection cannot go on after this response: it is to end, it has left HTTP, or there
 * is more of the request to come than is worth reading.
 */
export function mustClose({ turn, draining, context }: RunOptions, body: RequestBody): boolean {
  if (draining() || turn.tunnelFirst !== undefined) return true
  return !body.complete && (turn.awaitsContinue || body.length > context.limits.drainBytes)
}

/** Ends the response; everything before its end is written. */
export function finishResponse(
  { turn, context }: RunOptions,
  body: RequestBody,
  { close, settled }: FinishOptions,
): void {
  const { response, socket } = turn
  const { drainBytes: maxBytes, drainMs, lingerMs, writeStallMs } = context.limits
  const stall = setTimeout(() => socket.destroy(), writeStallMs)
  response.once('close', () => clearTimeout(stall))
  // A client that still waits for its 100 sends nothing, so there is nothing to wait for.
  if (close && !body.complete && !turn.awaitsContinue) {
    const done = (): void => {
      response.end()
      settled()
    }
    body.drain({ maxBytes, maxMs: lingerMs, done })
    return
  }
  response.end()
  if (close) {
    settled()
    return
  }
  const done = (whole: boolean): void => {
    if (!whole) socket.destroySoon()
    settled()
  }
  body.drain({ maxBytes, maxMs: drainMs, done })
}
