/** The proof that an endpoint meant to open a WebSocket (RFC 6455 §4.2.2). */
import { createHash } from 'node:crypto'
import { fieldValue, type Fields } from '../../../src/head.ts'

/** Appended to the key by definition, so that no answer comes about by accident. */
const GUID = '258EAFA5-E914-47DA-95CA-C5AB0DC85B11'

/** Whether the response fields answer the key of the request fields. */
export function acceptsKey(request: Fields, response: Fields): boolean {
  const key = fieldValue(request, 'sec-websocket-key')
  return (
    key !== undefined &&
    fieldValue(response, 'sec-websocket-accept') ===
      createHash('sha1')
        .update(key + GUID)
        .digest('base64')
  )
}
