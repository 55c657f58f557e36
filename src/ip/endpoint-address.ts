/**
 * Which addresses requests may be forwarded to. Rules are written by people who may not have the
 * run of the machine postern stands on, and names may resolve to anything: the check is made on the
 * rules and once more on the address connected to.
 */
import { ipv4Address, type IpAddress } from './address.ts'

/**
 * What an address is to somebody who connects to it. `ok` covers public and private networks;
 * `reserved` is 240.0.0.0/4 with the limited broadcast address.
 */
export type EndpointAddressClass =
  | 'ok'
  | 'loopback'
  | 'unspecified'
  | 'link-local'
  | 'metadata'
  | 'multicast'
  | 'reserved'

/**
 * Where clouds serve instance metadata and credentials outside the link-local ranges, by the
 * documentation of each; none of them is anybody's backend.
 */
const METADATA_ADDRESSES: ReadonlySet<string> = new Set([
  '100.100.100.200', // Alibaba Cloud
  '168.63.129.16', // Azure: WireServer, a public address served by the host
  '192.0.0.192', // Oracle Cloud Classic
  'fd20:ce::254', // Google Cloud
  'fd00:42::42', // Scaleway
])

/** The one link-local address that nearly every cloud serves metadata on. */
const METADATA_IPV4 = 0xa9fe_a9fe | 0 // 169.254.169.254

/**
 * What `address` is as the target of a connection. IPv6 addresses that a translator or a tunnel
 * would turn into an IPv4 address are judged as that address: NAT64 (`64:ff9b::/96`, RFC 6052, and
 * the last 32 bits of `64:ff9b:1::/48`, RFC 8215), 6to4 (`2002::/16`, RFC 3056), IPv4-translated
 * (`::ffff:0:0:0/96`, RFC 2765) and IPv4-compatible (`::/96`, RFC 4291 §2.5.5.1). IPv4-mapped ones
 * are IPv4 already. Not seen: NAT64 behind a prefix of the network's own, which no one can know.
 */
export function classifyEndpointAddress(address: IpAddress): EndpointAddressClass {
  if (METADATA_ADDRESSES.has(address.text)) return 'metadata'
  if (address.family === 4) return classifyIpv4(address.w0)
  const own = classifyIpv6(address)
  if (own !== 'ok') return own
  const embedded = embeddedIpv4(address)
  return embedded === undefined ? 'ok' : classifyEndpointAddress(ipv4Address(embedded))
}

/**
 * Whether a connection to such an address may be made at all. Loopback may: operators name it in
 * flags and routes.json. Where others write the rules, the compiler refuses it besides.
 */
export function isConnectable(addressClass: EndpointAddressClass): boolean {
  return addressClass === 'ok' || addressClass === 'loopback'
}

function classifyIpv4(word: number): EndpointAddressClass {
  const first = word >>> 24
  if (word === METADATA_IPV4) return 'metadata'
  if (word >>> 16 === 0xa9fe) return 'link-local'
  if (first === 127) return 'loopback'
  // All of 0.0.0.0/8 (RFC 1122 §3.2.1.3); systems connect 0.0.0.0 to the machine itself.
  if (first === 0) return 'unspecified'
  if (first >= 240) return 'reserved'
  return first >= 224 ? 'multicast' : 'ok'
}

function classifyIpv6({ w0, w1, w2, w3 }: IpAddress): EndpointAddressClass {
  // fd00:ec2::/32, which Amazon keeps for services of the instance: metadata, credentials, DNS.
  if (w0 === (0xfd00_0ec2 | 0)) return 'metadata'
  if (w0 >>> 22 === 0xfe80 >>> 6) return 'link-local'
  if (w0 >>> 24 === 0xff) return 'multicast'
  if ((w0 | w1 | w2) !== 0) return 'ok'
  if (w3 === 0) return 'unspecified'
  return w3 === 1 ? 'loopback' : 'ok'
}

function embeddedIpv4({ w0, w1, w2, w3 }: IpAddress): number | undefined {
  if (w0 >>> 16 === 0x2002) return (w0 << 16) | (w1 >>> 16)
  if (w0 === 0x0064_ff9b) {
    const wellKnown = (w1 | w2) === 0
    return wellKnown || w1 >>> 16 === 1 ? w3 : undefined
  }
  if (w0 !== 0) return undefined
  const compatible = w1 === 0 && w2 === 0
  const translated = w1 === 0 && w2 === (0xffff_0000 | 0)
  return compatible || translated ? w3 : undefined
}
