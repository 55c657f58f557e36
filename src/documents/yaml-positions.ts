/** Finds where a value stands in a YAML tree. */
import { isAlias, isMap, isSeq } from 'yaml'
import type { Alias, Node, Pair, YAMLMap } from 'yaml'

import type { LineIndex, Place } from './line-index.ts'
import { keyText, startOf } from './yaml-value.ts'

/** The places of one document. */
export class YamlPositions {
  readonly #root: Node
  readonly #targets: ReadonlyMap<Alias, Node>
  readonly #lines: LineIndex
  /** Pairs by key, made for a mapping when something inside it is first asked for. */
  readonly #pairs = new Map<YAMLMap, ReadonlyMap<string, Pair>>()

  constructor(root: Node, targets: ReadonlyMap<Alias, Node>, lines: LineIndex) {
    this.#root = root
    this.#targets = targets
    this.#lines = lines
  }

  /**
   * Place of the value at `path`, or of its key. What an alias stands for has the place of the
   * anchored value, the alias itself its own. A path that leads nowhere gives the place of the last
   * value on the way.
   */
  locate(path: readonly (string | number)[], part: 'key' | 'value'): Place {
    let node: unknown = this.#root
    let offset = startOf(node)
    for (const [i, step] of path.entries()) {
      const pair = this.#child(node, step)
      if (pair === undefined) break
      node = pair.value
      const keyed = pair.key !== undefined && i === path.length - 1 && part === 'key'
      // A key without a value has none to point at.
      offset = startOf(keyed || node === null ? pair.key : node)
    }
    return this.#lines.place(offset)
  }

  #child(
    parent: unknown,
    step: string | number,
  ): { readonly key: unknown; readonly value: unknown } | undefined {
    const node = isAlias(parent) ? this.#targets.get(parent) : parent
    if (isSeq(node)) {
      if (typeof step !== 'number' || step >= node.items.length) return undefined
      return { key: undefined, value: node.items[step] }
    }
    return isMap(node) ? this.#pairsOf(node).get(String(step)) : undefined
  }

  #pairsOf(map: YAMLMap): ReadonlyMap<string, Pair> {
    let pairs = this.#pairs.get(map)
    if (pairs === undefined) {
      // A later duplicate replaces an earlier one, as in the value itself.
      pairs = new Map(map.items.map((pair) => [keyText(pair.key) ?? '', pair]))
      this.#pairs.set(map, pairs)
    }
    return pairs
  }
}
