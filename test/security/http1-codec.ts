/** Reads whole messages with the codec, the bytes cut as a test likes. */
import { BodyDecoder } from '../../src/http1/body-decoder.ts'
import type { BodyFraming } from '../../src/http1/framing.ts'
import type { Progress } from '../../src/http1/failure.ts'
import {
  RequestParser,
  type HeadParserOptions,
  type ParsedRequest,
} from '../../src/http1/request-parser.ts'
import { ResponseParser, type ParsedResponse } from '../../src/http1/response-parser.ts'
import type { Fields, ParseFailure, RequestHead, ResponseHead } from '../../src/head.ts'
import type { MessageKind } from './llhttp.ts'

/** What the codec makes of one message at the start of some bytes. */
export interface CodecResult {
  /** Of the whole message; `more` within the head or the body. */
  readonly progress: Progress
  /** `undefined` where the head is not whole or is refused. */
  readonly head: RequestHead | ResponseHead | undefined
  readonly framing: BodyFraming | undefined
  readonly persistent: boolean | undefined
  readonly body: string
  readonly trailers: Fields
  /** Where the message ends; only of one that is done. */
  readonly end: number | undefined
  readonly failure: ParseFailure | undefined
}

/** Reads the first message of `bytes`, in pieces that end at `cuts` (ascending) and at the end. */
export function readWithCodec(
  bytes: Uint8Array,
  kind: MessageKind,
  cuts: readonly number[] = [],
  options: HeadParserOptions = {},
): CodecResult {
  const parser = createParser(kind, options)
  let body = ''
  const decoder = new BodyDecoder({
    content: (slice, start, end) => {
      body += Buffer.from(slice.subarray(start, end)).toString('latin1')
    },
  })
  let parsed: ParsedRequest | ParsedResponse | undefined
  let headProgress: Progress = 'more'
  let progress: Progress = 'more'
  let from = 0
  let end = 0
  for (const to of [...cuts, bytes.length]) {
    // A copy of its own, overwritten below: whoever keeps a view of it is found out.
    const piece = new Uint8Array(bytes.subarray(from, to))
    let at = 0
    if (headProgress === 'more') {
      headProgress = parser.push(piece, 0, piece.length)
      at = parser.next
      progress = headProgress
      if (headProgress === 'done') {
        parsed = parser.take()
        progress = decoder.begin(parsed.framing)
      }
    }
    if (headProgress === 'done' && progress === 'more') {
      progress = decoder.push(piece, at, piece.length)
      at = decoder.next
    }
    end = from + at
    piece.fill(0)
    if (progress !== 'more') break
    from = to
  }
  return {
    progress,
    head: parsed?.head,
    framing: parsed?.framing,
    persistent: parsed?.persistent,
    body,
    trailers: decoder.trailers,
    end: progress === 'done' ? end : undefined,
    failure: parser.failure ?? decoder.failure,
  }
}

function createParser(
  kind: MessageKind,
  options: HeadParserOptions,
): RequestParser | ResponseParser {
  if (kind === 'request') return new RequestParser(options)
  const parser = new ResponseParser(options)
  parser.expect(kind === 'head-response' ? 'HEAD' : 'GET')
  return parser
}
