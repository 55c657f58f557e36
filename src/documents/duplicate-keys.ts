/** Finds keys that stand twice in one mapping while a parser walks through it. */
import type { LineIndex } from './line-index.ts'
import type { Problem } from './problem.ts'
import { quoteText, showText } from './shown-text.ts'

/** Up to here comparing with each key is cheaper than hashing; most mappings stay below. */
const FEW = 16

/** The keys of one mapping with their offsets. One object serves all mappings of a level. */
export class KeySet {
  readonly #keys: string[] = []
  readonly #offsets: number[] = []
  #count = 0
  #map: Map<string, number> | undefined

  /** Forgets all keys. */
  clear(): void {
    this.#count = 0
    this.#map = undefined
  }

  /** Adds the key and gives the offset of the same one before it; -1 when it is new. */
  add(key: string, offset: number): number {
    if (this.#map !== undefined) return this.#addToMap(this.#map, key, offset)
    for (let i = 0; i < this.#count; i++) {
      if (this.#keys[i] === key) return this.#offsets[i] ?? -1
    }
    this.#keys[this.#count] = key
    this.#offsets[this.#count] = offset
    this.#count++
    if (this.#count > FEW) this.#map = this.#createMap()
    return -1
  }

  #addToMap(map: Map<string, number>, key: string, offset: number): number {
    const earlier = map.get(key)
    if (earlier !== undefined) return earlier
    map.set(key, offset)
    return -1
  }

  #createMap(): Map<string, number> {
    const map = new Map<string, number>()
    for (let i = 0; i < this.#count; i++) map.set(this.#keys[i] ?? '', this.#offsets[i] ?? -1)
    return map
  }
}

/** The error that names both places of a key. */
export function duplicateKey(
  key: string,
  offset: number,
  earlier: number,
  lines: LineIndex,
): Problem {
  const { line, column } = lines.place(earlier)
  return {
    severity: 'error',
    code: 'duplicate-key',
    offset,
    message: `the key ${quoteText(key)} already stands at line ${line}, column ${column}`,
    value: showText(key),
    remedy: `keep one of the two ${quoteText(key)}`,
  }
}
