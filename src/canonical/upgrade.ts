/** Tells the one upgrade that is served from all others, which become plain requests. */
import { connectionOptions } from '../fields.ts'
import type { RequestHead } from '../head.ts'
import type { NotedFields } from './noted-fields.ts'

/** Sixteen bytes in base64: twenty-two characters and the padding. */
const KEY = /^[A-Za-z0-9+/]{22}==$/
/** A pattern, since `toLowerCase` makes a `k` of the Kelvin sign. */
const WEBSOCKET = /^websocket$/i

/**
 * Whether the head asks for a WebSocket as RFC 6455 §4.1 has it: GET without body, the one token
 * `websocket` nominated by `Connection`, version 13 and a well-formed key, over HTTP/1.1.
 * With `shaken` the runtime or the protocol has seen to the handshake: the version of HTTP,
 * `Connection` and the key say nothing then, and what version is there has to be 13.
 */
export function isWebSocketUpgrade(
  head: RequestHead,
  noted: NotedFields,
  shaken: boolean,
): boolean {
  if (noted.upgrades !== 1 || !WEBSOCKET.test(noted.upgrade ?? '')) return false
  if (head.method !== 'GET' || (head.bodyLength !== 0 && !shaken)) return false
  if (shaken) return noted.webSocketVersion === undefined || noted.webSocketVersion === '13'
  if (head.version !== '1.1' || noted.webSocketVersion !== '13') return false
  if (noted.webSocketKey === undefined || !KEY.test(noted.webSocketKey)) return false
  return connectionOptions(head.fields)?.has('upgrade') === true
}
