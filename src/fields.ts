/**
 * What postern knows about header fields by name, and what follows from it: which fields go on to
 * the other side and which end here. Knows no runtime, no route and no trust but a yes or no.
 */
import type { MessageSide } from './exchange.ts'
import type { Fields } from './head.ts'

/** Fields that belong to one connection (RFC 9110 §7.6.1) or to the next hop (§11.7). */
export const HOP_BY_HOP: ReadonlySet<string> = names({
  connection: 'names the others',
  'keep-alive': 'RFC 2068 §19.7.1',
  'proxy-connection': 'never standardised, sent by old clients',
  te: 'RFC 9110 §10.1.4; `trailers` alone goes on, since gRPC endpoints ask for it',
  'transfer-encoding': 'RFC 9112 §6.1: framing is made anew on each connection',
  upgrade: 'RFC 9110 §7.8; an upgrade that was admitted is asked for by the engine',
  'http2-settings': 'RFC 7540 §3.2.1: the cleartext upgrade to h2, which is never made',
  'proxy-authenticate proxy-authentication-info': 'RFC 9110 §11.7: a proxy to its client',
  'proxy-authorization': 'RFC 9110 §11.7.2: credentials for a proxy; here they were for us',
})

/** Request fields that are read here and written anew, so that the copy never carries them. */
const REBUILT = names({
  host: "decided by the gate and the backend's setting",
  'content-length': "framing is the engine's",
  expect: 'the engine decides when the body is asked for',
  'max-forwards': 'RFC 9110 §7.6.2: counted down by whoever writes the request',
  trailer: 'a mere hint (RFC 9110 §6.6.2), which could announce what trailers may not carry',
})

/** Fields that only postern may tell an endpoint, with those of `OWNED_FAMILIES`. */
export const OWNED: ReadonlySet<string> = names({
  'forwarded x-forwarded': 'RFC 7239 and its forerunner',
  'x-forwarded-for x-forwarded-host x-forwarded-port x-forwarded-proto': 'written by postern',
  'x-request-id': "a trusted peer's is read, and written again with our other fields",
  proxy: 'becomes HTTP_PROXY in a CGI environment: CVE-2016-5385',
  'x-original-url x-rewrite-url x-original-uri': 'taken for the path by IIS, Symfony and others',
  'x-host x-original-host x-http-host-override': 'taken for `Host` by some frameworks',
  'x-real-ip x-client-ip client-ip x-cluster-client-ip': "the client's address by convention",
  'x-remote-ip x-remote-addr x-originating-ip x-proxyuser-ip': 'likewise',
  'x-original-forwarded-for': "the client's address: ingress-nginx",
  'proxy-client-ip wl-proxy-client-ip': "the client's address: WebLogic",
  'cf-connecting-ip cf-connecting-ipv6 cf-pseudo-ipv4': "the client's address: Cloudflare",
  'true-client-ip': "the client's address: Akamai, Cloudflare",
  'fastly-client-ip fly-client-ip': "the client's address: Fastly, Fly.io",
  'do-connecting-ip': "the client's address: DigitalOcean",
  'x-nf-client-connection-ip': "the client's address: Netlify",
  'x-appengine-user-ip': "the client's address: Google App Engine",
  'x-azure-clientip x-azure-socketip': "the client's address: Azure Front Door",
  'x-vercel-forwarded-for': "the client's address: Vercel",
  'client-cert client-cert-chain': 'RFC 9440 §4: whoever terminates TLS has to remove them',
  'x-client-cert x-ssl-client-cert x-ssl-client-verify x-ssl-client-dn': 'likewise, in recipes',
})

/** Beginnings of names that are owned as a whole. */
const OWNED_FAMILIES = names({
  'x-forwarded-': 'Prefix, Server, Client-Cert and more; of a trusted peer, they go on',
  'x-postern-': 'our own',
  'x-envoy-': 'steers timeouts and retries of an Envoy behind us',
  'ssl-client-': 'ingress-nginx: what a backend believes about the client certificate',
})

/** Request fields that mean something to security and may stand once: two readers, two values. */
export const SINGLETONS: ReadonlySet<string> = names({
  host: 'RFC 9112 §3.2',
  'content-length': 'RFC 9110 §8.6',
  'content-type': 'RFC 9110 §8.3: decides which parser a body meets',
  'content-range': 'RFC 9110 §14.4: where a partial PUT writes',
  authorization: 'RFC 9110 §11.6.2: policy and endpoint must see the same credentials',
  'proxy-authorization': 'RFC 9110 §11.7.2',
  origin: 'RFC 6454 §7.3: decides about cross-site requests',
  'max-forwards': 'RFC 9110 §7.6.2',
  'sec-websocket-key sec-websocket-version': 'RFC 6455 §11.3',
})

/** Response fields that postern writes, so that an endpoint's end here. */
const REBUILT_RESPONSE = names({
  'content-length': "framing is the engine's",
  'x-envoy-upstream-service-time': 'written with our own measurement',
})

