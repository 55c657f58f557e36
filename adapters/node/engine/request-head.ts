/** Makes the core's request head out of what node:http parsed, and a reason where it could not. */
import type { IncomingMessage } from 'node:http'
import { fieldValue, type Fields, type ParseFailure, type RequestHead } from '../../../src/head.ts'
import type { EngineLimits } from './limits.ts'

/** The head of `message`, or why it cannot be one. */
export function requestHead(
  message: IncomingMessage,
  limits: EngineLimits,
): RequestHead | ParseFailure {
  const { method = '', url: target = '', httpVersion: version, rawHeaders: fields } = message
  // The parser takes any digits for a version.
  if (version !== '1.1' && version !== '1.0') {
    return parseFailure('version_not_supported', `HTTP/${version}`)
  }
  if (target.length > limits.maxTargetBytes) {
    return parseFailure('target_too_long', `${target.length} bytes of request target`)
  }
  if (fields.length / 2 > limits.maxFieldCount) {
    return parseFailure('head_too_large', `more than ${limits.maxFieldCount} header fields`)
  }
  return { method, target, version, fields, authority: undefined, bodyLength: bodyLength(fields) }
}

/** The parser has refused conflicting and malformed lengths already (RFC 9112 §6.3). */
export function bodyLength(fields: Fields): number {
  if (fieldValue(fields, 'transfer-encoding') !== undefined) return -1
  const length = fieldValue(fields, 'content-length')
  return length === undefined ? 0 : Number(length)
}

/** What the parser's error means, by its code. */
export function classifyParseError(error: ParserError): ParseFailure {
  const detail = `${error.code ?? ''} ${error.message}`.trim()
  switch (error.code ?? '') {
    case 'ERR_HTTP_REQUEST_TIMEOUT':
      return parseFailure('request_timeout', 'the head did not arrive in time')
    case 'HPE_HEADER_OVERFLOW':
      // No line end so far means that the request line alone was too long.
      return error.rawPacket !== undefined && !error.rawPacket.includes(0x0a)
        ? parseFailure('target_too_long', detail)
        : parseFailure('head_too_large', detail)
    case 'HPE_INVALID_VERSION':
      // The same code stands for what follows a good version: a space before the line's end.
      return error.message.endsWith('Invalid HTTP version')
        ? parseFailure('version_not_supported', detail)
        : parseFailure('malformed_request', detail)
    case 'HPE_INVALID_CONTENT_LENGTH':
    case 'HPE_UNEXPECTED_CONTENT_LENGTH':
    case 'HPE_INVALID_TRANSFER_ENCODING':
    case 'HPE_INVALID_CHUNK_SIZE':
    case 'HPE_CHUNK_EXTENSIONS_OVERFLOW':
    case 'HPE_STRICT':
      return parseFailure('invalid_framing', detail)
    default:
      return parseFailure('malformed_request', detail)
  }
}

/** What node:http gives a `clientError` listener. */
export interface ParserError extends Error {
  readonly code?: string
  /** The bytes that could not be parsed. */
  readonly rawPacket?: Buffer
}

function parseFailure(reason: ParseFailure['reason'], detail: string): ParseFailure {
  return { type: 'parse-failure', reason, detail }
}
