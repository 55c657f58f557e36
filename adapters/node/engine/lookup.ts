/**
 * The last check before a connection: no rule, name or change of a name's address leads to
 * link-local addresses or to a cloud's metadata service (DNS rebinding, SSRF).
 */
import { lookup, type LookupAddress, type LookupOptions } from 'node:dns'
import { isIP } from 'node:net'
import { parseAddress } from '../../../src/ip/address.ts'
import { classifyEndpointAddress, isConnectable } from '../../../src/ip/endpoint-address.ts'

/** The `code` of the error that a forbidden address gives. */
export const FORBIDDEN_ADDRESS = 'ERR_ADDRESS_FORBIDDEN'

/** How a name is resolved; node's `dns.lookup` unless a test injects another. */
export type Resolve = (
  hostname: string,
  options: LookupOptions & { readonly all: true },
  done: (error: Error | null, addresses: LookupAddress[]) => void,
) => void

/** The `lookup` option of a connection. */
export type GuardedLookup = (
  hostname: string,
  options: LookupOptions,
  done: (error: Error | null, address: string | LookupAddress[], family?: number) => void,
) => void

/** A look-up that leaves out forbidden addresses and fails where no other remains. */
export function guardedLookup(resolve: Resolve = lookup): GuardedLookup {
  return (hostname, options, done) => {
    resolve(hostname, { ...options, all: true }, (error, addresses) => {
      if (error !== null) {
        done(error, '')
        return
      }
      const allowed = addresses.filter(({ address }) => isAllowedAddress(address))
      const [first] = allowed
      if (first === undefined) done(forbidden(hostname, addresses[0]?.address), '')
      else if (options.all === true) done(null, allowed)
      else done(null, first.address, first.family)
    })
  }
}

/** Whether a host that may be an IP literal may be connected to; names are checked when resolved. */
export function isAllowedHost(hostname: string): boolean {
  return isIP(hostname) === 0 || isAllowedAddress(hostname)
}

/** What cannot be read as an address is not connected to: a zone id, for one, is link-local. */
function isAllowedAddress(text: string): boolean {
  const address = parseAddress(text)
  return address !== undefined && isConnectable(classifyEndpointAddress(address))
}

function forbidden(hostname: string, address = ''): NodeJS.ErrnoException {
  const error = new Error(`${hostname} resolves to the forbidden address "${address}"`)
  return Object.assign(error, { code: FORBIDDEN_ADDRESS })
}
