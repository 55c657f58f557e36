/**
 * Node's own HTTP/1.1 parser as an oracle: llhttp behind the class that node:http uses. No public
 * module gives it, so it is reached as tests may and the product does not.
 */

/** One message as llhttp reads it. */
export interface OracleMessage {
  readonly method: string
  readonly target: string
  readonly version: string
  readonly status: number
  readonly reason: string
  readonly fields: readonly string[]
  readonly trailers: readonly string[]
  readonly body: string
  readonly upgrade: boolean
  /** Always of a response to HEAD: llhttp says it before it can be told that there is no body. */
  readonly keepAlive: boolean
}

/** What llhttp makes of one message at the start of some bytes. */
export type OracleResult =
  /** `end` is where the message ends, `undefined` where only the end of the connection tells. */
  | { readonly type: 'message'; readonly message: OracleMessage; readonly end: number | undefined }
  /** The head is whole, and the body is not. */
  | { readonly type: 'more'; readonly message: OracleMessage | undefined }
  | { readonly type: 'refused'; readonly code: string; readonly message: OracleMessage | undefined }

/** The part of the native parser that is used here. */
interface NativeParser {
  [callback: number]: unknown
  initialize(type: number, resource: object): void
  execute(bytes: Buffer, offset: number, length: number): number | OracleError
  close(): void
}

interface OracleError extends Error {
  readonly code: string
  readonly bytesParsed: number
}

interface Common {
  readonly methods: readonly string[]
  readonly HTTPParser: {
    new (): NativeParser
    readonly REQUEST: number
    readonly RESPONSE: number
    readonly kOnHeaders: number
    readonly kOnHeadersComplete: number
    readonly kOnBody: number
    readonly kOnMessageComplete: number
  }
}

/** llhttp numbers methods of all its protocols; of those behind SOURCE, HTTP has this one. */
const QUERY_NUMBER = 46

const { HTTPParser, methods } = loadCommon()

function loadCommon(): Common {
  // The types leave the module out, because it is not for products (DEP0199).
  const load: (name: string) => object | undefined = (name) => process.getBuiltinModule(name)
  return load('_http_common') as Common
}

/** The methods that llhttp knows in HTTP. */
export const ORACLE_METHODS: ReadonlySet<string> = new Set(methods)

/** What kind of message, and for a response whether it answers HEAD. */
export type MessageKind = 'request' | 'response' | 'head-response'

/** The first message in `bytes`, or why there is none. */
export function readWithLlhttp(bytes: Buffer, kind: MessageKind): OracleResult {
  const parser = new HTTPParser()
  parser.initialize(kind === 'request' ? HTTPParser.REQUEST : HTTPParser.RESPONSE, {})
  const reading = new Reading(kind)
  parser[HTTPParser.kOnHeaders] = (fields: string[], url: string) => reading.pieces(fields, url)
  parser[HTTPParser.kOnHeadersComplete] = (...head: HeadArguments) => reading.head(head)
  parser[HTTPParser.kOnBody] = (body: Buffer) => reading.content(body)
  parser[HTTPParser.kOnMessageComplete] = () => reading.complete()
  const result = execute(parser, reading, bytes)
  parser.close()
  return result
}

type HeadArguments = [
  major: number,
  minor: number,
  fields: string[] | undefined,
  method: number,
  url: string,
  status: number,
  reason: string,
  upgrade: boolean,
  keepAlive: boolean,
]

/** Byte for byte, since that is how the end of the message shows: the class does not tell. */
function execute(parser: NativeParser, reading: Reading, bytes: Buffer): OracleResult {
  for (let at = 0; at < bytes.length; at++) {
    const read = parser.execute(bytes.subarray(at, at + 1), 0, 1)
    if (typeof read !== 'number' && !reading.done) {
      return { type: 'refused', code: read.code, message: reading.message }
    }
    const { message } = reading
    if (reading.done && message !== undefined) return { type: 'message', message, end: at + 1 }
  }
  const { message } = reading
  const untilClose = message !== undefined && reading.untilClose
  if (!untilClose) return { type: 'more', message }
  return { type: 'message', message, end: undefined }
}

class Reading {
  readonly #kind: MessageKind
  readonly #fields: string[] = []
  #url = ''
  #head: Omit<OracleMessage, 'body' | 'trailers'> | undefined
  #body = ''
  readonly #trailers: string[] = []
  done = false

  constructor(kind: MessageKind) {
    this.#kind = kind
  }

  get message(): OracleMessage | undefined {
    if (this.#head === undefined) return undefined
    return { ...this.#head, body: this.#body, trailers: this.#trailers }
  }

  /** Whether the body ends with the connection, by the fields as llhttp took them. */
  get untilClose(): boolean {
    if (this.#kind !== 'response' || this.#head === undefined) return false
    const names = this.#head.fields.filter((_, i) => i % 2 === 0).map((name) => name.toLowerCase())
    const chunked = this.#head.fields.some(
      (value, i) => names[(i - 1) / 2] === 'transfer-encoding' && /chunked$/i.test(value),
    )
    return !chunked && !names.includes('content-length')
  }

  pieces(fields: string[], url: string): void {
    if (this.#head === undefined) {
      this.#fields.push(...fields)
      this.#url += url
    } else this.#trailers.push(...fields)
  }

  head(given: HeadArguments): number {
    const [major, minor, fields, method, url, status, reason, upgrade, keepAlive] = given
    this.#head = {
      method: (method === QUERY_NUMBER ? 'QUERY' : methods[method]) ?? '',
      target: this.#url + (url ?? ''),
      version: `${major}.${minor}`,
      status: status ?? 0,
      reason: reason ?? '',
      fields: [...this.#fields, ...(fields ?? [])],
      upgrade,
      keepAlive: keepAlive || this.#kind === 'head-response',
    }
    return this.#kind === 'head-response' ? 1 : 0
  }

  content(body: Buffer): void {
    this.#body += body.toString('latin1')
  }

  complete(): void {
    this.done = true
  }
}
