/** Turns a YAML tree into plain data: aliases bounded, keys unique and text, nothing inherited. */
import { isAlias, isMap, isScalar, isSeq } from 'yaml'
import type { Alias, Node, Pair, YAMLMap } from 'yaml'

import { KeySet, duplicateKey } from './duplicate-keys.ts'
import { MAX_DEPTH } from './limits.ts'
import type { LineIndex } from './line-index.ts'
import { forbiddenKey, tooDeep } from './problem.ts'
import type { Problem } from './problem.ts'
import { quoteText } from './shown-text.ts'

/**
 * Values that the aliases of one document may stand for, counted as if written out. Real files have
 * some thousands; ten lines of aliases to aliases have billions.
 */
export const MAX_ALIASED_VALUES = 100_000

/** What an anchor names; `undefined` while its own content is being read. */
type Anchored = { readonly node: Node; readonly value: unknown; readonly size: number } | undefined

/** Plain data with what was found on the way. */
export interface YamlValue {
  readonly value: unknown
  readonly problems: readonly Problem[]
  /** The node that each alias stands for. */
  readonly targets: ReadonlyMap<Alias, Node>
}

/** The plain data of `root`. Duplicate keys keep the last value, as in JSON. */
export function readYamlValue(root: Node, lines: LineIndex): YamlValue {
  const reader = new YamlReader(lines)
  const value = reader.read(root, 1)
  return { value, problems: reader.problems, targets: reader.targets }
}

class YamlReader {
  readonly problems: Problem[] = []
  readonly targets = new Map<Alias, Node>()
  readonly #lines: LineIndex
  readonly #anchors = new Map<string, Anchored>()
  #values = 0
  #aliased = 0

  constructor(lines: LineIndex) {
    this.#lines = lines
  }

  /** The value of `node`; `depth` is the level that it would be on as a collection. */
  read(node: unknown, depth: number): unknown {
    if (isAlias(node)) return this.#alias(node, depth)
    this.#values++
    if (isScalar(node)) return this.#anchor(node, () => node.value)
    // A pair within brackets (`[a: [b: 1]]`) is a mapping that the parser's stack does not show.
    if (depth > MAX_DEPTH) return this.#refuseDepth(node)
    if (isMap(node)) return this.#anchor(node, () => this.#map(node, depth))
    if (isSeq(node)) {
      return this.#anchor(node, () => node.items.map((item) => this.read(item, depth + 1)))
    }
    return null
  }

  #anchor(node: Node & { anchor?: string | undefined }, read: () => unknown): unknown {
    const { anchor } = node
    if (anchor === undefined) return read()
    this.#anchors.set(anchor, undefined)
    const before = this.#values
    const value = read()
    this.#anchors.set(anchor, { node, value, size: this.#values - before + 1 })
    return value
  }

  #alias(alias: Alias, depth: number): unknown {
    const anchored = this.#anchors.get(alias.source)
    if (anchored === undefined) {
      const within = this.#anchors.has(alias.source)
      const text = within ? 'stands inside what it names' : 'names no anchor before it'
      const message = `the alias ${quoteText(`*${alias.source}`)} ${text}`
      this.#report('yaml-alias', alias, { message, remedy: 'write the value out' })
      return null
    }
    this.targets.set(alias, anchored.node)
    this.#values += anchored.size
    this.#aliased += anchored.size
    if (this.#aliased > MAX_ALIASED_VALUES) return this.#bomb(alias, anchored.size)
    if (depth - 1 + heightOf(anchored.value) > MAX_DEPTH) {
      return this.#refuseDepth(alias)
    }
    return anchored.value
  }

  #refuseDepth(node: unknown): null {
    this.problems.push(tooDeep(startOf(node)))
    return null
  }

  #bomb(alias: Alias, size: number): null {
    // Said once, at the alias that goes over the limit; those after it are left empty.
    if (this.#aliased - size <= MAX_ALIASED_VALUES) {
      this.#report('yaml-alias-bomb', alias, {
        message: `the aliases up to here stand for more than ${MAX_ALIASED_VALUES} values`,
        remedy: 'write the values out, or generate the rules as JSON; aliases to aliases multiply',
      })
    }
    return null
  }

  #map(map: YAMLMap, depth: number): unknown {
    const object = Object.create(null) as Record<string, unknown> // empty, filled below
    const keys = new KeySet()
    for (const pair of map.items) {
      const key = this.#key(pair)
      const value = this.read(pair.value, depth + 1)
      if (key === undefined) continue
      const offset = startOf(pair.key)
      const earlier = keys.add(key, offset)
      if (earlier >= 0) this.problems.push(duplicateKey(key, offset, earlier, this.#lines))
      object[key] = value
    }
    return object
  }

  #key({ key }: Pair): string | undefined {
    const text = keyText(key)
    if (text === undefined) {
      this.#report('yaml-key', key, {
        message: 'a key is empty, an alias or a collection',
        remedy: 'write keys as plain text',
      })
      return undefined
    }
    if (text === '__proto__') {
      this.problems.push(forbiddenKey(startOf(key)))
      return undefined
    }
    if (text === '<<' && isScalar(key) && key.type === 'PLAIN') {
      this.#report('yaml-merge-key', key, {
        message: 'merge keys ("<<") are no part of YAML 1.2 and are not read',
        remedy: 'write the merged keys out',
      })
      return undefined
    }
    return text
  }

  #report(
    code: string,
    at: unknown,
    { message, remedy }: { readonly message: string; readonly remedy: string },
  ): void {
    const offset = startOf(at)
    this.problems.push({ severity: 'error', code, offset, message, value: undefined, remedy })
  }
}

/**
 * The key as it is written: `80` and `1.50` are the texts "80" and "1.50". `undefined` where it is
 * null or no scalar.
 */
export function keyText(key: unknown): string | undefined {
  if (!isScalar(key) || key.value === null) return undefined
  return typeof key.value === 'string' ? key.value : key.source
}

/** Offset of a node of the tree; 0 for one that the parser made up. */
export function startOf(node: unknown): number {
  if (isScalar(node) || isAlias(node) || isMap(node) || isSeq(node)) return node.range?.[0] ?? 0
  return 0
}

/** Levels of collections in a value; 0 for a scalar. */
function heightOf(value: unknown): number {
  if (typeof value !== 'object' || value === null) return 0
  let height = 0
  for (const child of Object.values(value)) height = Math.max(height, heightOf(child))
  return height + 1
}
