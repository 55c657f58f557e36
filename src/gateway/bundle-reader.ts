/** Reads a Bundle that is a plain object in memory, and says what a reader may refuse. */
import type { Finding } from '../errors.ts'
import { BUNDLE_FORMAT, hostDocumentKey } from '../model/bundle.ts'
import type { Bundle, BundleReader, Cluster, VirtualHost } from '../model/bundle.ts'

/** A reader, or why there is none. */
export type OpenResult<R extends BundleReader> =
  | { readonly type: 'opened'; readonly reader: R }
  /** The rules were written by another version; they are not guessed at. */
  | { readonly type: 'refused'; readonly finding: Finding }

/** Opens `bundle`, which must not change afterwards. Its type is a claim: `format` is checked. */
export function openBundle(bundle: Bundle): OpenResult<BundleReader> {
  const { format } = bundle
  return format === BUNDLE_FORMAT
    ? { type: 'opened', reader: new ObjectReader(bundle) }
    : { type: 'refused', finding: unknownFormat('format', format, BUNDLE_FORMAT) }
}

/** The finding about rules in a format that this version does not read. */
export function unknownFormat(field: string, found: unknown, known: number): Finding {
  const value = typeof found === 'number' ? String(found) : typeof found
  return {
    severity: 'error',
    code: 'unknown-format',
    message: `compiled rules have ${field} ${value}; this version reads ${known}`,
    object: '',
    file: '',
    line: 0,
    column: 0,
    value,
    remedy: 'compile the rules with this version of postern, or run the version that wrote them',
  }
}

class ObjectReader implements BundleReader {
  readonly root: BundleReader['root']
  readonly #hosts: Bundle['hosts']
  readonly #clusters: Bundle['clusters']

  constructor({ format, sockets, listeners, patterns, hosts, clusters }: Bundle) {
    this.root = { format, sockets, listeners, ...(patterns === undefined ? {} : { patterns }) }
    this.#hosts = hosts
    this.#clusters = clusters
  }

  virtualHost(table: number, host: string): VirtualHost | undefined {
    return ownValue(this.#hosts, hostDocumentKey(table, host))
  }

  cluster(name: string): Cluster | undefined {
    return ownValue(this.#clusters, name)
  }

  *hostKeys(table: number): Iterable<string> {
    const prefix = hostDocumentKey(table, '')
    for (const key of Object.keys(this.#hosts)) {
      if (key.startsWith(prefix)) yield key.slice(prefix.length)
    }
  }
}

/** A Bundle that came as JSON has a prototype, whose names are nobody's clusters. */
function ownValue<T>(record: Readonly<Record<string, T>>, key: string): T | undefined {
  return Object.hasOwn(record, key) ? record[key] : undefined
}
