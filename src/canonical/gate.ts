/**
 * Decides whether a request head means one thing, and which. What two parsers could read in two
 * ways is refused here, before anything is routed, for HTTP/1.1, HTTP/2 and Workers alike.
 *
 * What a runtime hides, or shows differently, and what is waived for it:
 *
 * | runtime | what the gate cannot see as the client sent it | waiver |
 * |---|---|---|
 * | own HTTP/1.1 codec | nothing | none |
 * | node:http2 | fields with bytes that HTTP/2 forbids, which nghttp2 drops | none |
 * | node:http2, extended CONNECT | RFC 8441 has neither key nor `Connection` | `handshake` |
 * | workerd | connection fields of its own hop; who shook hands | `connectionFields`, `handshake` |
 * | workerd | framing and the raw target, which its URL parser rewrote | none: nothing is there |
 * | workerd | repetition: fields of one name come joined by commas | none: a list is refused too |
 */
import type { Reason } from '../errors.ts'
import { connectionOptions, isFieldValue, isTokenName } from '../fields.ts'
import type { RequestHead } from '../head.ts'
import { findFramingFault } from './framing.ts'
import { parseHost, type CanonicalHost } from './host.ts'
import { noteFields, type NotedFields } from './noted-fields.ts'
import { canonicalPath, type CanonicalPath } from './path.ts'
import { parseTarget, type RequestTarget } from './target.ts'
import { isWebSocketUpgrade } from './upgrade.ts'

/** What a runtime shows otherwise than the client sent it, so that the gate may not insist on it. */
export interface GateWaivers {
  /** Fields such as `Connection` and `Transfer-Encoding` may stand in HTTP/2: they are not its own. */
  readonly connectionFields: boolean
  /** The runtime shakes hands itself: `Upgrade` alone asks for a WebSocket, in every version. */
  readonly handshake: boolean
}

/** For runtimes that give the raw head. */
export const NO_WAIVERS: GateWaivers = { connectionFields: false, handshake: false }
/** For streams of HTTP/2 that extended CONNECT opened, given as GET with `Upgrade: websocket`. */
export const EXTENDED_CONNECT_WAIVERS: GateWaivers = { connectionFields: false, handshake: true }
/** For workerd. */
export const WORKERS_WAIVERS: GateWaivers = { connectionFields: true, handshake: true }

/** Why a request goes no further. */
export interface Refused {
  readonly type: 'refused'
  readonly reason: Reason
  /** For the log. */
  readonly detail: string
  /** Where the next request begins is in doubt, so the connection must end. */
  readonly close: boolean
}

/** A request about the server as a whole, which is answered here (RFC 9110 §9.3.7). */
export interface Asterisk {
  readonly type: 'asterisk'
  readonly host: CanonicalHost
}

/** A request that means one thing. */
export interface Admitted {
  readonly type: 'admitted'
  /** One of `METHODS`. */
  readonly method: string
  readonly host: CanonicalHost
  /** What an endpoint gets as `Host`: as the client wrote it, an absolute target's wins. */
  readonly hostField: string
  /** As received, for a listener that merges slashes. */
  readonly rawPath: string
  /** With slashes kept. */
  readonly path: CanonicalPath
  /** As received without `?`; `undefined` where there was none. */
  readonly query: string | undefined
  /** The only protocol that is switched to; whatever else was asked for, this is a plain request. */
  readonly upgrade: 'websocket' | undefined
  /** The client waits for a 100 before it sends the body. */
  readonly expectContinue: boolean
  /** Of OPTIONS: how many more hops it may take, to be written one less; 0 is answered here. */
  readonly maxForwards: number | undefined
}

/** What llhttp knows but CONNECT and TRACE, which an ingress has no use for. */
export const METHODS: ReadonlySet<string> = new Set(
  `GET HEAD POST PUT DELETE OPTIONS PATCH QUERY ACL BIND CHECKOUT COPY LINK LOCK M-SEARCH MERGE
   MKACTIVITY MKCALENDAR MKCOL MOVE NOTIFY PROPFIND PROPPATCH PURGE REBIND REPORT SEARCH SOURCE
   SUBSCRIBE UNBIND UNLINK UNLOCK UNSUBSCRIBE`.split(/\s+/),
)

/** Reasons after which the end of the message, and so the next one's start, is unknown. */
const CLOSING: ReadonlySet<Reason> = new Set<Reason>([
  'malformed_request',
  'invalid_framing',
  'invalid_host',
  'transfer_coding_not_implemented',
])

/**
 * Admits a request head or says what is wrong with it. Pure; allocates three small objects for a
 * head in common form, and the strings that it cuts out of the target.
 */
export function admit(
  head: RequestHead,
  waivers: GateWaivers = NO_WAIVERS,
): Admitted | Asterisk | Refused {
  const { method } = head
  if (!METHODS.has(method)) return refuseMethod(method)
  const target = parseTarget(head.target, method, head.version)
  if (target === undefined) return refuse('invalid_target', `target ${quote(head.target)}`)
  const noted = noteFields(head)
  const host = resolveHost(head, target, noted)
  if (typeof host === 'string') return refuse('invalid_host', host)
  const refused = judgeFields(head, noted, waivers)
  if (refused !== undefined) return refused
  const maxForwards = method === 'OPTIONS' ? parseMaxForwards(noted.maxForwards) : undefined
  if (maxForwards === -1) return refuse('malformed_request', 'max-forwards is no number')
  if (target.path === '*') return { type: 'asterisk', host }
  const path = canonicalPath(target.path, false)
  if (path === undefined) return refuse('invalid_target', `path ${quote(target.path)}`)
  return {
    type: 'admitted',
    method,
    host,
    hostField: hostField(target.authority ?? noted.host ?? head.authority ?? ''),
    rawPath: target.path,
    path,
    query: target.query,
    upgrade: isWebSocketUpgrade(head, noted, waivers.handshake) ? 'websocket' : undefined,
    expectContinue: noted.expects > 0 && head.version !== '1.0' && head.bodyLength !== 0,
    maxForwards,
  }
}

