/**
 * IP addresses as parsed values: strict reading, one canonical text, integers to compare.
 * Knows nothing of prefixes, of header fields or of who is trusted.
 */

/** The bits of an address: signed 32-bit words, most significant first. */
export interface AddressWords {
  /** The whole address for IPv4. */
  readonly w0: number
  /** 0 for IPv4, like the two that follow. */
  readonly w1: number
  readonly w2: number
  readonly w3: number
}

/**
 * One IP address. An IPv4-mapped IPv6 address never appears here: it is the IPv4 address, so that
 * no rule about one spelling can be passed with the other.
 */
export interface IpAddress extends AddressWords {
  readonly family: 4 | 6
  /** Canonical: dotted quad, or RFC 5952 with hexadecimal groups throughout. */
  readonly text: string
}

/** Longest spelling of an address: six groups of four digits and a dotted quad. */
const MAX_ADDRESS_LENGTH = 45

const DOT = 0x2e
const COLON = 0x3a
const DIGIT_0 = 0x30

/**
 * The address that `text` spells, or `undefined`. Takes dotted quads without leading zeros and
 * every IPv6 form of RFC 4291 §2.2; no zone id, brackets, port or white space.
 */
export function parseAddress(text: string): IpAddress | undefined {
  if (text.length > MAX_ADDRESS_LENGTH) return undefined
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i)
    if (code === COLON) return parseIpv6(text)
    if (code !== DOT) continue
    const value = parseQuad(text, 0)
    // What parses without leading zeros is canonical already.
    return value < 0 ? undefined : { family: 4, text, w0: value | 0, w1: 0, w2: 0, w3: 0 }
  }
  return undefined
}

/** The IPv4 address with this value; `word` is taken modulo 2^32. */
export function ipv4Address(word: number): IpAddress {
  const text = `${word >>> 24}.${(word >>> 16) & 255}.${(word >>> 8) & 255}.${word & 255}`
  return { family: 4, text, w0: word | 0, w1: 0, w2: 0, w3: 0 }
}

/** The address with these 128 bits; an IPv4-mapped one (RFC 4291 §2.5.5.2) gives IPv4. */
export function ipv6Address({ w0, w1, w2, w3 }: AddressWords): IpAddress {
  if (w0 === 0 && w1 === 0 && w2 === 0xffff) return ipv4Address(w3)
  return { family: 6, text: formatIpv6({ w0, w1, w2, w3 }), w0, w1, w2, w3 }
}

/**
 * The 32 bits of the dotted quad that fills `text` from `start` to its end, as a number from 0 to
 * 2^32 - 1; -1 when it is none. Leading zeros are refused, since some read them as octal.
 */
function parseQuad(text: string, start: number): number {
  let value = 0
  let octet = 0
  let digits = 0
  let dots = 0
  for (let i = start; i < text.length; i++) {
    const digit = text.charCodeAt(i) - DIGIT_0
    if (digit >= 0 && digit <= 9) {
      if (digits > 0 && octet === 0) return -1
      octet = octet * 10 + digit
      if (octet > 255) return -1
      digits++
      continue
    }
    if (digit !== DOT - DIGIT_0 || digits === 0 || dots === 3) return -1
    value = value * 256 + octet
    octet = 0
    digits = 0
    dots++
  }
  return dots === 3 && digits > 0 ? value * 256 + octet : -1
}

function parseIpv6(text: string): IpAddress | undefined {
  const groups = parseGroups(text)
  if (groups === undefined) return undefined
  const [a = 0, b = 0, c = 0, d = 0, e = 0, f = 0, g = 0, h = 0] = groups
  return ipv6Address({
    w0: (a << 16) | b,
    w1: (c << 16) | d,
    w2: (e << 16) | f,
    w3: (g << 16) | h,
  })
}

/** The eight 16-bit groups of an IPv6 address, `::` filled in. */
function parseGroups(text: string): number[] | undefined {
  const groups = [0, 0, 0, 0, 0, 0, 0, 0]
  let count = 0
  let gap = -1
  let i = 0
  if (text.startsWith('::')) {
    gap = 0
    i = 2
  }
  while (i < text.length) {
    const start = i
    let group = 0
    for (let digit = hexDigit(text, i); digit >= 0; digit = hexDigit(text, ++i)) {
      group = (group << 4) | digit
    }
    const code = i < text.length ? text.charCodeAt(i) : COLON
    if (code === DOT) {
      const quad = count > 6 ? -1 : parseQuad(text, start)
      if (quad < 0) return undefined
      groups[count++] = quad >>> 16
      groups[count++] = quad & 0xffff
      break
    }
    if (code !== COLON || i === start || i - start > 4 || count === 8) return undefined
    groups[count++] = group
    if (i === text.length) break
    i++
    // A colon at the very end is half of `::`.
    if (i === text.length) return undefined
    if (text.charCodeAt(i) !== COLON) continue
    if (gap >= 0) return undefined
    gap = count
    i++
  }
  return fillGap(groups, gap, count)
}

/**
 * Moves the groups behind `::` to the end; it stands for at least one group of zeros. `gap` is -1
 * where there is none, `count` the number of groups that were written.
 */
function fillGap(groups: number[], gap: number, count: number): number[] | undefined {
  if (gap < 0) return count === 8 ? groups : undefined
  if (count === 8) return undefined
  for (let from = count - 1, to = 7; from >= gap; from--, to--) {
    groups[to] = groups[from] ?? 0
    groups[from] = 0
  }
  return groups
}

/** Value of the hexadecimal digit at `index`; -1 when there is none. */
function hexDigit(text: string, index: number): number {
  const code = text.charCodeAt(index) // NaN past the end, which no comparison takes
  if (code >= 0x30 && code <= 0x39) return code - 0x30
  const lower = code | 0x20
  return lower >= 0x61 && lower <= 0x66 ? lower - 0x57 : -1
}

/** RFC 5952 §4: no leading zeros, lower case, the first longest run of zeros (two or more) cut. */
function formatIpv6({ w0, w1, w2, w3 }: AddressWords): string {
  const groups = [
    w0 >>> 16,
    w0 & 0xffff,
    w1 >>> 16,
    w1 & 0xffff,
    w2 >>> 16,
    w2 & 0xffff,
    w3 >>> 16,
    w3 & 0xffff,
  ]
  let cut = -1
  let cutLength = 1
  for (let i = 0; i < 8; i++) {
    let end = i
    while (end < 8 && groups[end] === 0) end++
    if (end - i > cutLength) {
      cut = i
      cutLength = end - i
    }
    i = end
  }
  let text = ''
  for (let i = 0; i < 8; i++) {
    if (i === cut) {
      text += '::'
      i += cutLength - 1
      continue
    }
    if (i > 0 && i !== cut + cutLength) text += ':'
    text += (groups[i] ?? 0).toString(16)
  }
  return text
}
