/** The proof that an endpoint meant to open a WebSocket (RFC 6455 §4.2.2). */
import { createHash } from 'node:crypto'
import type { Reason } from '../../../src/errors.ts'
import { fieldValue, type Fields } from '../../../src/head.ts'

/** Appended to the key by definition, so that no answer comes about by accident. */
const GUID = '258EAFA5-E914-47DA-95CA-C5AB0DC85B11'

/** What is wrong with a 101 in answer to an attempt that asked for `upgrade`; `undefined` if nothing. */
export function judgeSwitch(
  upgrade: string | undefined,
  request: Fields,
  response: Fields,
): Reason | undefined {
  if (upgrade === undefined) return 'upstream_unexpected_upgrade'
  return upgrade === 'websocket' && !acceptsKey(request, response) ? 'upstream_invalid' : undefined
}

/** Whether the response fields answer the key of the request fields. */
function acceptsKey(request: Fields, response: Fields): boolean {
  const key = fieldValue(request, 'sec-websocket-key')
  return (
    key !== undefined &&
    fieldValue(response, 'sec-websocket-accept') ===
      createHash('sha1')
        .update(key + GUID)
        .digest('base64')
  )
}
