/**
 * One form for all spellings of a host: in `Host`, in a target, in the rules. Knows names and
 * addresses, and not which of them is served.
 */
import { parseAddress } from '../ip/address.ts'

/** A host as look-ups take it, with the port that stood behind it. */
export interface CanonicalHost {
  /** Lower-case, without trailing dot; an IPv6 address in brackets, RFC 5952. */
  readonly name: string
  readonly kind: 'name' | 'ipv4' | 'ipv6'
  /** 1 to 65535 as written, a scheme's default included; `undefined` where there was none. */
  readonly port: number | undefined
}

/**
 * A host pattern of the rules; the same shape as the model's, which lies above this folder.
 * Names are canonical, without port.
 */
export type ParsedHostPattern =
  | { readonly type: 'exact'; readonly name: string }
  | { readonly type: 'wildcard'; readonly depth: 'one' | 'many'; readonly name: string }
  | { readonly type: 'any' }

/** Longest name and label, RFC 1035 §2.3.4, in characters without the root's dot. */
const MAX_NAME_LENGTH = 253
const MAX_LABEL_LENGTH = 63

const COLON = 0x3a
const DOT = 0x2e
const LEFT_BRACKET = 0x5b

/** A last label that browsers take for a number, and the name with it for an IPv4 address. */
const NUMBER_LABEL = /(?:^|\.)(?:[0-9]+|0x[0-9a-f]*)$/

/** 1 for letters, digits, hyphen and underscore; the last is no host name's but in wide use. */
const NAME_BYTE: Uint8Array = Uint8Array.from({ length: 256 }, (_, code) =>
  /[a-zA-Z0-9_-]/.test(String.fromCharCode(code)) ? 1 : 0,
)

/**
 * The host in a `Host` field or an authority, latin1. `undefined` for what is no plain host with an
 * optional port: user information, escapes, non-ASCII, lists, empty or overlong labels, IPv6 with a
 * zone, a bad port, and names that some resolvers take for an IPv4 address (`127.1`, `0x7f.1`).
 * An empty port (`a.test:`) counts as none, RFC 3986 §3.2.3.
 */
export function parseHost(text: string): CanonicalHost | undefined {
  const bracketed = text.charCodeAt(0) === LEFT_BRACKET
  const end = bracketed ? text.indexOf(']') + 1 : nameEnd(text)
  if (end <= 0) return undefined
  const port = end === text.length ? undefined : parsePort(text, end)
  if (port === -1) return undefined
  const host = end === text.length ? text : text.slice(0, end)
  return bracketed ? ipv6Host(host, port) : namedHost(host, port)
}

/**
 * The pattern that rules write for hosts: a name, `*.` before a name, `*` for any host, and with
 * `allowAddress` an IPv4 or bracketed IPv6 address. `undefined` for anything else, a port, a trailing
 * dot and names beyond ASCII included; those have to be written as A-labels (`xn--…`).
 */
export function parseHostPattern(
  text: string,
  depth: 'one' | 'many',
  allowAddress: boolean,
): ParsedHostPattern | undefined {
  if (text === '*') return { type: 'any' }
  const wildcard = text.startsWith('*.')
  const written = wildcard ? text.slice(2) : text
  if (written.endsWith('.')) return undefined
  const bracketed = written.startsWith('[')
  if (!bracketed && written.includes(':')) return undefined
  if (bracketed && !written.endsWith(']')) return undefined
  const host = parseHost(written)
  if (host === undefined) return undefined
  if (host.kind !== 'name' && (wildcard || !allowAddress)) return undefined
  return wildcard
    ? { type: 'wildcard', depth, name: host.name }
    : { type: 'exact', name: host.name }
}

/** Where the name at the start of `text` ends: at a colon or at the end; -1 where it is none. */
function nameEnd(text: string): number {
  let labelStart = 0
  let i = 0
  for (; i < text.length; i++) {
    const code = text.charCodeAt(i)
    if (code === COLON) break
    if (code !== DOT) {
      if (NAME_BYTE[code] !== 1) return -1
      continue
    }
    if (i === labelStart || i - labelStart > MAX_LABEL_LENGTH) return -1
    labelStart = i + 1
  }
  // Behind the last dot there may be nothing: the root, which is the same host.
  if (i === 0 || i - labelStart > MAX_LABEL_LENGTH) return -1
  return (i === labelStart ? i - 1 : i) > MAX_NAME_LENGTH ? -1 : i
}

/** `written` consists of labels and perhaps a trailing dot. */
function namedHost(written: string, port: number | undefined): CanonicalHost | undefined {
  const rooted = written.charCodeAt(written.length - 1) === DOT
  const name = (rooted ? written.slice(0, -1) : written).toLowerCase()
  if (!mayEndInNumber(name) || !NUMBER_LABEL.test(name)) return { name, kind: 'name', port }
  // Only a dotted quad without leading zeros means the same address to everybody.
  const address = parseAddress(name)
  return address === undefined ? undefined : { name: address.text, kind: 'ipv4', port }
}

/** `written` begins with `[` and ends with `]`. */
function ipv6Host(written: string, port: number | undefined): CanonicalHost | undefined {
  const inner = written.slice(1, -1)
  if (!inner.includes(':')) return undefined
  const address = parseAddress(inner)
  if (address === undefined) return undefined
  // An IPv4-mapped address comes back as IPv4; as a host it keeps its own form, RFC 5952 §5.
  const text = address.family === 6 ? address.text : `::ffff:${address.text}`
  return { name: `[${text}]`, kind: 'ipv6', port }
}

/** The port behind the colon at `at`, `undefined` where nothing follows it, -1 where it is none. */
function parsePort(text: string, at: number): number | undefined {
  if (text.charCodeAt(at) !== COLON || text.length - at > 6) return -1
  if (at + 1 === text.length) return undefined
  let port = 0
  for (let i = at + 1; i < text.length; i++) {
    const digit = text.charCodeAt(i) - 0x30
    if (digit < 0 || digit > 9) return -1
    port = port * 10 + digit
  }
  return port > 0 && port <= 65535 ? port : -1
}

/** Rules out most names at one look: a number ends in a hexadecimal digit or in `0x`. */
function mayEndInNumber(name: string): boolean {
  const last = name.charCodeAt(name.length - 1)
  return last <= 0x39 || (last >= 0x61 && last <= 0x66) || last === 0x78
}
