/** CIDR blocks: an address and how many of its leading bits count. */
import {
  ipv4Address,
  ipv6Address,
  parseAddress,
  type AddressWords,
  type IpAddress,
} from './address.ts'

/** One block of addresses. */
export interface Cidr {
  /** First address of the block: bits behind the prefix are 0. */
  readonly network: IpAddress
  /** Length of the prefix: 0 to 32 for IPv4, 0 to 128 for IPv6. */
  readonly length: number
}

/**
 * The block that `text` spells (`10.0.0.0/8`, `2001:db8::/32`), or `undefined`. A bare address is
 * the block of that one address. Bits behind the prefix are cleared; who wants to tell the author
 * compares with `formatCidr`. A block inside `::ffff:0:0/96` is the IPv4 block. IPv4 and IPv6 stay
 * apart otherwise: `::/0` holds no IPv4 address.
 */
export function parseCidr(text: string): Cidr | undefined {
  const slash = text.indexOf('/')
  const spelled = slash < 0 ? text : text.slice(0, slash)
  const address = parseAddress(spelled)
  if (address === undefined) return undefined
  const mapped = address.family === 4 && spelled.includes(':')
  const bits = address.family === 4 && !mapped ? 32 : 128
  const length = slash < 0 ? bits : parseLength(text, slash + 1)
  if (length < 0 || length > bits) return undefined
  if (!mapped) return clearHostBits(address, length)
  if (length >= 96) return clearHostBits(address, length - 96)
  // Wider than the mapped block, so it is about IPv6 after all.
  const words = clearBits({ w0: 0, w1: 0, w2: 0xffff, w3: address.w0 }, length)
  return { network: ipv6Address(words), length }
}

/** Canonical text, always with the length of the prefix: `192.0.2.1/32`. */
export function formatCidr(cidr: Cidr): string {
  return `${cidr.network.text}/${cidr.length}`
}

/** Decimal number without sign and leading zeros, at most 128, from `start` to the end; or -1. */
function parseLength(text: string, start: number): number {
  const digits = text.length - start
  if (digits < 1 || digits > 3 || (digits > 1 && text.charCodeAt(start) === 0x30)) return -1
  let length = 0
  for (let i = start; i < text.length; i++) {
    const digit = text.charCodeAt(i) - 0x30
    if (digit < 0 || digit > 9) return -1
    length = length * 10 + digit
  }
  return length
}

function clearHostBits(address: IpAddress, length: number): Cidr {
  const words = clearBits(address, length)
  const network = address.family === 4 ? ipv4Address(words.w0) : ipv6Address(words)
  return { network, length }
}

function clearBits(words: AddressWords, length: number): AddressWords {
  return {
    w0: words.w0 & prefixMask(length),
    w1: words.w1 & prefixMask(length - 32),
    w2: words.w2 & prefixMask(length - 64),
    w3: words.w3 & prefixMask(length - 96),
  }
}

/** A word whose first `length` bits are set; none for 0 and less, all for 32 and more. */
function prefixMask(length: number): number {
  if (length <= 0) return 0
  return length >= 32 ? -1 : -1 << (32 - length)
}
