/**
 * One form for all spellings of a path, which is both matched and sent, and the other readings that
 * backends could make of it. Knows bytes; what a reading is worth, policy decides.
 */
import { CLASS, TARGET_CLASS } from './alphabet.ts'
import { lenientReadings } from './readings.ts'
import { collapseSlashes, resolveDotSegments } from './segments.ts'

/** A path in canonical form, with what others could take it for. */
export interface CanonicalPath {
  /**
   * Unreserved escapes decoded, hexadecimal digits of the others upper-case, dot segments resolved,
   * all else as the client wrote it. Begins with a slash. What routes are matched on and what is
   * sent: no endpoint ever gets another path than the one that was judged.
   */
  readonly canonical: string
  /**
   * Every path but `canonical` that some backend could read, the most lenient first. A request is
   * safe to forward only if policy says the same about all of them. Nearly always empty.
   */
  readonly readings: readonly string[]
}

const PERCENT = 0x25
const SLASH = 0x2f
const NO_READINGS: readonly string[] = []

/**
 * The canonical form of a path, latin1 as received, without query. `undefined` where it does not
 * begin with a slash, holds a byte that no path may hold (`TARGET_CLASS`), an escape without two
 * hexadecimal digits or an escaped NUL, or combines more tricks than its readings can be counted.
 * `mergeSlashes` takes a run of slashes for one.
 *
 * A path that is canonical already is given back as it is, after one look at each byte.
 */
export function canonicalPath(rawPath: string, mergeSlashes: boolean): CanonicalPath | undefined {
  if (rawPath.charCodeAt(0) !== SLASH) return undefined
  let previous: number = CLASS.slash
  let plain = true
  for (let i = 1; i < rawPath.length; i++) {
    const found = TARGET_CLASS[rawPath.charCodeAt(i)]
    if (found === CLASS.plain) {
      previous = found
      continue
    }
    if (found === undefined || found === 0 || found === CLASS.question) return undefined
    // A dot is of interest where an element begins, a slash where an element is empty.
    if (found === CLASS.dot || found === CLASS.slash) plain &&= previous !== CLASS.slash
    if (found === CLASS.percent || found === CLASS.semicolon) plain = false
    previous = found
  }
  if (plain) {
    return { canonical: rawPath, readings: NO_READINGS }
  }
  return canonicalise(rawPath, mergeSlashes)
}

/**
 * The canonical value of a rule's path, `undefined` where `rulePathFault` finds one. A prefix loses
 * its trailing slash, unless it is the slash alone.
 */
export function canonicalRulePath(type: 'Exact' | 'PathPrefix', value: string): string | undefined {
  if (rulePathFault(value) !== undefined) return undefined
  const path = canonicalPath(value, false)?.canonical
  if (type === 'Exact' || path === undefined || path === '/') return path
  return path.endsWith('/') ? path.slice(0, -1) : path
}

/**
 * Why `value` is no path of an Exact or PathPrefix rule, as the end of a sentence; `undefined` where
 * it is one. Beyond what no request may hold, it is what Gateway API refuses: empty elements, dot
 * segments in any spelling, and escaped slashes.
 */
export function rulePathFault(value: string): string | undefined {
  if (!value.startsWith('/')) return 'does not begin with a slash'
  if (value.includes('?') || value.includes('#')) {
    return 'has a query or a fragment, which are no part of a path'
  }
  if (value.includes('//')) return 'has an empty element (//)'
  const decoded = normaliseEscapes(value)
  if (decoded === undefined) return 'has an escape without two hexadecimal digits, or a NUL'
  if (decoded.includes('%2F')) {
    return 'has an escaped slash (%2F), which servers read in different ways'
  }
  if (resolveDotSegments(decoded) !== decoded) return 'has a dot segment (. or ..)'
  if (canonicalPath(value, false) === undefined) {
    return 'has a character that no path may hold unless it is percent-encoded'
  }
  return undefined
}

function canonicalise(rawPath: string, mergeSlashes: boolean): CanonicalPath | undefined {
  const decoded = normaliseEscapes(rawPath)
  if (decoded === undefined) return undefined
  const path = resolveDotSegments(mergeSlashes ? collapseSlashes(decoded) : decoded)
  // One string where both are the same, so that later comparisons are of pointers.
  const canonical = path === rawPath ? rawPath : path
  const readings = lenientReadings(canonical)
  if (readings === undefined) return undefined
  return { canonical, readings }
}

/**
 * Decodes escapes of unreserved characters (RFC 3986 §6.2.2.2) and writes the others upper-case.
 * `undefined` where an escape is none or means NUL.
 */
function normaliseEscapes(path: string): string | undefined {
  let at = path.indexOf('%')
  if (at < 0) return path
  let normal = ''
  let copied = 0
  for (; at >= 0; at = path.indexOf('%', at + 3)) {
    const value = escapedByte(path, at)
    if (value <= 0) return undefined
    normal += path.slice(copied, at)
    normal += isUnreserved(value)
      ? String.fromCharCode(value)
      : path.slice(at, at + 3).toUpperCase()
    copied = at + 3
  }
  return normal + path.slice(copied)
}

/** The byte that the escape at `at` stands for, -1 where it is none. */
function escapedByte(path: string, at: number): number {
  if (path.charCodeAt(at) !== PERCENT || at + 3 > path.length) return -1
  const high = hexDigit(path.charCodeAt(at + 1))
  const low = hexDigit(path.charCodeAt(at + 2))
  return high < 0 || low < 0 ? -1 : high * 16 + low
}

function hexDigit(code: number): number {
  if (code >= 0x30 && code <= 0x39) return code - 0x30
  const letter = code | 0x20
  return letter >= 0x61 && letter <= 0x66 ? letter - 0x57 : -1
}

/** ALPHA, DIGIT, `-`, `.`, `_`, `~` (RFC 3986 §2.3). */
function isUnreserved(code: number): boolean {
  const letter = code | 0x20
  if (letter >= 0x61 && letter <= 0x7a && code < 0x80) return true
  if (code >= 0x30 && code <= 0x39) return true
  return code === 0x2d || code === 0x2e || code === 0x5f || code === 0x7e
}
