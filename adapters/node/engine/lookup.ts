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

/** How long answers are believed. Milliseconds. */
export interface LookupLimits {
  readonly lookupMs: number
  /** How long an old answer stands in where there is no new one. */
  readonly staleLookupMs: number
}

/** Names whose addresses are kept; more are asked for anew. */
const MAX_NAMES = 1000

/** What is known of a name. */
interface KnownName {
  readonly addresses: readonly LookupAddress[]
  readonly atMs: number
}

type Answer = (error: Error | null, addresses: readonly LookupAddress[]) => void

/**
 * A look-up that leaves out forbidden addresses and fails where no other remains. The system's
 * resolver does not tell how long an answer holds and takes a thread for each question, so answers
 * are kept for a while and each question is under way once.
 */
export function guardedLookup(limits: LookupLimits, resolve: Resolve = lookup): GuardedLookup {
  const known = new Map<string, KnownName>()
  const asked = new Map<string, Answer[]>()
  const answer = (hostname: string, error: Error | null, addresses: LookupAddress[]): void => {
    const old = known.get(hostname)
    const nowMs = performance.now()
    known.delete(hostname)
    const stale = old !== undefined && nowMs - old.atMs < limits.staleLookupMs
    if (error === null) {
      if (known.size >= MAX_NAMES) known.clear()
      known.set(hostname, { addresses, atMs: nowMs })
    } else if (stale) known.set(hostname, old)
    const waiting = asked.get(hostname) ?? []
    asked.delete(hostname)
    for (const done of waiting)
      done(stale ? null : error, error === null ? addresses : (old?.addresses ?? []))
  }
  const find = (hostname: string, done: Answer): void => {
    const one = known.get(hostname)
    if (one !== undefined && performance.now() - one.atMs < limits.lookupMs) {
      done(null, one.addresses)
      return
    }
    const waiting = asked.get(hostname)
    if (waiting !== undefined) {
      waiting.push(done)
      return
    }
    asked.set(hostname, [done])
    resolve(hostname, { all: true }, (error, addresses) => answer(hostname, error, addresses))
  }
  return (hostname, options, done) => {
    find(hostname, (error, addresses) => {
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
