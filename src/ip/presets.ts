/** Named ranges for lists of trusted proxies, as data. */
import { formatCidr, parseCidr } from './cidr.ts'

/**
 * Cloudflare's proxies, which alone may speak of `CF-Connecting-IP`.
 * Source: https://www.cloudflare.com/ips/, compared with public copies as late as 2026-10-05. A
 * range that is added there and not here costs the client's address, never lets one be forged.
 */
const CLOUDFLARE: readonly string[] = [
  '173.245.48.0/20',
  '103.21.244.0/22',
  '103.22.200.0/22',
  '103.31.4.0/22',
  '141.101.64.0/18',
  '108.162.192.0/18',
  '190.93.240.0/20',
  '188.114.96.0/20',
  '197.234.240.0/22',
  '198.41.128.0/17',
  '162.158.0.0/15',
  '104.16.0.0/13',
  '104.24.0.0/14',
  '172.64.0.0/13',
  '131.0.72.0/22',
  '2400:cb00::/32',
  '2606:4700::/32',
  '2803:f800::/32',
  '2405:b500::/32',
  '2405:8100::/32',
  '2a06:98c0::/29',
  '2c0f:f248::/32',
]

/** RFC 1918 and the unique local addresses of RFC 4193; neither loopback nor link-local. */
const PRIVATE: readonly string[] = ['10.0.0.0/8', '172.16.0.0/12', '192.168.0.0/16', 'fc00::/7']

/** RFC 1122 §3.2.1.3 and RFC 4291 §2.5.3. */
const LOOPBACK: readonly string[] = ['127.0.0.0/8', '::1/128']

/** Ranges by the name that rules give them, canonical text. */
export const PRESETS: ReadonlyMap<string, readonly string[]> = new Map([
  ['cloudflare', CLOUDFLARE],
  ['private', PRIVATE],
  ['loopback', LOOPBACK],
])

/** A list of trusted proxies, taken apart. */
export interface ExpandedTrust {
  /** Canonical text in order of the entries, each block once. */
  readonly cidrs: string[]
  /** Entries that are neither a preset nor an address nor a block, as written. */
  readonly unknown: string[]
}

/** The blocks that `entries` stand for: names of presets, addresses and CIDR blocks. */
export function expandTrust(entries: readonly string[]): ExpandedTrust {
  const cidrs = new Set<string>()
  const unknown: string[] = []
  for (const entry of entries) {
    const preset = PRESETS.get(entry)
    const cidr = preset === undefined ? parseCidr(entry) : undefined
    if (preset !== undefined) for (const range of preset) cidrs.add(range)
    else if (cidr !== undefined) cidrs.add(formatCidr(cidr))
    else unknown.push(entry)
  }
  return { cidrs: [...cidrs], unknown }
}
