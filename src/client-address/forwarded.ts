/**
 * The `Forwarded` field (RFC 7239), read strictly and written. A parser that mends what is broken
 * reads another list than the next proxy does, and clients write the left end of it.
 */
import type { IpAddress } from '../ip/address.ts'
import { parseHostAddress } from '../ip/host-address.ts'

/** One element: what one proxy said about the request it got. Values are unquoted. */
export interface ForwardedElement {
  /** Node that made the request: address, `unknown` or an obfuscated identifier. */
  for: string | undefined
  /** Node that took the request. */
  by: string | undefined
  /** `Host` as it came in. */
  host: string | undefined
  proto: string | undefined
}

/**
 * The elements of one `Forwarded` line, or `undefined` when any part of it breaks the grammar of
 * RFC 7239 §4, a parameter given twice included. Unknown parameters are left out; an element may
 * be empty, since the grammar allows it.
 */
export function parseForwarded(value: string): ForwardedElement[] | undefined {
  const elements: ForwardedElement[] = []
  let i = skipBlanks(value, 0)
  for (;;) {
    const element: ForwardedElement = {
      for: undefined,
      by: undefined,
      host: undefined,
      proto: undefined,
    }
    i = readElement(value, i, element)
    if (i < 0) return undefined
    elements.push(element)
    i = skipBlanks(value, i)
    if (i === value.length) return elements
    if (value.charCodeAt(i) !== COMMA) return undefined
    i = skipBlanks(value, i + 1)
  }
}

/**
 * The address of a node (RFC 7239 §6), or `undefined` for `unknown`, an obfuscated identifier and
 * what is no node. IPv6 stands in brackets; a port may be a number or obfuscated (`:_x7`).
 */
export function parseForwardedNode(node: string): IpAddress | undefined {
  const bracketed = node.startsWith('[')
  const hostEnd = bracketed ? node.indexOf(']') + 1 : node.indexOf(':')
  const obfuscatedPort = hostEnd > 0 && node.startsWith(':_', hostEnd)
  if (obfuscatedPort) {
    if (!isObfuscated(node, hostEnd + 1)) return undefined
    return parseForwardedNode(node.slice(0, hostEnd))
  }
  // Bare IPv6 is good enough for lists, but not for a node.
  if (!bracketed && hostEnd >= 0 && node.includes(':', hostEnd + 1)) return undefined
  return parseHostAddress(node)
}

/** A node as `Forwarded` spells it; IPv6 needs quotes for its brackets and colons. */
export function formatForwardedNode(address: IpAddress): string {
  return address.family === 4 ? address.text : `"[${address.text}]"`
}

const TAB = 0x09
const SPACE = 0x20
const QUOTE = 0x22
const COMMA = 0x2c
const SEMICOLON = 0x3b
const EQUALS = 0x3d
const BACKSLASH = 0x5c

/** Reads `pair *( ";" pair )`, pairs may be empty; gives the index behind, -1 when malformed. */
function readElement(text: string, start: number, element: ForwardedElement): number {
  const seen = new Set<string>()
  let i = start
  for (;;) {
    const nameEnd = tokenEnd(text, i)
    if (nameEnd > i) {
      const name = text.slice(i, nameEnd).toLowerCase()
      if (text.charCodeAt(nameEnd) !== EQUALS || seen.has(name)) return -1
      seen.add(name)
      const valueStart = nameEnd + 1
      i = valueEnd(text, valueStart)
      if (i < 0) return -1
      if (isKnown(name)) element[name] = unquote(text.slice(valueStart, i))
    }
    if (text.charCodeAt(i) !== SEMICOLON) return i
    i++
  }
}

function isKnown(name: string): name is keyof ForwardedElement {
  return name === 'for' || name === 'by' || name === 'host' || name === 'proto'
}

/** Index behind the token or quoted string at `start`; -1 when there is none. */
function valueEnd(text: string, start: number): number {
  if (text.charCodeAt(start) !== QUOTE) {
    const end = tokenEnd(text, start)
    return end > start ? end : -1
  }
  for (let i = start + 1; i < text.length; i++) {
    const code = text.charCodeAt(i)
    if (code === QUOTE) return i + 1
    if (code === BACKSLASH) i++
    // What follows a backslash must be text as well; past the end NaN is none.
    if (!isText(text.charCodeAt(i))) return -1
  }
  return -1
}

function unquote(value: string): string {
  if (!value.startsWith('"')) return value
  if (!value.includes('\\')) return value.slice(1, -1)
  let plain = ''
  for (let i = 1; i < value.length - 1; i++) {
    if (value.charCodeAt(i) === BACKSLASH) i++
    plain += value.charAt(i)
  }
  return plain
}

function skipBlanks(text: string, start: number): number {
  let i = start
  while (text.charCodeAt(i) === SPACE || text.charCodeAt(i) === TAB) i++
  return i
}

function tokenEnd(text: string, start: number): number {
  let i = start
  while (i < text.length && isTokenCode(text.charCodeAt(i))) i++
  return i
}

/** RFC 9110 §5.6.4, a superset of qdtext: tab, space, visible ASCII and bytes above it. */
function isText(code: number): boolean {
  return code === TAB || (code >= SPACE && code !== 0x7f && code <= 0xff)
}

/** RFC 9110 §5.6.2. */
export function isTokenCode(code: number): boolean {
  if (isAlphanumeric(code)) return true
  return "!#$%&'*+-.^_`|~".includes(String.fromCharCode(code))
}

/** `_` and at least one letter, digit, `.`, `_` or `-` (RFC 7239 §6.3), from `start` to the end. */
function isObfuscated(text: string, start: number): boolean {
  if (text.length < start + 2) return false
  for (let i = start + 1; i < text.length; i++) {
    const code = text.charCodeAt(i)
    if (!isAlphanumeric(code) && code !== 0x2e && code !== 0x5f && code !== 0x2d) return false
  }
  return true
}

function isAlphanumeric(code: number): boolean {
  const lower = code | 0x20
  return (code >= 0x30 && code <= 0x39) || (lower >= 0x61 && lower <= 0x7a)
}
