/** The fields that an attempt adds to the core's head: framing and connection. */
import type { AttemptStep } from '../../../src/exchange.ts'
import type { Fields } from '../../../src/head.ts'

const KEEP_ALIVE: Fields = ['Connection', 'keep-alive']
const CHUNKED: Fields = ['Transfer-Encoding', 'chunked', ...KEEP_ALIVE]
const EMPTY: Fields = ['Content-Length', '0', ...KEEP_ALIVE]

/**
 * The fields to add. `bodyLength` is that of the request head: the framing is made anew from it and
 * from nothing else.
 */
export function outboundFields({ head, upgrade }: AttemptStep, bodyLength: number): Fields {
  if (upgrade !== undefined) return ['Connection', 'Upgrade', 'Upgrade', upgrade]
  if (bodyLength > 0) return ['Content-Length', String(bodyLength), ...KEEP_ALIVE]
  if (bodyLength === -1) return CHUNKED
  return expectsBody(head.method) ? EMPTY : KEEP_ALIVE
}

/** Methods whose missing body is stated (RFC 9110 §8.6); a server may answer 411 otherwise. */
export function expectsBody(method: string): boolean {
  return method === 'POST' || method === 'PUT' || method === 'PATCH'
}