/** What else no trailer may carry (RFC 9110 §6.5.1): merged into a head, it would be believed. */
const HEAD_ONLY = names({
  'cache-control pragma range': 'controls, known before the content',
  'if-range if-match if-none-match if-modified-since if-unmodified-since': 'conditions',
  'www-authenticate cookie set-cookie': 'authentication and state',
  'content-encoding content-location': 'how the content is to be read',
  'age date expires location retry-after vary warning': 'control data of a response',
})

/** One name of the sets above; its objects are shared and made once. */
export interface KnownField {
  /** Lower-case; of a family, its beginning. */
  readonly name: string
  /** Spelled with other punctuation, as in `X_Real_IP`: the same name to a CGI-like backend. */
  readonly twin: boolean
  readonly owned: boolean
  /** A bit of its own where the field may stand once in a request; 0 otherwise. */
  readonly singleton: number
  /** Whether it ends here on a request from an untrusted peer. */
  readonly endsUntrusted: boolean
  /** Whether it ends here on a request from a trusted peer. */
  readonly endsTrusted: boolean
  /** Whether it ends here on a response. */
  readonly endsOnResponse: boolean
}

/** A field under its own name, and under every name that a lax backend takes for it. */
interface Spellings {
  readonly codes: Uint8Array
  /** As HTTP/1.1 clients mostly write it: `X-Real-Ip`. */
  readonly usual: string
  readonly exact: KnownField
  readonly twin: KnownField
}

const DASH = 0x2d
/** Byte to folded byte: letters lower-case, digits kept, all else a dash, as CGI makes it `_`. */
const FOLDED: Uint8Array = Uint8Array.from({ length: 256 }, (_, code) => {
  const text = String.fromCharCode(code)
  return /[a-z0-9]/i.test(text) ? text.toLowerCase().charCodeAt(0) : DASH
})
/** A token (RFC 9110 §5.6.2). */
const TOKEN = /^[\w!#$%&'*+.^`|~-]+$/

const FAMILIES: readonly Spellings[] = [...OWNED_FAMILIES].map(createSpellings)
/** The letters that families begin with, a bit for each. */
const FAMILY_LETTERS = [...OWNED_FAMILIES].reduce((bits, name) => bits | letterBit(name), 0)
/** Known names by length and folded first letter, so that most names cost one look. */
const INDEX: readonly (readonly Spellings[] | undefined)[] = createIndex()

/** What is known about `name` in any spelling; `undefined` for most names. Allocates nothing. */
export function findKnownField(name: string): KnownField | undefined {
  const bucket = INDEX[bucketOf(name.length, name.charCodeAt(0))]
  const found = bucket === undefined ? undefined : findSpelling(name, bucket)
  if (found !== undefined || (FAMILY_LETTERS & letterBit(name)) === 0) return found
  return findSpelling(name, FAMILIES)
}

/**
 * The lower-case options of all `Connection` fields, `undefined` where there is none but `close`
 * and `keep-alive`, which speak to the engine.
 */
export function connectionOptions(fields: Fields): ReadonlySet<string> | undefined {
  let options: Set<string> | undefined
  for (let i = 0; i < fields.length; i += 2) {
    if (fields[i]?.length !== 10 || fields[i]?.toLowerCase() !== 'connection') continue
    const value = fields[i + 1] ?? ''
    if (value === 'keep-alive' || value === 'close') continue
    for (const element of value.toLowerCase().split(',')) {
      const option = element.trim()
      if (option === '' || option === 'keep-alive' || option === 'close') continue
      options = (options ?? new Set<string>()).add(option)
    }
  }
  return options
}

/**
 * Appends to `out` the request fields that go on to an endpoint, in order and as spelled. Left out
 * are `Host`, framing, `Expect`, `Max-Forwards`, hop-by-hop fields (a lone `TE: trailers` goes on),
 * what `Connection` nominates, and owned fields in any spelling; from a peer that is `trusted` in
 * matters of forwarding, the `X-Forwarded-*` that postern does not write go on, in their own
 * spelling. What the caller adds is added afterwards, so that no nomination reaches it.
 */
export function forwardableRequestFields(fields: Fields, out: string[], trusted: boolean): void {
  const nominated = connectionOptions(fields)
  for (let i = 0; i < fields.length; i += 2) {
    const name = fields[i] as string // the list holds pairs, so both indexes exist
    const value = fields[i + 1] as string // likewise
    const known = findKnownField(name)
    if (known !== undefined && (trusted ? known.endsTrusted : known.endsUntrusted)) {
      // Before the nominations: `Connection: TE` has to stand beside it (RFC 9110 §10.1.4).
      if (known.name === 'te' && value.toLowerCase() === 'trailers') out.push(name, 'trailers')
      continue
    }
    if (nominated?.has(name.toLowerCase()) === true) continue
    out.push(name, value)
  }
}

/**
 * Appends to `out` the response fields that go on to the client, in order and as spelled: without
 * framing, hop-by-hop fields, what `Connection` nominates, and the fields that postern writes.
 */
export function forwardableResponseFields(fields: Fields, out: string[]): void {
  const nominated = connectionOptions(fields)
  for (let i = 0; i < fields.length; i += 2) {
    const name = fields[i] as string // the list holds pairs, so both indexes exist
    if (findKnownField(name)?.endsOnResponse === true) continue
    if (nominated?.has(name.toLowerCase()) === true) continue
    out.push(name, fields[i + 1] as string) // likewise
  }
}

/**
 * The trailer fields that go on: nothing that frames, routes, authenticates, controls or is owned
 * (RFC 9110 §6.5.1). Gives the list itself where all of it goes on.
 */
export function forwardableTrailers(side: MessageSide, fields: Fields): Fields {
  const kept = fields.filter((_, i) => isTrailer(side, fields[i & ~1] ?? ''))
  return kept.length === fields.length ? fields : kept
}

function isTrailer(side: MessageSide, name: string): boolean {
  const known = findKnownField(name)
  if (known !== undefined) {
    if (known.endsOnResponse || REBUILT.has(known.name) || SINGLETONS.has(known.name)) return false
    return side === 'response' || !known.endsUntrusted
  }
  return !HEAD_ONLY.has(name.toLowerCase().replaceAll('_', '-'))
}

/** Whether `text` is a token, which field names and methods have to be. */
export function isTokenName(text: string): boolean {
  return TOKEN.test(text)
}

/** Whether `text` is a latin1 field value (RFC 9110 §5.5): no control, no blank at either end. */
export function isFieldValue(text: string): boolean {
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i)
    if (code > 0x20 && code !== 0x7f && code < 0x100) continue
    if (code !== 0x20 && code !== 0x09) return false
    if (i === 0 || i === text.length - 1) return false
  }
  return true
}

