/** Bundle → packed form. Runs where rules are compiled, off the thread that serves requests. */
import type { Bundle, VirtualHost } from '../model/bundle.ts'
import { packHost } from '../model/packed-documents.ts'
import {
  BUFFER_BYTES,
  ENTRY,
  ENTRY_LENGTH,
  hashKey,
  keyBound,
  PACKED_LAYOUT,
  writeKey,
  type PackedBundle,
  type PackedSection,
} from '../model/packed.ts'

/** How to pack. */
export interface PackOptions {
  /** 32 bits that hashes begin with, best random for each process. Default 0, for equal bytes. */
  readonly seed?: number
}

/** Packs `bundle`. The same bundle and seed give the same bytes. */
export function pack(bundle: Bundle, options: PackOptions = {}): PackedBundle {
  const seed = (options.seed ?? 0) | 0
  const { format, sockets, listeners, patterns } = bundle
  const hosts = new SectionWriter(seed, Object.keys(bundle.hosts).length)
  // Tables share the documents of hosts that are the same in both.
  const written = new Map<VirtualHost, number>()
  for (const [key, virtualHost] of Object.entries(bundle.hosts)) {
    const slash = key.indexOf('/')
    const table = Number(key.slice(0, slash))
    const host = key.slice(slash + 1)
    const first = written.get(virtualHost)
    const entry =
      first === undefined
        ? hosts.add(table, host, JSON.stringify(packHost(virtualHost)))
        : hosts.repeat(table, host, first)
    if (first === undefined) written.set(virtualHost, entry)
  }
  const names = Object.keys(bundle.clusters)
  const clusters = new SectionWriter(seed, names.length)
  for (const name of names) clusters.add(0, name, JSON.stringify(bundle.clusters[name]))
  return {
    layout: PACKED_LAYOUT,
    root: JSON.stringify({ format, sockets, listeners, patterns }),
    hosts: hosts.finish(),
    clusters: clusters.finish(),
  }
}

/** Writes one section; the number of entries is known beforehand. */
class SectionWriter {
  readonly #seed: number
  readonly #slots: Int32Array<ArrayBuffer>
  readonly #entries: Int32Array<ArrayBuffer>
  readonly #keys: ByteWriter = new ByteWriter()
  readonly #documents: ByteWriter = new ByteWriter()
  readonly #encoder: TextEncoder = new TextEncoder()
  #count: number = 0

  constructor(seed: number, count: number) {
    let places = 4
    while (places < count * 2) places *= 2
    this.#seed = seed
    this.#slots = new Int32Array(places)
    this.#entries = new Int32Array(count * ENTRY_LENGTH)
  }

  /** Adds a key that is not there yet with its document; gives the number of the entry. */
  add(scope: number, key: string, document: string): number {
    const { buffer, offset, end } = this.#documents.write(document.length * 3, (bytes, at) => {
      const { written } = this.#encoder.encodeInto(document, bytes.subarray(at))
      return at + written
    })
    return this.#addEntry(scope, key, [buffer, offset, end - offset])
  }

  /** Adds a key with the document of another entry. */
  repeat(scope: number, key: string, entry: number): number {
    const base = entry * ENTRY_LENGTH
    const from = base + ENTRY.documentBuffer
    return this.#addEntry(scope, key, this.#entries.subarray(from, base + ENTRY_LENGTH))
  }

  finish(): PackedSection {
    return {
      seed: this.#seed,
      slots: this.#slots.buffer,
      entries: this.#entries.buffer,
      keys: this.#keys.finish(),
      documents: this.#documents.finish(),
    }
  }

  #addEntry(scope: number, key: string, document: ArrayLike<number>): number {
    const { buffer, offset, end } = this.#keys.write(keyBound(key), (bytes, at) =>
      writeKey(bytes, at, key),
    )
    const hash = hashKey(this.#seed, scope, key)
    const entry = this.#count++
    const base = entry * ENTRY_LENGTH
    this.#entries.set([hash, scope, buffer, offset, end - offset], base)
    this.#entries.set(document, base + ENTRY.documentBuffer)
    const mask = this.#slots.length - 1
    let slot = hash & mask
    while (this.#slots[slot] !== 0) slot = (slot + 1) & mask
    this.#slots[slot] = entry + 1
    return entry
  }
}

/** Where something was written. */
interface Written {
  /** Index of the buffer. */
  readonly buffer: number
  readonly offset: number
  readonly end: number
}

/** What the first buffer begins with: most rule sets need no more. */
const FIRST_BYTES = 65_536

/** Fills buffer after buffer; what is written at once lies in one buffer. */
class ByteWriter {
  readonly #full: ArrayBuffer[] = []
  #bytes: Uint8Array<ArrayBuffer> = new Uint8Array(0)
  /** Length of the next buffer; grows with the first one, up to the limit. */
  #length: number = FIRST_BYTES
  #end: number = 0

  /** Gives `write` room for `bound` bytes; it says where it ended, or that room was short. */
  write(bound: number, write: (bytes: Uint8Array<ArrayBuffer>, offset: number) => number): Written {
    // A buffer that a large document made longer takes nothing behind it.
    if (this.#end >= BUFFER_BYTES || this.#end + bound > this.#bytes.length) this.#makeRoom(bound)
    const offset = this.#end
    this.#end = write(this.#bytes, offset)
    return { buffer: this.#full.length, offset, end: this.#end }
  }

  finish(): readonly ArrayBuffer[] {
    this.#close()
    return this.#full
  }

  /** Moves to a longer buffer, or begins another one where this is as long as they get. */
  #makeRoom(bound: number): void {
    if (this.#end + bound > BUFFER_BYTES) this.#close()
    const needed = this.#end + bound
    while (this.#length < needed && this.#length < BUFFER_BYTES) {
      this.#length = Math.min(BUFFER_BYTES, this.#length * 4)
    }
    const longer = new Uint8Array(Math.max(this.#length, needed))
    longer.set(this.#bytes.subarray(0, this.#end))
    this.#bytes = longer
  }

  /** Puts what was written aside, cut to its length. */
  #close(): void {
    if (this.#end > 0) this.#full.push(this.#bytes.buffer.slice(0, this.#end))
    this.#end = 0
  }
}
