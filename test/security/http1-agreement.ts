/** Holds one reading of the codec against llhttp's, and says in words where they may not differ. */
import { isDeepStrictEqual } from 'node:util'
import { admit } from '../../src/canonical/gate.ts'
import type { RequestHead, ResponseHead } from '../../src/head.ts'
import { readWithCodec, type CodecResult } from './http1-codec.ts'
import {
  readWithLlhttp,
  type MessageKind,
  type OracleMessage,
  type OracleResult,
} from './llhttp.ts'

/** What comparing one input gave. */
export interface Comparison {
  /** The worst that can be said; `undefined` where the two agree as they must. */
  readonly fault: string | undefined
  /** Whether both took the whole message, so that everything about it was compared. */
  readonly agreed: boolean
}

/**
 * llhttp's words for a method or a target that it does not know. The codec leaves both to the gate,
 * which knows why it answers 501 or 400; so the gate has to refuse whatever is refused here.
 */
const GATE_CODES: ReadonlySet<string> = new Set([
  'HPE_INVALID_METHOD',
  'HPE_INVALID_URL',
  // `PRI`, `SOURCE` and methods of other protocols lead llhttp into other grammars.
  'HPE_INVALID_CONSTANT',
  'HPE_INVALID_VERSION',
  'HPE_PAUSED_H2_UPGRADE',
])

/** llhttp looks at a trailer's name when it comes, the codec when the section is whole. */
const TRAILER_CODES: ReadonlySet<string> = new Set([
  'HPE_INVALID_CONTENT_LENGTH',
  'HPE_INVALID_TRANSFER_ENCODING',
])

/** Compares both readings of the first message of `bytes`, which the codec gets cut at `cuts`. */
export function compareReadings(
  bytes: Buffer,
  kind: MessageKind,
  cuts: readonly number[] = [],
): Comparison {
  const codec = readWithCodec(bytes, kind, cuts)
  if (codec.head === undefined) return { fault: undefined, agreed: false }
  const gated = kind === 'request' && isRefusedByGate(codec.head as RequestHead) // by its kind
  if (gated) return compareBehindGate(bytes, codec)
  const oracle = readWithLlhttp(bytes, kind)
  return { fault: findFault(codec, oracle), agreed: isWhole(codec, oracle) }
}

/** Whether the method or the target alone lets no such request through. */
function isRefusedByGate(head: RequestHead): boolean {
  const fields = ['Host', 'app.test']
  return admit({ ...head, version: '1.1', fields, bodyLength: 0 }).type === 'refused'
}

/** Nothing of such a request goes further; what else is in it has to be right all the same. */
function compareBehindGate(bytes: Buffer, codec: CodecResult): Comparison {
  const head = codec.head as RequestHead // only requests have a gate
  const line = `${head.method} ${head.target} `
  const text = bytes.toString('latin1')
  const plain = Buffer.from(
    text.replace(line, () => 'POST / '),
    'latin1',
  )
  const fault = findFault(readWithCodec(plain, 'request'), readWithLlhttp(plain, 'request'))
  if (fault !== undefined) return { fault: `behind the gate: ${fault}`, agreed: false }
  const oracle = readWithLlhttp(bytes, 'request')
  if (oracle.type !== 'refused' || oracle.message !== undefined || GATE_CODES.has(oracle.code)) {
    return { fault: undefined, agreed: false }
  }
  return { fault: `the codec takes what llhttp refuses with ${oracle.code}`, agreed: false }
}

function isWhole(codec: CodecResult, oracle: OracleResult): boolean {
  return codec.progress === 'done' && oracle.type === 'message'
}

function findFault(codec: CodecResult, oracle: OracleResult): string | undefined {
  if (codec.head === undefined) return undefined
  if (oracle.type === 'refused') return findLaxity(codec, oracle.code, oracle.message)
  const { message } = oracle
  if (message === undefined) return 'the codec takes a head that llhttp finds unfinished'
  const difference = findDifference(codec, message)
  if (difference !== undefined) return difference
  if (codec.progress === 'done') return findEndFault(codec, oracle, message)
  if (codec.progress === 'failed') return undefined
  const untilClose = oracle.type === 'message' && oracle.end === undefined
  if (oracle.type === 'message' && !untilClose) return 'llhttp sees the end, the codec does not'
  if (untilClose !== (codec.framing?.type === 'close')) return 'close-delimited for one of the two'
  if (codec.body !== message.body) return 'unlike parts of a body'
  return undefined
}

/** What is wrong with taking what llhttp refuses. */
function findLaxity(
  codec: CodecResult,
  code: string,
  message: OracleMessage | undefined,
): string | undefined {
  if (codec.progress === 'failed' && message !== undefined) return undefined
  const chunked = codec.framing?.type === 'chunked' && message !== undefined
  if (codec.progress === 'more' && chunked && TRAILER_CODES.has(code)) return undefined
  return `the codec takes what llhttp refuses with ${code}`
}

function findEndFault(
  codec: CodecResult,
  oracle: OracleResult,
  message: OracleMessage,
): string | undefined {
  if (oracle.type !== 'message') return 'the codec sees the end, llhttp does not'
  if (codec.end !== oracle.end) return `ends ${codec.end} and ${oracle.end}`
  if (codec.body !== message.body) return 'unlike bodies'
  if (!isDeepStrictEqual(codec.trailers, message.trailers)) return 'unlike trailers'
  return undefined
}

function findDifference(codec: CodecResult, message: OracleMessage): string | undefined {
  const head = codec.head as RequestHead | ResponseHead // the caller has looked
  if (!isDeepStrictEqual(head.fields, message.fields)) return 'unlike fields'
  // The codec may end a connection that llhttp would keep, never the other way round.
  if (codec.persistent === true && !message.keepAlive) return 'llhttp ends the connection'
  if ('status' in head) {
    if (head.status !== message.status) return `statuses ${head.status} and ${message.status}`
    return head.reason === message.reason ? undefined : 'unlike reasons'
  }
  if (head.method !== message.method) return `methods ${head.method} and ${message.method}`
  if (head.target !== message.target) return 'unlike targets'
  return head.version === message.version ? undefined : 'unlike versions'
}