function bucketOf(length: number, first: number): number {
  return length * 32 + (first & 31)
}

function letterBit(name: string): number {
  return 1 << (name.charCodeAt(0) & 31)
}

function findSpelling(name: string, candidates: readonly Spellings[]): KnownField | undefined {
  for (const candidate of candidates) {
    const found = matchSpelling(name, candidate)
    if (found !== undefined) return found
  }
  return undefined
}

function matchSpelling(name: string, candidate: Spellings): KnownField | undefined {
  const { codes, exact, twin } = candidate
  if (name === candidate.usual || name === exact.name) return exact
  // One look at the middle tells most names apart, whose beginnings are alike.
  const middle = codes.length >> 1
  if (FOLDED[name.charCodeAt(middle)] !== codes[middle]) return undefined
  let same = true
  for (let i = 0; i < codes.length; i++) {
    const code = name.charCodeAt(i)
    const folded = FOLDED[code]
    if (folded !== codes[i]) return undefined
    if (folded === DASH && code !== DASH) same = false
  }
  return same ? exact : twin
}

function createIndex(): (readonly Spellings[] | undefined)[] {
  const all = [...HOP_BY_HOP, ...REBUILT, ...OWNED, ...SINGLETONS, ...REBUILT_RESPONSE]
  const index: (readonly Spellings[] | undefined)[] = []
  for (const name of new Set(all)) {
    const position = bucketOf(name.length, name.charCodeAt(0))
    // Without holes, which would send each miss up the prototype chain.
    while (index.length <= position) index.push(undefined)
    index[position] = [...(index[position] ?? []), createSpellings(name)]
  }
  return index
}

function createSpellings(name: string): Spellings {
  const family = [...OWNED_FAMILIES].find((start) => name.startsWith(start))
  const owned = OWNED.has(name) || family !== undefined
  const ends = owned || HOP_BY_HOP.has(name) || REBUILT.has(name)
  const exact: KnownField = {
    name,
    twin: false,
    owned,
    singleton: SINGLETONS.has(name) ? 1 << [...SINGLETONS].indexOf(name) : 0,
    endsUntrusted: ends,
    // A trusted peer may speak of a path prefix or of a client certificate.
    endsTrusted: ends && (family !== 'x-forwarded-' || OWNED.has(name)),
    endsOnResponse: HOP_BY_HOP.has(name) || REBUILT_RESPONSE.has(name) || family === 'x-postern-',
  }
  const twin = { ...exact, twin: true, singleton: 0, endsTrusted: ends }
  const usual = name.replaceAll(/\b[a-z]/g, (letter) => letter.toUpperCase())
  return { codes: Uint8Array.from(name, (letter) => letter.charCodeAt(0)), usual, exact, twin }
}

/** The names of a table of names and reasons; names that share a reason stand in one entry. */
function names(reasons: Readonly<Record<string, string>>): ReadonlySet<string> {
  return new Set(Object.keys(reasons).flatMap((entry) => entry.split(' ')))
}
