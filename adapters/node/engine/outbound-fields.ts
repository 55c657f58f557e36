/** The fields of a request as they are written: the core's, with Host, framing and connection. */
import type { AttemptStep } from '../../../src/exchange.ts'
import type { Fields } from '../../../src/head.ts'

/**
 * All fields in order. `bodyLength` is that of the request head: the framing is made anew from it
 * and from nothing else.
 */
export function outboundFields(step: AttemptStep, bodyLength: number): string[] {
  const { head, upgrade } = step
  const fields = ['Host', head.host]
  for (const part of head.fields) fields.push(part)
  if (upgrade !== undefined) fields.push('Connection', 'Upgrade', 'Upgrade', upgrade)
  if (bodyLength > 0) fields.push('Content-Length', String(bodyLength))
  else if (bodyLength === -1) fields.push('Transfer-Encoding', 'chunked')
  else if (expectsBody(head.method)) fields.push('Content-Length', '0')
  return fields
}

/** Methods whose missing body is stated (RFC 9110 §8.6); a server may answer 411 otherwise. */
function expectsBody(method: string): boolean {
  return method === 'POST' || method === 'PUT' || method === 'PATCH'
}

/** Trailer fields as `addTrailers` wants them. */
export function pairs(fields: Fields): [string, string][] {
  const list: [string, string][] = []
  for (let i = 0; i < fields.length; i += 2) {
    list.push([fields[i] as string, fields[i + 1] as string]) // the list holds pairs
  }
  return list
}
