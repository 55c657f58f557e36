/**
 * One request of a client with the response it gets: writes heads and framing, knows when the
 * client is gone and how to make a broken transfer look broken. Knows no upstream.
 */
import { STATUS_CODES, type IncomingMessage, type ServerResponse } from 'node:http'
import type { Socket } from 'node:net'
import type { LocalResponse } from '../../../src/exchange.ts'
import { fieldValue, type ResponseHead } from '../../../src/head.ts'
import { responseFields, type BodyFraming } from './response-fields.ts'

/** What came in. */
export interface ClientRequestParts {
  readonly message: IncomingMessage
  readonly response: ServerResponse
  readonly socket: Socket
  /** Bytes behind the head of a request that may become a tunnel. */
  readonly tunnelFirst: Buffer | undefined
}

/** The client's half of one exchange. */
export class ClientTurn {
  readonly message: IncomingMessage
  readonly response: ServerResponse
  readonly socket: Socket
  readonly tunnelFirst: Buffer | undefined
  /** Body bytes written. */
  bytesWritten = 0
  /** Whether the client waits for a 100 before it sends the body. */
  awaitsContinue: boolean
  #chunked = false
  #bodyless = false
  #closeDelimited = false

  constructor(parts: ClientRequestParts) {
    this.message = parts.message
    this.response = parts.response
    this.socket = parts.socket
    this.tunnelFirst = parts.tunnelFirst
    this.awaitsContinue = expectsContinue(parts.message)
  }

  get headSent(): boolean {
    return this.response.headersSent
  }

  /** Whether a trailer section can follow the body. */
  get chunked(): boolean {
    return this.#chunked
  }

  /** Whether the response has no body whatever its fields say. */
  get bodyless(): boolean {
    return this.#bodyless
  }

  /** An interim head, past the response object: node offers no way to write any 1xx as it came. */
  interim(head: ResponseHead): void {
    // RFC 9110 §15.2: never to HTTP/1.0. After the final head it would be read as body.
    if (this.headSent || this.message.httpVersion !== '1.1' || !this.socket.writable) return
    if (head.status === 100) {
      if (!this.awaitsContinue) return
      this.awaitsContinue = false
    }
    this.socket.write(headText(head), 'latin1')
  }

  /** Lets a client that waits for it send its body. */
  askForBody(): void {
    this.interim({ status: 100, reason: STATUS_CODES[100] ?? '', fields: [] })
  }

  /** The whole of a local response but its end. */
  writeLocal(local: LocalResponse, close: boolean): void {
    const { status, fields, body } = local
    const bytes = Buffer.from(body)
    const head = { status, reason: STATUS_CODES[status] ?? '', fields }
    this.writeHead(head, { length: bytes.length }, close)
    if (!this.#bodyless && bytes.length > 0) this.write(bytes)
  }

  /** The final head; `body` says how the origin framed what follows. */
  writeHead(head: ResponseHead, body: BodyFraming, close: boolean): void {
    const { method = '', httpVersion } = this.message
    const framed = responseFields(head, body, { method, version: httpVersion, close })
    this.#chunked = framed.chunked
    this.#bodyless = framed.bodyless
    this.#closeDelimited = framed.closeDelimited
    this.response.writeHead(head.status, head.reason, framed.fields)
  }

  /** Whether more may follow at once. */
  write(chunk: Buffer): boolean {
    this.bytesWritten += chunk.length
    return this.response.write(chunk)
  }

  /**
   * Ends the connection so that the client cannot take what it got for the whole. A response that
   * the connection's end delimits needs a reset; a plain end would complete it.
   */
  breakOff(): void {
    if (this.#closeDelimited) this.socket.resetAndDestroy()
    else this.socket.destroy()
  }
}

/** A head as it stands on the wire, for what node:http cannot write. */
export function headText({ status, reason, fields }: ResponseHead): string {
  let text = `HTTP/1.1 ${status} ${reason}\r\n`
  for (let i = 0; i < fields.length; i += 2) text += `${fields[i]}: ${fields[i + 1]}\r\n`
  return `${text}\r\n`
}

/** Only HTTP/1.1 has the expectation (RFC 9110 §10.1.1). */
function expectsContinue({ httpVersion, rawHeaders }: IncomingMessage): boolean {
  return httpVersion === '1.1' && fieldValue(rawHeaders, 'expect')?.toLowerCase() === '100-continue'
}
