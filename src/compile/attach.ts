/**
 * Which listeners a route is attached to, host by host. Owns the rules of attachment; tables are
 * made of the outcome elsewhere.
 *
 * A route is attached for the hosts that it and the listener have in common (Gateway API, HTTPRoute
 * `hostnames`). So routes that meet on a listener of one name stand in one virtual host, whichever
 * pattern each of them names it by.
 */
import type { Finding } from '../errors.ts'
import type { HostPattern, Listener, Manifest, ParentRef, Route } from '../model/manifest.ts'
import { createFinding } from './finding.ts'
import { commonKeys, createHostSet, describePattern, patternKey } from './hosts.ts'

/** A set of listeners by number; equal sets have equal numbers. 0 is the empty set. */
export type ListenerSetId = number

/** The empty set. */
export const NOWHERE: ListenerSetId = 0

/** A host key and the listeners that serve a route under it. */
export interface Attachment {
  readonly key: string
  readonly set: ListenerSetId
}

/** Tells where routes are attached. */
export interface Attacher {
  /** Where `route` is served for the hosts of `pattern`; empty where no listener admits them. */
  attach(route: Route, pattern: HostPattern): readonly Attachment[]
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
  readonly #everywhere: Map<string, readonly Attachment[]> = new Map()

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

  attach(route: Route, pattern: HostPattern): readonly Attachment[] {
    if (route.parents !== 'all') return this.#attach(this.#byParents(route.parents), pattern)
    const key = patternKey(pattern)
    const known = this.#everywhere.get(key)
    if (known !== undefined) return known
    const attachments = this.#attach(this.#byProtocol(pattern), pattern)
    this.#everywhere.set(key, attachments)
    return attachments
  }

  listeners(set: ListenerSetId): readonly number[] {
    return this.#sets[set] ?? []
  }

  #byProtocol(pattern: HostPattern): number[] {
    const named = this.#tlsNames(pattern)
    const indexes: number[] = []
    for (const [index, { protocol }] of this.#listeners.entries()) {
      if (protocol === 'HTTP' || named) indexes.push(index)
    }
    return indexes
  }

  #byParents(parents: readonly ParentRef[]): number[] {
    const indexes = new Set<number>()
    for (const parent of parents) {
      for (const index of this.#byGateway.get(parent.gateway) ?? []) {
        const listener = this.#listeners[index] as Listener // the index was made of this list
        if (isMeant(parent, listener)) indexes.add(index)
      }
    }
    return [...indexes].sort((a, b) => a - b)
  }

  /** By key the listeners that have it in common with the pattern. */
  #attach(indexes: readonly number[], pattern: HostPattern): readonly Attachment[] {
    const byKey = new Map<string, number[]>()
    for (const index of indexes) {
      const { hostname } = this.#listeners[index] as Listener // the index was made of this list
      for (const key of commonKeys(hostname, pattern)) {
        const known = byKey.get(key)
        if (known === undefined) byKey.set(key, [index])
        else known.push(index)
      }
    }
    return [...byKey].map(([key, listeners]) => ({ key, set: this.#intern(listeners) }))
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
