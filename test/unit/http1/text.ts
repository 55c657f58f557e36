/** Text to bytes and back to what a parser makes of them. */
import type { ParseFailure } from '../../../src/head.ts'
import type { HeadLimits } from '../../../src/http1/limits.ts'
import { RequestParser, type ParsedRequest } from '../../../src/http1/request-parser.ts'

/** A byte for each character, cut down to eight bits as a socket does. */
export function bytesOf(text: string): Uint8Array {
  return Uint8Array.from(text, (letter) => letter.charCodeAt(0))
}

/** A head of these lines, the empty one included. */
export function head(...lines: readonly string[]): string {
  return `${lines.join('\r\n')}\r\n\r\n`
}

/** What a parser makes of a request head that comes at once. */
export function parseRequest(
  text: string,
  limits: Partial<HeadLimits> = {},
): ParsedRequest | ParseFailure {
  const parser = new RequestParser(limits)
  const bytes = bytesOf(text)
  parser.push(bytes, 0, bytes.length)
  return parser.failure ?? parser.take()
}
