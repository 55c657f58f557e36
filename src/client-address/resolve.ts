/**
 * Who the client is: the socket's other end, or what trusted proxies said about it. The one value
 * that header fields, policy, limits, hashing and logs use.
 */
import type { Fields } from '../head.ts'
import type { IpAddress } from '../ip/address.ts'
import { createCidrSet, type CidrSet } from '../ip/cidr-set.ts'
import { parseHostAddress } from '../ip/host-address.ts'
import type { ClientAddressSettings } from '../model/manifest.ts'
import { readForwarded, readXForwardedFor, type HopList } from './hop-list.ts'
import { soleFieldValue } from './sole-value.ts'

/** Whom to believe, and which field; made once for a listener. */
export interface ClientAddressRule {
  /** Proxies to believe; empty where `hops` decides. */
  readonly trusted: CidrSet
  /** Number of proxies in front, the peer being the first; 0 goes by `trusted`. */
  readonly hops: number
  readonly source: AddressSource
}

/** The field that carries the address: two kinds of list, or a field with a single address. */
export type AddressSource =
  | { readonly type: 'x-forwarded-for' }
  | { readonly type: 'forwarded' }
  /** Lower-case name, such as `cf-connecting-ip`. */
  | { readonly type: 'single'; readonly name: string }

/** The computed client. */
export interface ClientAddress {
  /** `undefined` where the socket has no address; rules about addresses then deny. */
  readonly address: IpAddress | undefined
  /** Whether the peer is a trusted proxy, so that its forwarded fields may be believed. */
  readonly trusted: boolean
}

/**
 * The rule for these settings; `undefined` trusts nobody, and so does a `hops` of 0. Any source but
 * `x-forwarded-for` and `forwarded` is a field with a single address.
 * Throws `internal_error` for a `trust` entry that is no CIDR.
 */
export function linkClientAddress(settings: ClientAddressSettings | undefined): ClientAddressRule {
  const hops = settings?.hops
  const name = (settings?.source ?? 'x-forwarded-for').toLowerCase()
  return {
    trusted: createCidrSet(hops === undefined ? (settings?.trust ?? []) : []),
    hops: hops ?? 0,
    source: name === 'x-forwarded-for' || name === 'forwarded' ? { type: name } : single(name),
  }
}

/**
 * The client of a request with these fields from this peer. A peer that is not trusted is the
 * client, whatever it sends; one without an address is nobody and never trusted.
 *
 * By trusted blocks, the list is walked from the right to the first address that is not trusted;
 * when all are, the leftmost is the client. By hops, the peer counts as the first proxy and the
 * client is the element that the last one appended; the peer when there are fewer elements (as in
 * Envoy). What is no address ends the walk at the one before it: behind it a client may have
 * written anything.
 */
export function resolveClientAddress(
  rule: ClientAddressRule,
  peer: IpAddress | undefined,
  fields: Fields,
): ClientAddress {
  if (peer === undefined || !trustsPeer(rule, peer)) return { address: peer, trusted: false }
  if (rule.source.type === 'single') {
    const value = soleFieldValue(fields, rule.source.name)
    const address = value === undefined ? undefined : parseHostAddress(value)
    return { address: address ?? peer, trusted: true }
  }
  const list = readHops(rule.source.type, fields)
  const address = rule.hops > 0 ? walkHops(rule.hops, peer, list) : walk(rule.trusted, peer, list)
  return { address, trusted: true }
}

/** The list that proxies leave in the field of this type. */
export function readHops(type: 'x-forwarded-for' | 'forwarded', fields: Fields): HopList {
  return type === 'forwarded' ? readForwarded(fields) : readXForwardedFor(fields)
}

function single(name: string): AddressSource {
  return { type: 'single', name }
}

function trustsPeer(rule: ClientAddressRule, peer: IpAddress): boolean {
  return rule.hops > 0 || rule.trusted.contains(peer)
}

function walk(trusted: CidrSet, peer: IpAddress, list: HopList): IpAddress {
  let client = peer
  while (list.previous() && list.address !== undefined) {
    client = list.address
    if (!trusted.contains(client)) return client
  }
  return client
}

function walkHops(hops: number, peer: IpAddress, list: HopList): IpAddress {
  let client = peer
  for (let hop = 1; hop <= hops; hop++) {
    if (!list.previous()) return peer
    if (list.address === undefined) return client
    client = list.address
  }
  return client
}
