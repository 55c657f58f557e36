/**
 * The packed form of a Bundle: documents as bytes behind a hash index, in buffers that can be moved
 * between threads. Owns layout, hash and the bytes of keys; writing and reading are done elsewhere.
 *
 * A thread that serves requests takes a packed Bundle over with constant work and parses the
 * documents it is asked for; a million routes cost it neither a pause nor a map of their names.
 */

/** The layout that this code writes; a reader refuses any other. */
export const PACKED_LAYOUT = 1

/** A whole rule set, ready to be handed over. */
export interface PackedBundle {
  readonly layout: typeof PACKED_LAYOUT
  /** JSON of the Bundle's `format`, `sockets`, `listeners` and `patterns`. */
  readonly root: string
  /** Virtual hosts; the scope of a key is the number of its table. */
  readonly hosts: PackedSection
  /** Clusters by name, in scope 0. */
  readonly clusters: PackedSection
}

/** Documents of one kind. */
export interface PackedSection {
  /** Where hashes begin. Another one for each process keeps crafted names from colliding. */
  readonly seed: number
  /**
   * Int32Array with a power of two of places, at least twice the entries: the number of an entry
   * plus one, 0 for none. The search begins at `hash & (length - 1)` and goes on to the next place,
   * around the end, until it finds the key or 0.
   */
  readonly slots: ArrayBuffer
  /** Int32Array with `ENTRY_LENGTH` numbers for each entry, in the order of `EntryField`. */
  readonly entries: ArrayBuffer
  /** Bytes of the keys, as `writeKey` gives them. */
  readonly keys: readonly ArrayBuffer[]
  /** Bytes of the documents: JSON in UTF-8. A document lies in one buffer. */
  readonly documents: readonly ArrayBuffer[]
}

/** Where the numbers of an entry stand. */
export const ENTRY = {
  hash: 0,
  scope: 1,
  keyBuffer: 2,
  keyOffset: 3,
  keyLength: 4,
  documentBuffer: 5,
  documentOffset: 6,
  documentLength: 7,
} as const

/** Numbers of one entry. */
export const ENTRY_LENGTH = 8

/**
 * Bytes of a buffer, unless one document needs more: what is freed at once when it is done with.
 * Above 32 MiB the C library of Linux (glibc, M_MMAP_THRESHOLD) maps each block by itself, and what
 * is freed goes back to the system. Buffers of one MiB came out of the heap of the thread that
 * packed, and 150 MB of a million routes stayed there when nobody held them any more. Requests come
 * to hosts in no order, so smaller buffers would not be free earlier: each holds hosts that rest.
 */
export const BUFFER_BYTES: number = 33 * 1_048_576

/** All buffers of `packed`, to be named as transferred in `postMessage`. */
export function packedBuffers({ hosts, clusters }: PackedBundle): ArrayBuffer[] {
  return [hosts, clusters].flatMap(sectionBuffers)
}

function sectionBuffers({ slots, entries, keys, documents }: PackedSection): ArrayBuffer[] {
  return [slots, entries, ...keys, ...documents]
}

/**
 * Hash of a key in a scope: FNV-1a over UTF-16 code units, then the finalizer of MurmurHash3, since
 * the low bits alone choose the slot. 32 bits, signed.
 */
export function hashKey(seed: number, scope: number, key: string): number {
  let hash = seed ^ Math.imul(scope + 1, 0x9e37_79b1)
  for (let i = 0; i < key.length; i++) hash = Math.imul(hash ^ key.charCodeAt(i), 0x0100_0193)
  hash = Math.imul(hash ^ (hash >>> 16), 0x85eb_ca6b)
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2_ae35)
  return hash ^ (hash >>> 16)
}

/** Bytes that `writeKey` needs for a key at most. */
export function keyBound(key: string): number {
  return key.length * 3
}

/**
 * Writes a key from `offset` on; gives the offset behind it. Each UTF-16 code unit is written as if
 * it were a code point of UTF-8. So ASCII is one byte each, and every string, lone surrogates
 * included, has bytes of its own, which UTF-8 would not give.
 */
export function writeKey(bytes: Uint8Array, offset: number, key: string): number {
  let at = offset
  for (let i = 0; i < key.length; i++) {
    const unit = key.charCodeAt(i)
    if (unit < 0x80) {
      bytes[at++] = unit
      continue
    }
    if (unit < 0x800) {
      bytes[at++] = 0xc0 | (unit >> 6)
    } else {
      bytes[at++] = 0xe0 | (unit >> 12)
      bytes[at++] = 0x80 | ((unit >> 6) & 0x3f)
    }
    bytes[at++] = 0x80 | (unit & 0x3f)
  }
  return at
}

/** The key that stands between two offsets, as a string that refers to no other. */
export function readKey(bytes: Uint8Array, offset: number, end: number): string {
  const units: number[] = []
  let at = offset
  while (at < end) {
    const lead = bytes[at++] as number // `at` is below the end of what was written
    if (lead < 0x80) {
      units.push(lead)
      continue
    }
    let unit = lead < 0xe0 ? lead & 0x1f : lead & 0x0f
    const last = at + (lead < 0xe0 ? 1 : 2)
    for (; at < last; at++) unit = (unit << 6) | ((bytes[at] as number) & 0x3f) // likewise
    units.push(unit)
  }
  // A host name is far shorter than a piece. Adding unit to unit would leave a rope behind.
  let key = String.fromCharCode(...units.slice(0, PIECE))
  for (let i = PIECE; i < units.length; i += PIECE) {
    key += String.fromCharCode(...units.slice(i, i + PIECE))
  }
  return key
}

/** Arguments that one call takes on every engine. */
const PIECE = 4096

/** Whether `key` is the one between two offsets; makes no string and no array. */
export function isKeyAt(bytes: Uint8Array, offset: number, end: number, key: string): boolean {
  let at = offset
  for (let i = 0; i < key.length; i++) {
    const unit = key.charCodeAt(i)
    if (unit < 0x80) {
      if (at >= end || bytes[at++] !== unit) return false
      continue
    }
    if (unit < 0x800) {
      if (at + 2 > end || bytes[at++] !== (0xc0 | (unit >> 6))) return false
    } else {
      if (at + 3 > end || bytes[at++] !== (0xe0 | (unit >> 12))) return false
      if (bytes[at++] !== (0x80 | ((unit >> 6) & 0x3f))) return false
    }
    if (bytes[at++] !== (0x80 | (unit & 0x3f))) return false
  }
  return at === end
}