/** The host that is asked, or in words why there is none. */
function resolveHost(
  head: RequestHead,
  target: RequestTarget,
  noted: NotedFields,
): CanonicalHost | string {
  if (noted.hosts > 1) return 'more than one host field'
  const field = noted.host === undefined ? undefined : parseHost(noted.host)
  if (noted.host !== undefined && field === undefined) return `host ${quote(noted.host)}`
  // RFC 9112 §3.2: HTTP/1.1 needs the field even beside an absolute target.
  if (field === undefined && head.version === '1.1' && head.authority === undefined)
    return 'no host'
  const text = target.authority ?? head.authority
  if (text === undefined) return field ?? 'no host'
  const authority = text === noted.host ? field : parseHost(text)
  if (authority === undefined) return `authority ${quote(text)}`
  // An absolute target wins (RFC 9112 §3.2.2); of HTTP/2, both have to agree (RFC 9113 §8.3.1).
  if (target.authority === undefined && field !== undefined && !isSameHost(authority, field)) {
    return `authority ${quote(text)} beside host ${quote(noted.host ?? '')}`
  }
  return authority
}

function isSameHost(one: CanonicalHost, other: CanonicalHost): boolean {
  return one.name === other.name && (one.port === other.port || isDefaultPort(one, other))
}

/** Whether one of them leaves out a port that a scheme implies. */
function isDefaultPort(one: CanonicalHost, other: CanonicalHost): boolean {
  if (one.port !== undefined && other.port !== undefined) return false
  const port = one.port ?? other.port
  return port === 80 || port === 443
}

function judgeFields(
  head: RequestHead,
  noted: NotedFields,
  waivers: GateWaivers,
): Refused | undefined {
  if (head.version === '2') {
    const fault = findHttp2Fault(head, noted, waivers)
    if (fault !== undefined) return refuse('malformed_request', fault)
  }
  const framing = findFramingFault(head.version, noted)
  if (framing !== undefined) return refuse(framing.reason, framing.detail)
  const nominated = noted.hasOptions ? connectionOptions(head.fields) : undefined
  if (nominated?.has('content-length') === true || nominated?.has('transfer-encoding') === true) {
    return refuse('invalid_framing', 'connection nominates a framing field')
  }
  if (noted.repeated !== undefined) {
    return refuse('malformed_request', `more than one ${noted.repeated} field`)
  }
  // RFC 9110 §10.1.1: an expectation in HTTP/1.0 is to be ignored.
  if (noted.expects === 0 || head.version === '1.0') return undefined
  if (noted.expects === 1 && noted.expect?.toLowerCase() === '100-continue') return undefined
  const detail = `expect ${quote(noted.expect ?? '')}`
  // A client that waits may send the body or leave it, so nobody knows what comes next.
  return { type: 'refused', reason: 'expectation_failed', detail, close: head.bodyLength !== 0 }
}

/** What would become another message once it is written as HTTP/1.1 (RFC 9113 §10.3, §8.2.2). */
function findHttp2Fault(
  { fields }: RequestHead,
  noted: NotedFields,
  waivers: GateWaivers,
): string | undefined {
  if (!waivers.connectionFields && noted.connectionField !== undefined) {
    return `${noted.connectionField} in http/2`
  }
  const upgrades = waivers.connectionFields || waivers.handshake
  if (!upgrades && noted.upgrades > 0) return 'upgrade in http/2'
  for (let i = 0; i < fields.length; i += 2) {
    const name = fields[i] as string // the list holds pairs, so both indexes exist
    if (!isTokenName(name)) return `field name ${quote(name)}`
    if (!isFieldValue(fields[i + 1] as string)) return `value of ${name}` // likewise
  }
  return undefined
}

/** -1 where it is no number. */
function parseMaxForwards(value: string | undefined): number | undefined {
  if (value === undefined) return undefined
  return /^[0-9]{1,9}$/.test(value) ? Number(value) : -1
}

/** Without the colon of an empty port, which not every parser takes. */
function hostField(written: string): string {
  return written.endsWith(':') ? written.slice(0, -1) : written
}

function refuseMethod(method: string): Refused {
  if (!isTokenName(method)) return refuse('malformed_request', `method ${quote(method)}`)
  const detail = `method ${quote(method)}`
  // What follows a CONNECT may be a tunnel's bytes already.
  return { type: 'refused', reason: 'method_not_implemented', detail, close: method === 'CONNECT' }
}

function refuse(reason: Reason, detail: string): Refused {
  return { type: 'refused', reason, detail, close: CLOSING.has(reason) }
}

function quote(text: string): string {
  return JSON.stringify(text.length > 80 ? `${text.slice(0, 80)}…` : text)
}
