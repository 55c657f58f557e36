/**
 * Reads a packed Bundle: finds a document by its key and parses it when it is asked for. Nothing is
 * kept of what was parsed; whoever asks remembers.
 */
import { PosternError } from '../errors.ts'
import {
  BUNDLE_FORMAT,
  type BundleReader,
  type Cluster,
  type VirtualHost,
} from '../model/bundle.ts'
import {
  createHostUnpacker,
  type HostUnpacker,
  type PackedHost,
} from '../model/packed-documents.ts'
import {
  ENTRY,
  ENTRY_LENGTH,
  hashKey,
  isKeyAt,
  PACKED_LAYOUT,
  readKey,
  type PackedBundle,
  type PackedSection,
} from '../model/packed.ts'
import { unknownFormat, type OpenResult } from './bundle-reader.ts'

/** A reader that can give memory back. */
export interface PackedReader extends BundleReader {
  /**
   * Says that the virtual host will not be asked for again; asking throws. Once all documents of a
   * buffer are released, so is the buffer. Knowing that a host is there outlives its document.
   */
  release(table: number, host: string): void
  /** Bytes of documents that are held. */
  documentBytes(): number
}

/** Opens `packed`, whose buffers are the reader's from then on. The work is constant. */
export function openPacked(packed: PackedBundle): OpenResult<PackedReader> {
  const { layout } = packed
  if (layout !== PACKED_LAYOUT) {
    return { type: 'refused', finding: unknownFormat('layout', layout, PACKED_LAYOUT) }
  }
  // `pack` wrote it of a Bundle's fields; the one that tells versions apart is checked.
  const root = JSON.parse(packed.root) as BundleReader['root']
  if (root.format !== BUNDLE_FORMAT) {
    return { type: 'refused', finding: unknownFormat('format', root.format, BUNDLE_FORMAT) }
  }
  return { type: 'opened', reader: new SectionsReader(root, packed) }
}

class SectionsReader implements PackedReader {
  readonly root: BundleReader['root']
  readonly #hosts: Section
  readonly #clusters: Section
  readonly #unpack: HostUnpacker = createHostUnpacker()

  constructor(root: BundleReader['root'], { hosts, clusters }: PackedBundle) {
    this.root = root
    this.#hosts = new Section(hosts)
    this.#clusters = new Section(clusters)
  }

  virtualHost(table: number, host: string): VirtualHost | undefined {
    const entry = this.#hosts.find(table, host)
    if (entry === NONE) return undefined
    // The key comes from the bytes: a part of a request's head would keep the whole head alive.
    // The document is what `pack` wrote.
    return this.#unpack(this.#hosts.key(entry), this.#hosts.read(entry) as PackedHost)
  }

  cluster(name: string): Cluster | undefined {
    const entry = this.#clusters.find(0, name)
    return entry === NONE ? undefined : (this.#clusters.read(entry) as Cluster) // likewise
  }

  hostKeys(table: number): Iterable<string> {
    return this.#hosts.keys(table)
  }

  release(table: number, host: string): void {
    const entry = this.#hosts.find(table, host)
    if (entry !== NONE) this.#hosts.release(entry)
  }

  documentBytes(): number {
    return this.#hosts.documentBytes() + this.#clusters.documentBytes()
  }
}

const NONE = -1

/** Marks an entry whose document was released, in place of the number of its buffer. */
const RELEASED = -1

class Section {
  readonly #seed: number
  readonly #slots: Int32Array
  readonly #entries: Int32Array
  readonly #keys: readonly Uint8Array[]
  readonly #documents: (Uint8Array | undefined)[]
  /** Entries of each buffer that are not released; counted when the first one is. */
  #held: Int32Array | undefined
  readonly #decoder: TextDecoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

  constructor({ seed, slots, entries, keys, documents }: PackedSection) {
    this.#seed = seed
    this.#slots = new Int32Array(slots)
    this.#entries = new Int32Array(entries)
    this.#keys = keys.map((buffer) => new Uint8Array(buffer))
    this.#documents = documents.map((buffer) => new Uint8Array(buffer))
  }

  /** Number of the entry, or `NONE`. Makes no object: strangers may ask for any name. */
  find(scope: number, key: string): number {
    const hash = hashKey(this.#seed, scope, key)
    const mask = this.#slots.length - 1
    // There are more slots than entries, so a free one ends every search.
    for (let slot = hash & mask; ; slot = (slot + 1) & mask) {
      const entry = this.#number(this.#slots, slot) - 1
      if (entry < 0) return NONE
      if (this.#field(entry, ENTRY.hash) !== hash) continue
      if (this.#field(entry, ENTRY.scope) === scope && this.#hasKey(entry, key)) return entry
    }
  }

  key(entry: number): string {
    const offset = this.#field(entry, ENTRY.keyOffset)
    return readKey(this.#keyBytes(entry), offset, offset + this.#field(entry, ENTRY.keyLength))
  }

  *keys(scope: number): Iterable<string> {
    for (let entry = 0; entry < this.#entries.length / ENTRY_LENGTH; entry++) {
      if (this.#field(entry, ENTRY.scope) === scope) yield this.key(entry)
    }
  }

  read(entry: number): unknown {
    const bytes = this.#documents[this.#field(entry, ENTRY.documentBuffer)]
    if (bytes === undefined) {
      throw new PosternError('internal_error', `document of "${this.key(entry)}" was released`)
    }
    const offset = this.#field(entry, ENTRY.documentOffset)
    const end = offset + this.#field(entry, ENTRY.documentLength)
    return JSON.parse(this.#decoder.decode(bytes.subarray(offset, end)))
  }

  release(entry: number): void {
    const buffer = this.#field(entry, ENTRY.documentBuffer)
    if (buffer === RELEASED) return
    this.#held ??= this.#countHeld()
    this.#entries[entry * ENTRY_LENGTH + ENTRY.documentBuffer] = RELEASED
    const left = this.#number(this.#held, buffer) - 1
    this.#held[buffer] = left
    if (left === 0) this.#documents[buffer] = undefined
  }

  documentBytes(): number {
    return this.#documents.reduce((sum, bytes) => sum + (bytes?.length ?? 0), 0)
  }

  #countHeld(): Int32Array {
    const held = new Int32Array(this.#documents.length)
    for (let entry = 0; entry < this.#entries.length / ENTRY_LENGTH; entry++) {
      const buffer = this.#field(entry, ENTRY.documentBuffer)
      held[buffer] = this.#number(held, buffer) + 1
    }
    return held
  }

  #hasKey(entry: number, key: string): boolean {
    const offset = this.#field(entry, ENTRY.keyOffset)
    const end = offset + this.#field(entry, ENTRY.keyLength)
    return isKeyAt(this.#keyBytes(entry), offset, end, key)
  }

  #keyBytes(entry: number): Uint8Array {
    return this.#keys[this.#field(entry, ENTRY.keyBuffer)] as Uint8Array // written with the entry
  }

  #field(entry: number, field: number): number {
    return this.#number(this.#entries, entry * ENTRY_LENGTH + field)
  }

  #number(numbers: Int32Array, index: number): number {
    return numbers[index] as number // every index comes from what was written
  }
}
