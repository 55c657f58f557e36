/** Requests without a run of their own: heads that could not be parsed, and turns that never came. */
import type { Socket } from 'node:net'
import type { RespondStep } from '../../../src/exchange.ts'
import type { ParseFailure, Peer, RequestHead } from '../../../src/head.ts'
import { headText } from './client-turn.ts'
import { clientOutcome } from './outcome.ts'
import { responseFields } from './response-fields.ts'
import type { RunContext } from './run-context.ts'

/** Logs a request that gets no answer, once. */
export function recordUnanswered(
  context: RunContext,
  peer: Peer,
  head: RequestHead | ParseFailure,
): void {
  const [reason, detail] =
    'type' in head ? [head.reason, head.detail] : (['client_gone', undefined] as const)
  try {
    const exchange = context.begin(head, peer)
    const failure = clientOutcome(reason, false, detail)
    context.log(exchange.end({ failure, requestBytes: 0, responseBytes: 0 }))
  } catch (error) {
    context.fault(error)
  }
}

/** Answers a head that could not be parsed, past node's response objects, and ends the connection. */
export function refuseUnparsed(
  context: RunContext,
  { peer, socket }: { readonly peer: Peer; readonly socket: Socket },
  failure: ParseFailure,
): void {
  try {
    const exchange = context.begin(failure, peer)
    const step = exchange.next({ type: 'start' })
    if (step.type !== 'respond') throw new Error(`${step.type} in answer to a parse failure`)
    const responseBytes = Buffer.byteLength(step.response.body)
    writeRefusal(socket, step, context.limits.lingerMs)
    context.log(exchange.end({ failure: undefined, requestBytes: 0, responseBytes }))
  } catch (error) {
    socket.destroy()
    context.fault(error)
  }
}

function writeRefusal(socket: Socket, { response }: RespondStep, lingerMs: number): void {
  const { status, fields, body } = response
  const bytes = Buffer.from(body)
  const head = { status, reason: '', fields: [...fields, 'Date', new Date().toUTCString()] }
  const context = { method: 'GET', version: '1.1', close: true }
  const framed = responseFields(head, { length: bytes.length }, context)
  socket.write(headText({ ...head, fields: framed.fields }), 'latin1')
  socket.end(bytes)
  // Closing at once on unread bytes would reset the connection and lose the answer.
  const linger = setTimeout(() => socket.destroy(), lingerMs)
  socket.once('close', () => clearTimeout(linger))
}
