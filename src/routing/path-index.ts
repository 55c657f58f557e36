/**
 * Finds by path in a host with many routes, in time that hardly depends on their number. Knows
 * paths only: what else a route demands is asked by the table.
 */
import type { BundleRoute } from '../model/bundle.ts'

/** No further route. */
export const NONE = -1

const SLASH = 47

/**
 * Positions of a host's routes by path. Routes with the same path and type form a chain in
 * precedence order: the map gives the first, `next` the one behind, `NONE` the end.
 */
export interface PathIndex {
  readonly exact: ReadonlyMap<string, number>
  /** Positions of the regular expressions, in precedence order. */
  readonly patterns: readonly number[]
  /** By prefix, `/` excepted. */
  readonly prefixes: ReadonlyMap<string, number>
  /** First route with the prefix `/`. */
  readonly root: number
  /** At each length whether a prefix of that length exists; its own length bounds the probing. */
  readonly lengths: Uint8Array
  readonly next: Int32Array
}

/** The index of `routes`, which are in precedence order. */
export function indexPaths(routes: readonly BundleRoute[]): PathIndex {
  const exact = new Map<string, number>()
  const prefixes = new Map<string, number>()
  const patterns: number[] = []
  const next = new Int32Array(routes.length).fill(NONE)
  let longest = 0
  // From the last to the first, so that each chain begins with the route that is asked first.
  for (let i = routes.length - 1; i >= 0; i--) {
    const route = routes[i] as BundleRoute // i is within the list
    if (route.type === 'RegularExpression') {
      patterns.push(i)
      continue
    }
    const chains = route.type === 'Exact' ? exact : prefixes
    next[i] = chains.get(route.path) ?? NONE
    chains.set(route.path, i)
    if (chains === prefixes) longest = Math.max(longest, route.path.length)
  }
  const root = prefixes.get('/') ?? NONE
  prefixes.delete('/')
  const lengths = new Uint8Array(longest + 1)
  for (const prefix of prefixes.keys()) lengths[prefix.length] = 1
  return { exact, patterns: patterns.reverse(), prefixes, root, lengths, next }
}

/**
 * First route of the longest prefix of `path` that is shorter than `below` characters and ends
 * where an element ends; `NONE` when there is none. The prefix `/` is not among them.
 */
export function longestPrefix(index: PathIndex, path: string, below: number): number {
  const { lengths, prefixes } = index
  let end = Math.min(below, path.length + 1, lengths.length) - 1
  for (; end > 0; end--) {
    if (lengths[end] === 0) continue
    if (end !== path.length && path.charCodeAt(end) !== SLASH) continue
    const first = prefixes.get(path.slice(0, end))
    if (first !== undefined) return first
  }
  return NONE
}
