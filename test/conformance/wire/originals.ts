/** What the two ends of a wire case said, to compare with what arrived. */
import { fieldValues, type Fields } from '../../../src/head.ts'
import type { WireCase } from '../case.ts'
import { readMessage, type Message } from './reader.ts'

/** The first request that the script sends; `undefined` where it is not to be read. */
export function clientRequest({
  script,
}: WireCase): { method: string; target: string; fields: Fields; body: string } | undefined {
  const bytes = script.map((step) => (step.type === 'send' ? step.bytes : '')).join('')
  const start = /^(?:\r\n)*/.exec(bytes)?.[0].length ?? 0
  const message = tryRead(bytes, start, false)
  if (message === undefined) return undefined
  const [method = '', target = ''] = message.startLine.split(' ')
  return { method, target, fields: message.fields, body: message.body }
}

/** The final response of the endpoint's script; `undefined` where there is none to be read. */
export function scriptedResponse(
  wire: WireCase,
): { status: number; fields: Fields; body: string; bodiless: boolean } | undefined {
  const bytes = wire.upstream?.bytes ?? ''
  const head = clientRequest(wire)?.method === 'HEAD'
  let message: Message | undefined
  for (let at = 0; at < bytes.length; at = message.end) {
    message = tryRead(bytes, at, true)
    if (message === undefined) return undefined
    const status = Number(message.startLine.split(' ')[1])
    if (status >= 200) {
      const bodiless = head || status === 204 || status === 304
      return { status, fields: message.fields, body: message.body, bodiless }
    }
  }
  return undefined
}

/** Whether a field goes from end to end: neither of the connection, nor framing, nor our own. */
export function isEndToEnd(name: string, all: Fields): boolean {
  const nominated = fieldValues(all, 'connection')
    .join(',')
    .toLowerCase()
    .split(/[\s,]+/)
  return !HOP_BY_HOP.has(name) && !OWNED.test(name) && !nominated.includes(name)
}

/** RFC 9110 §7.6.1 and the fields that frame a message or address it. */
const HOP_BY_HOP: ReadonlySet<string> = new Set([
  'connection',
  'content-length',
  'expect',
  'host',
  'keep-alive',
  'proxy-connection',
  'te',
  'transfer-encoding',
  'upgrade',
])

/** What a proxy says about the client, and nobody else may. */
const OWNED = /^(?:x[-_]forwarded|forwarded$|x[-_]real[-_]ip$)/

function tryRead(bytes: string, start: number, response: boolean): Message | undefined {
  try {
    return readMessage(bytes, start, (startLine) => ({
      bodiless: response && / 1\d\d /.test(startLine),
      otherwise: response ? 'until-close' : 'none',
      ended: true,
    }))
  } catch {
    // Cases hold what is no message on purpose.
    return undefined
  }
}
