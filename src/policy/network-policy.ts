/** Admission by address: the deny and allow lists of a listener, a host or a route. */
import type { IpAddress } from '../ip/address.ts'
import { createCidrSet, type CidrSet } from '../ip/cidr-set.ts'
import type { NetworkPolicy } from '../model/manifest.ts'

/** A policy ready for look-ups. */
export interface LinkedNetworkPolicy {
  /** `undefined` when nobody is denied by name. */
  readonly deny: CidrSet | undefined
  /** `undefined` when there is no allow list, so that everybody else comes in. */
  readonly allow: CidrSet | undefined
  /** The lists in one canonical text; equal for equal policies and for no others. */
  readonly key: string
}

/**
 * The policy for these lists.
 * Throws `internal_error` for an entry that is no CIDR, since passing over it might admit whom it
 * denies.
 */
export function linkNetworkPolicy({ deny, allow }: NetworkPolicy): LinkedNetworkPolicy {
  return {
    deny: deny.length === 0 ? undefined : createCidrSet(deny),
    allow: allow.length === 0 ? undefined : createCidrSet(allow),
    key: deny.length + allow.length === 0 ? '' : `${listKey(deny)}|${listKey(allow)}`,
  }
}

/**
 * Whether the policy lets this client in. Deny beats allow; an allow list denies everybody it does
 * not hold. Without lists, or without a policy, everybody is admitted; a client without an address
 * is denied by any list, for nothing can be said about it.
 */
export function admits(
  policy: LinkedNetworkPolicy | undefined,
  address: IpAddress | undefined,
): boolean {
  if (policy === undefined) return true
  const { deny, allow } = policy
  if (deny === undefined && allow === undefined) return true
  if (address === undefined) return false
  if (deny !== undefined && deny.contains(address)) return false
  return allow === undefined || allow.contains(address)
}

/**
 * Whether two policies hold the same lists, whatever the order of their entries; no policy is the
 * same as an empty one. Lists that differ in text and yet admit the same addresses count as
 * different.
 */
export function samePolicy(
  one: LinkedNetworkPolicy | undefined,
  other: LinkedNetworkPolicy | undefined,
): boolean {
  return one === other || (one?.key ?? '') === (other?.key ?? '')
}

/** The lists hold canonical text, so the same block is the same string. */
function listKey(cidrs: readonly string[]): string {
  return [...new Set(cidrs)].sort().join()
}
