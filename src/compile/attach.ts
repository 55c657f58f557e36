/**
 * Which listeners a route is attached to, host by host. Owns the rules of attachment; tables are
 * made of the outcome elsewhere.
 *
 * A route keeps its own host patterns where they only overlap with the listener's: whoever reads a
 * table has chosen the listener by the request's host before, and a host written by the route is
 * more specific than one it merely inherits (Gateway API, HTTPRoute `hostnames`).
 */
import type { Finding } from '../errors.ts'
import type { HostPattern, Listener, Manifest, ParentRef, Route } from '../model/manifest.ts'
import { createFinding } from './finding.ts'
import { createHostSet, describePattern, patternKey, patternsMeet } from './hosts.ts'

/** A set of listeners by number; equal sets have equal numbers. 0 is the empty set. */
export type ListenerSetId = number

/** The empty set: attached nowhere. */
export const NOWHERE: ListenerSetId = 0

/** Tells where routes are attached. */
export interface Attacher {
  /** The listeners that serve `route` for the hosts of `pattern`. */
  attach(route: Route, pattern: HostPattern): ListenerSetId
  /** The listeners of a set, as indexes into the plan's list, ascending. */
  listeners(set: ListenerSetId): readonly number[]
}

/** An attacher for `listeners`, which are those of the plan; `manifest` tells what TLS names. */
export function createAttacher(manifest: Manifest, listeners: readonly Listener[]): Attacher {
  return new ListenerAttacher(manifest, listeners)
}

/** The warning about a route that no listener serves. */
export function notAttached(route: Route): Finding {
  const hosts = route.hostnames.map(describePattern).join(', ')
  const wanted =
    route.parents === 'all'
      ? 'no listener admits its hosts'
      : `none of its parents (${route.parents.map(describeParent).join(', ')}) is a listener that admits its hosts`
  return createFinding(route.origin, {
    severity: 'warning',
    code: 'not-attached',
    message: `route "${route.namespace}/${route.name}" is served nowhere: ${wanted}`,
    value: hosts,
    remedy:
      route.parents === 'all'
        ? 'add a listener for these hosts, or name a certificate for them where all listeners are HTTPS'
        : 'name a Gateway and listener that are among the rules, and hosts that the listener admits',
  })
}

class ListenerAttacher implements Attacher {
  readonly #listeners: readonly Listener[]
  readonly #byGateway: Map<string, number[]> = new Map()
  readonly #tlsNames: (pattern: HostPattern) => boolean
  readonly #sets: (readonly number[])[] = [[]]
  readonly #setIds: Map<string, ListenerSetId> = new Map([['', NOWHERE]])
  /** Routes that attach everywhere differ by host alone, and the same hosts come again and again. */
  readonly #everywhere: Map<string, ListenerSetId> = new Map()

  constructor(manifest: Manifest, listeners: readonly Listener[]) {
    this.#listeners = listeners
    for (const [index, { gateway }] of listeners.entries()) {
      if (gateway === undefined) continue
      const known = this.#byGateway.get(gateway)
      if (known === undefined) this.#byGateway.set(gateway, [index])
      else known.push(index)
    }
    const named = createHostSet(manifest.tlsHosts.map((one) => one.host))
    // Rules that name no certificate at all leave TLS to the operator, who gave a listener for it.
    this.#tlsNames = manifest.tlsHosts.length === 0 ? () => true : (pattern) => named.meets(pattern)
  }

  attach(route: Route, pattern: HostPattern): ListenerSetId {
    if (route.parents !== 'all') return this.#intern(this.#byParents(route.parents, pattern))
    const key = patternKey(pattern)
    const known = this.#everywhere.get(key)
    if (known !== undefined) return known
    const set = this.#intern(this.#byProtocol(pattern))
    this.#everywhere.set(key, set)
    return set
  }

  listeners(set: ListenerSetId): readonly number[] {
    return this.#sets[set] ?? []
  }

  #byProtocol(pattern: HostPattern): number[] {
    const named = this.#tlsNames(pattern)
    const indexes: number[] = []
    for (const [index, { protocol, hostname }] of this.#listeners.entries()) {
      if ((protocol === 'HTTP' || named) && patternsMeet(hostname, pattern)) indexes.push(index)
    }
    return indexes
  }

  #byParents(parents: readonly ParentRef[], pattern: HostPattern): number[] {
    const indexes = new Set<number>()
    for (const parent of parents) {
      for (const index of this.#byGateway.get(parent.gateway) ?? []) {
        const listener = this.#listeners[index] as Listener // the index was made of this list
        if (isMeant(parent, listener) && patternsMeet(listener.hostname, pattern)) {
          indexes.add(index)
        }
      }
    }
    return [...indexes].sort((a, b) => a - b)
  }

  #intern(indexes: readonly number[]): ListenerSetId {
    const key = indexes.join(',')
    const known = this.#setIds.get(key)
    if (known !== undefined) return known
    const id = this.#sets.push(indexes) - 1
    this.#setIds.set(key, id)
    return id
  }
}

function isMeant({ sectionName, port }: ParentRef, listener: Listener): boolean {
  return (
    (sectionName === undefined || sectionName === listener.name) &&
    (port === undefined || port === listener.port)
  )
}

function describeParent({ gateway, sectionName, port }: ParentRef): string {
  const section = sectionName === undefined ? '' : `/${sectionName}`
  return `${gateway}${section}${port === undefined ? '' : `:${port}`}`
}
