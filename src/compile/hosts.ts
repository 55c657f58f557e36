/**
 * Host patterns as virtual-host keys. Owns the expansion and the order of the keys; it knows no
 * routes.
 *
 * Two keys name either nested or disjoint sets of hosts, and the keys broader than a given one form
 * a chain. Everything here rests on that.
 */
import type { HostPattern } from '../model/manifest.ts'

/** Key of every host. */
export const ANY_HOST = '*'

/**
 * The virtual-host keys of a pattern: `a.test`; `*.a.test` for one label in front; that and
 * `**.a.test` for one or more; `*` for any.
 */
export function hostKeys(pattern: HostPattern): readonly string[] {
  if (pattern.type === 'exact') return [pattern.name]
  if (pattern.type === 'any') return [ANY_HOST]
  const one = `*.${pattern.name}`
  return pattern.depth === 'one' ? [one] : [one, `**.${pattern.name}`]
}

/** One text for each pattern: the key, or the last of its keys. Injective. */
export function patternKey(pattern: HostPattern): string {
  if (pattern.type === 'exact') return pattern.name
  if (pattern.type === 'any') return ANY_HOST
  return pattern.depth === 'one' ? `*.${pattern.name}` : `**.${pattern.name}`
}

/** A pattern as people write it: `*.a.test` whatever its depth. */
export function describePattern(pattern: HostPattern): string {
  if (pattern.type === 'exact') return pattern.name
  return pattern.type === 'any' ? ANY_HOST : `*.${pattern.name}`
}

/**
 * How specific a pattern is among those that have a host in common: the length of its name, 0 for
 * any (Gateway API, HTTPRouteRule `matches`: most characters in a matching hostname).
 */
export function specificityOf(pattern: HostPattern): number {
  return pattern.type === 'any' ? 0 : pattern.name.length
}

/** The keys whose hosts include all those of `key`, the narrowest first, `key` itself left out. */
export function broaderKeys(key: string): readonly string[] {
  if (key === ANY_HOST) return []
  const keys: string[] = []
  const wildcard = key.startsWith('*')
  let dot = key.indexOf('.')
  // A name has one label in front of its parent. A wildcard stands for a label itself, so whatever
  // it names has two in front of the next parent.
  if (!wildcard && dot !== -1) keys.push(`*${key.slice(dot)}`)
  for (dot = key.indexOf('.', dot + 1); dot > 0; dot = key.indexOf('.', dot + 1)) {
    keys.push(`**${key.slice(dot)}`)
  }
  keys.push(ANY_HOST)
  return keys
}

/** The keys of the hosts that belong to both patterns; empty where none does. */
export function commonKeys(a: HostPattern, b: HostPattern): readonly string[] {
  if (a.type === 'any') return hostKeys(b)
  if (b.type === 'any') return hostKeys(a)
  const keys = new Set<string>()
  for (const one of hostKeys(a)) {
    for (const other of hostKeys(b)) {
      if (one === other || broaderKeys(one).includes(other)) keys.add(one)
      else if (broaderKeys(other).includes(one)) keys.add(other)
    }
  }
  return [...keys]
}

/** A set of hosts. */
export interface HostSet {
  /** Whether some host of `pattern` is in the set. */
  meets(pattern: HostPattern): boolean
}

/** The hosts of all `patterns`. A question costs the number of labels, however many there are. */
export function createHostSet(patterns: readonly HostPattern[]): HostSet {
  const members = new Set(patterns.flatMap(hostKeys))
  const containing = new Set<string>()
  for (const key of members) {
    for (const broader of broaderKeys(key)) containing.add(broader)
  }
  return {
    meets: (pattern) =>
      hostKeys(pattern).some(
        (key) =>
          members.has(key) ||
          containing.has(key) ||
          broaderKeys(key).some((broader) => members.has(broader)),
      ),
  }
}

/**
 * Orders host keys from the most to the least specific: names, then wildcards, the longer suffix
 * first and one label before more, then any. Ties go by length and text.
 */
export function compareHostKeys(a: string, b: string): number {
  return (
    keyRank(a) - keyRank(b) ||
    keySuffix(b).length - keySuffix(a).length ||
    a.length - b.length ||
    (a < b ? -1 : Number(a > b))
  )
}

function keyRank(key: string): number {
  if (key === ANY_HOST) return 2
  return key.startsWith('*') ? 1 : 0
}

/** What a wildcard is compared by; names are all equally specific. */
function keySuffix(key: string): string {
  return key.startsWith('*') ? key.slice(key.indexOf('.') + 1) : ''
}
