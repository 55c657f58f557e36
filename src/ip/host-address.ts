/** Addresses as neighbours spell them: with a port, in brackets, with a zone. */
import { parseAddress, type IpAddress } from './address.ts'

const COLON = 0x3a

/**
 * The address in an element of an address list, or `undefined`: bare, `198.51.100.1:4444`,
 * `[2001:db8::1]` or `[2001:db8::1]:80`. The port is checked (0 to 65535) and dropped. Brackets
 * hold IPv6 only; without them a colon belongs to an IPv6 address, never to a port.
 */
export function parseHostAddress(text: string): IpAddress | undefined {
  const bare = parseAddress(text)
  if (bare !== undefined) return bare
  if (text.startsWith('[')) {
    const end = text.indexOf(']')
    if (end < 0 || (end + 1 < text.length && !isPortSuffix(text, end + 1))) return undefined
    const inner = text.slice(1, end)
    return inner.includes(':') ? parseAddress(inner) : undefined
  }
  const colon = text.indexOf(':')
  // What comes before the first colon holds none, so it can only be IPv4.
  return colon > 0 && isPortSuffix(text, colon) ? parseAddress(text.slice(0, colon)) : undefined
}

/**
 * The address a socket reports, or `undefined`. Unlike what a header says, it may carry a zone id
 * (`fe80::1%eth0`), which the operating system adds to link-local addresses and no rule can name.
 */
export function parseSocketAddress(text: string | undefined): IpAddress | undefined {
  if (text === undefined) return undefined
  const zone = text.indexOf('%')
  return parseAddress(zone < 0 ? text : text.slice(0, zone))
}

/** Whether `:` and one to five digits, at most 65535, fill `text` from `start` to its end. */
function isPortSuffix(text: string, start: number): boolean {
  const digits = text.length - start - 1
  if (text.charCodeAt(start) !== COLON || digits < 1 || digits > 5) return false
  let port = 0
  for (let i = start + 1; i < text.length; i++) {
    const digit = text.charCodeAt(i) - 0x30
    if (digit < 0 || digit > 9) return false
    port = port * 10 + digit
  }
  return port <= 65_535
}
