/**
 * Writes heads as text that leaves as latin1, one byte for each character. Whoever made the parts
 * has judged them; the last look here is that each stays in its line, so that whatever a rule, a
 * template or another protocol brought, one head goes out and never two.
 */
import { PosternError } from '../errors.ts'
import type { OutboundHead } from '../exchange.ts'
import type { Fields, ResponseHead } from '../head.ts'

/**
 * What latin1 would cut down to another character: U+010A would leave as a line feed. On text that
 * the engine stores a byte a character, as nearly all is, this costs nothing.
 */
const BEYOND_LATIN1 = /[^\0-\xff]/
const HOST_START = 'Host: '
const NO_FIELDS: Fields = []

/**
 * The head of a request: request line, `Host`, its fields, then `added`, which are the framing and
 * connection fields of the engine. Throws `internal_error` for a part that would not stay in its
 * place: a line end, NUL or a character beyond latin1 anywhere, a blank in method or target.
 */
export function encodeRequestHead(head: OutboundHead, added: Fields = NO_FIELDS): string {
  const { method, target, host } = head
  const start = `${method} ${target} HTTP/1.1`
  const lines = `${start}\r\n${HOST_START}${host}\r\n`
  const text = `${lines + joinFields(head.fields) + joinFields(added)}\r\n`
  const second = method.length + 1
  if (text.indexOf(' ') !== second - 1 || text.indexOf(' ', second) !== second + target.length) {
    throw refuse(start)
  }
  checkCharacters(text)
  const hostLine = checkLine(text, 0, start.length)
  const fieldLines = checkLine(text, hostLine, HOST_START.length + host.length)
  checkFields(text, checkFields(text, fieldLines, head.fields), added)
  return text
}

/**
 * The head of a response, an interim one included: status line, its fields, then `added`. Its
 * version is 1.1 whatever the client's is (RFC 9112 §2.3). Throws as `encodeRequestHead`, and for a
 * status that is not 100 to 599.
 */
export function encodeResponseHead(head: ResponseHead, added: Fields = NO_FIELDS): string {
  const { status, reason } = head
  const start = `HTTP/1.1 ${status} ${reason}`
  if (!Number.isInteger(status) || status < 100 || status > 599) throw refuse(start)
  const text = `${start}\r\n${joinFields(head.fields) + joinFields(added)}\r\n`
  checkCharacters(text)
  const fieldLines = checkLine(text, 0, start.length)
  checkFields(text, checkFields(text, fieldLines, head.fields), added)
  return text
}

/** Field lines, each with its CRLF. Throws as `encodeRequestHead`. */
export function encodeFields(fields: Fields): string {
  const text = joinFields(fields)
  checkCharacters(text)
  checkFields(text, 0, fields)
  return text
}

function joinFields(fields: Fields): string {
  let text = ''
  for (let i = 0; i < fields.length; i += 2) text += `${fields[i]}: ${fields[i + 1]}\r\n`
  return text
}

function checkCharacters(text: string): void {
  if (BEYOND_LATIN1.test(text) || text.includes('\0')) throw refuse(text)
}

/**
 * Whether each field is a line of `text` from `at` on; gives where the next line begins. Two native
 * searches a line, which cost half of what a pattern on each part does.
 */
function checkFields(text: string, at: number, fields: Fields): number {
  let next = at
  for (let i = 0; i < fields.length; i += 2) {
    const name = fields[i] as string // the list holds pairs, so both indexes exist
    const value = fields[i + 1] as string // likewise
    next = checkLine(text, next, name.length + 2 + value.length)
  }
  return next
}

function checkLine(text: string, at: number, length: number): number {
  const end = at + length
  if (text.indexOf('\r', at) === end && text.indexOf('\n', at) === end + 1) return end + 2
  throw refuse(text.slice(at, end))
}

function refuse(text: string): PosternError {
  const quoted = JSON.stringify(text.slice(0, 200))
  return new PosternError('internal_error', `${quoted} cannot be written in http/1.1`)
}
