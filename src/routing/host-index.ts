/**
 * The hosts of one table, linked as they are asked for. Owns the order in which host keys are tried
 * and the memory of what has been linked; it knows nothing of routes.
 */
import type { BundleReader, VirtualHost } from '../model/bundle.ts'

/** What an index is made of. */
export interface HostIndexOptions<T> {
  readonly reader: Pick<BundleReader, 'virtualHost' | 'release'>
  /** Number of the table. */
  readonly table: number
  /** Which kinds of wildcard keys the table holds; the others are never tried. */
  readonly wildcards: { readonly one: boolean; readonly deep: boolean; readonly any: boolean }
  /** Makes of a document what `lookup` gives; asked once for each host. */
  readonly create: (document: VirtualHost) => T
}

const ASTERISK = 42

/**
 * Finds by host: the exact name, then `*.` with one label in front, then `**.` with two or more,
 * the longest suffix first, then `*`. A key with one label in front always has the longest suffix
 * that any wildcard can have, so this is "the longest wildcard" as well.
 *
 * Names that no document has are not remembered: a client can make up any number of them, so the
 * memory would need a bound and a copy of each name, while asking a packed reader again costs about
 * as much as the look-up that came before it (150 ns after 200 ns).
 */
export class HostIndex<T> {
  readonly #options: HostIndexOptions<T>
  // Keyed by the documents' own strings: one from a request would keep its whole head alive.
  readonly #exact: Map<string, T> = new Map()
  // Keyed by the suffix behind `*.` and `**.`.
  readonly #one: Map<string, T> = new Map()
  readonly #deep: Map<string, T> = new Map()
  #any: T | undefined

  constructor(options: HostIndexOptions<T>) {
    this.#options = options
  }

  /** What serves `host`, which is canonical; `undefined` when no key of the table fits. */
  lookup(host: string): T | undefined {
    return this.#exact.get(host) ?? this.#search(host)
  }

  #search(host: string): T | undefined {
    const { wildcards } = this.#options
    // A name cannot begin with an asterisk; without this, it would find a wildcard's document.
    if (host.charCodeAt(0) !== ASTERISK) {
      const exact = this.#link(this.#exact, '', host)
      if (exact !== undefined) return exact
      const wildcard =
        wildcards.one || wildcards.deep ? this.#searchWildcards(host, wildcards) : undefined
      if (wildcard !== undefined) return wildcard
    }
    return wildcards.any ? this.#linkAny() : undefined
  }

  #searchWildcards(host: string, { one, deep }: HostIndexOptions<T>['wildcards']): T | undefined {
    let dot = host.indexOf('.')
    if (dot === -1) return undefined
    let suffix = host.slice(dot + 1)
    const found = one ? (this.#one.get(suffix) ?? this.#link(this.#one, '*.', suffix)) : undefined
    if (found !== undefined || !deep) return found
    for (dot = suffix.indexOf('.'); dot !== -1; dot = suffix.indexOf('.')) {
      suffix = suffix.slice(dot + 1)
      const deeper = this.#deep.get(suffix) ?? this.#link(this.#deep, '**.', suffix)
      if (deeper !== undefined) return deeper
    }
    return undefined
  }

  #link(linked: Map<string, T>, marker: string, name: string): T | undefined {
    const { reader, table, create } = this.#options
    const document = reader.virtualHost(table, marker + name)
    if (document === undefined) return undefined
    const made = create(document)
    linked.set(document.host.slice(marker.length), made)
    reader.release?.(table, document.host)
    return made
  }

  #linkAny(): T | undefined {
    if (this.#any !== undefined) return this.#any
    const { reader, table, create } = this.#options
    const document = reader.virtualHost(table, '*')
    if (document === undefined) return undefined
    this.#any = create(document)
    reader.release?.(table, document.host)
    return this.#any
  }
}
