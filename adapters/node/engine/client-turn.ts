/**
 * One request of a client with the response it gets: writes heads and framing, and knows how to
 * make a broken transfer look broken. Knows no upstream.
 */
import type { Socket } from 'node:net'
import type { LocalResponse } from '../../../src/exchange.ts'
import { fieldValue, type Fields, type RequestHead, type ResponseHead } from '../../../src/head.ts'
import { encodeResponseHead } from '../../../src/http1/encode-head.ts'
import type { HttpDate } from './http-date.ts'
import type { MessageWriter } from './message-writer.ts'
import { reasonPhrase } from './reason-phrases.ts'
import { frameResponse } from './response-fields.ts'

/** What a response is written with. */
export interface TurnContext {
  readonly socket: Socket
  readonly writer: MessageWriter
  readonly date: HttpDate
  /** Fields that offer the connection for another request. */
  readonly keepAlive: Fields
}

/** The client's half of one exchange. */
export class ClientTurn {
  readonly socket: Socket
  /** Body bytes written. */
  bytesWritten = 0
  /** Whether the client waits for a 100 before it sends the body. */
  awaitsContinue: boolean
  readonly #context: TurnContext
  readonly #method: string
  readonly #version: string
  #headSent = false
  #bodyless = false
  #closeDelimited = false

  constructor(context: TurnContext, head: RequestHead | undefined) {
    this.#context = context
    this.socket = context.socket
    this.#method = head?.method ?? 'GET'
    this.#version = head?.version ?? '1.1'
    this.awaitsContinue = head !== undefined && expectsContinue(head)
  }

  get headSent(): boolean {
    return this.#headSent
  }

  /** Whether the response has no body whatever its fields say. */
  get bodyless(): boolean {
    return this.#bodyless
  }

  /** An interim head. */
  interim(head: ResponseHead): void {
    // RFC 9110 §15.2: never to HTTP/1.0. After the final head it would be read as body.
    if (this.#headSent || this.#version !== '1.1' || !this.socket.writable) return
    if (head.status === 100) {
      if (!this.awaitsContinue) return
      this.awaitsContinue = false
    }
    this.#context.writer.head(encodeResponseHead(head), false)
    this.#context.writer.flush()
  }

  /** Lets a client that waits for it send its body. */
  askForBody(): void {
    if (this.awaitsContinue) this.interim({ status: 100, reason: reasonPhrase(100), fields: [] })
  }

  /** The whole of a local response. */
  writeLocal({ status, fields, body }: LocalResponse, close: boolean): void {
    const bytes = Buffer.from(body)
    this.writeHead({ status, reason: reasonPhrase(status), fields }, bytes.length, close)
    this.content(bytes, 0, bytes.length, true)
    this.end([])
  }

  /** The final head; `length` is that of the body, -1 when it is not known. */
  writeHead(head: ResponseHead, length: number, close: boolean): void {
    const { date, keepAlive, writer } = this.#context
    const framed = frameResponse(head, {
      method: this.#method,
      version: this.#version,
      length,
      close,
      date: date.text,
      keepAlive,
    })
    const { status, reason } = head
    const text = encodeResponseHead({ status, reason, fields: framed.fields }, framed.added)
    this.#headSent = true
    this.#bodyless = framed.bodyless
    this.#closeDelimited = framed.closeDelimited
    writer.head(text, framed.chunked)
  }

  /** A head and nothing else. */
  writeSwitch(head: ResponseHead): void {
    this.#context.writer.head(encodeResponseHead(head), false)
    this.#headSent = true
    this.#context.writer.flush()
  }

  /** A piece of the body; `owned` as the writer takes it. */
  content(bytes: Buffer, start: number, end: number, owned: boolean): void {
    if (this.#bodyless) return
    this.bytesWritten += end - start
    this.#context.writer.content(bytes, start, end, owned)
  }

  /** The body is whole. */
  end(trailers: Fields): void {
    this.#context.writer.end(trailers)
  }

  /** Sends what has been written; whether more may follow at once. */
  flush(): boolean {
    return this.#context.writer.flush()
  }

  /**
   * Ends the connection so that the client cannot take what it got for the whole. A response that
   * the connection's end delimits needs a reset; a plain end would complete it.
   */
  breakOff(): void {
    this.flush()
    if (this.#closeDelimited) this.socket.resetAndDestroy()
    else this.socket.destroy()
  }
}

/** Only HTTP/1.1 has the expectation (RFC 9110 §10.1.1). */
function expectsContinue({ version, fields }: RequestHead): boolean {
  return version === '1.1' && fieldValue(fields, 'expect')?.toLowerCase() === '100-continue'
}
