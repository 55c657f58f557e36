/**
 * Which addresses a list of CIDR blocks holds: a path-compressed binary trie (Patricia, Morrison
 * 1968) in one typed array, built once and then only read. A look-up walks down at most as many
 * nodes as there are nested or branching prefixes, not one for each block.
 */
import { PosternError } from '../errors.ts'
import type { AddressWords, IpAddress } from './address.ts'
import { parseCidr, type Cidr } from './cidr.ts'

/** An immutable set of CIDR blocks. */
export interface CidrSet {
  /** Whether any block holds the address. */
  contains(address: IpAddress): boolean
  /** Length of the longest prefix that holds the address; -1 when none does. */
  longestMatch(address: IpAddress): number
}

/**
 * The set of these blocks, each as `parseCidr` takes it. Text that is none throws
 * `internal_error`: leaving it out of a deny list would open what the list closes.
 */
export function createCidrSet(texts: readonly string[]): CidrSet {
  // A block adds at most a leaf and the fork above it; node 0 stands for no node.
  const trie = new CidrTrie(2 * texts.length + 1)
  for (const text of texts) {
    const cidr = parseCidr(text)
    if (cidr === undefined) throw new PosternError('internal_error', `invalid CIDR '${text}'`)
    trie.add(cidr)
  }
  return trie
}

// A node is eight consecutive 32-bit words, half a cache line: four of prefix, then these.
const NODE_SHIFT = 3
/** Prefix length of the node. */
const LENGTH = 4
/** 1 where a block of the set ends here, 0 at a mere fork. */
const ENDS = 5
/** Node below whose next bit is 0; the one for bit 1 follows. 0 means none. */
const CHILD = 6

// Node 0 stands for no node, so its own children are free to be the tops of the two families.
const TOP_4 = CHILD
const TOP_6 = CHILD + 1

class CidrTrie implements CidrSet {
  readonly #words: Int32Array
  #nodes = 1

  constructor(nodes: number) {
    this.#words = new Int32Array(nodes << NODE_SHIFT)
  }

  contains(address: IpAddress): boolean {
    const words = this.#words
    let node = read(words, address.family === 4 ? TOP_4 : TOP_6)
    while (node !== 0) {
      const at = node << NODE_SHIFT
      // All below share this prefix, so the first block that ends here decides for them.
      if (read(words, at + ENDS) === 1) return holds(words, at, address)
      node = read(words, at + CHILD + bitOf(address, read(words, at + LENGTH)))
    }
    return false
  }

  longestMatch(address: IpAddress): number {
    const words = this.#words
    const bits = address.family === 4 ? 32 : 128
    let node = read(words, address.family === 4 ? TOP_4 : TOP_6)
    let longest = -1
    while (node !== 0) {
      const at = node << NODE_SHIFT
      const length = read(words, at + LENGTH)
      // Forks are passed unchecked: a wrong turn is found out where the next block ends.
      if (read(words, at + ENDS) === 1) {
        if (!holds(words, at, address)) return longest
        longest = length
      }
      if (length === bits) return longest
      node = read(words, at + CHILD + bitOf(address, length))
    }
    return longest
  }

  add({ network, length }: Cidr): void {
    const words = this.#words
    let slot = network.family === 4 ? TOP_4 : TOP_6
    for (let node = read(words, slot); node !== 0; node = read(words, slot)) {
      const at = node << NODE_SHIFT
      const nodeLength = read(words, at + LENGTH)
      const shared = Math.min(sharedBits(words, at, network), nodeLength, length)
      if (shared < nodeLength) {
        words[slot] = this.#create(network, shared)
        slot = (read(words, slot) << NODE_SHIFT) + CHILD
        words[slot + bitAt(words, at, shared)] = node
        if (shared === length) words[slot - CHILD + ENDS] = 1
        else words[slot + bitOf(network, shared)] = this.#createEnd(network, length)
        return
      }
      if (nodeLength === length) {
        words[at + ENDS] = 1
        return
      }
      slot = at + CHILD + bitOf(network, nodeLength)
    }
    words[slot] = this.#createEnd(network, length)
  }

  /** A fork; bits of the prefix behind `length` have no meaning and are never compared. */
  #create(prefix: AddressWords, length: number): number {
    const at = this.#nodes << NODE_SHIFT
    for (let i = 0; i < 4; i++) this.#words[at + i] = wordOf(prefix, i)
    this.#words[at + LENGTH] = length
    return this.#nodes++
  }

  #createEnd(prefix: AddressWords, length: number): number {
    const node = this.#create(prefix, length)
    this.#words[(node << NODE_SHIFT) + ENDS] = 1
    return node
  }
}

/** Whether the node at `at` has a prefix that holds the address. */
function holds(words: Int32Array, at: number, address: AddressWords): boolean {
  const length = read(words, at + LENGTH)
  const whole = length >>> 5
  for (let i = 0; i < whole; i++) if (read(words, at + i) !== wordOf(address, i)) return false
  const rest = length & 31
  return rest === 0 || (read(words, at + whole) ^ wordOf(address, whole)) >>> (32 - rest) === 0
}

/** Number of leading bits that the node's prefix and the address share, 0 to 128. */
function sharedBits(words: Int32Array, at: number, address: AddressWords): number {
  for (let i = 0; i < 4; i++) {
    const difference = read(words, at + i) ^ wordOf(address, i)
    if (difference !== 0) return i * 32 + Math.clz32(difference)
  }
  return 128
}

/** Bit `index` (0 is the first) of an address. */
function bitOf(address: AddressWords, index: number): number {
  return (wordOf(address, index >>> 5) >>> (31 - (index & 31))) & 1
}

/** Bit `index` of the prefix of the node at `at`. */
function bitAt(words: Int32Array, at: number, index: number): number {
  return (read(words, at + (index >>> 5)) >>> (31 - (index & 31))) & 1
}

function wordOf(address: AddressWords, index: number): number {
  if (index === 0) return address.w0
  if (index === 1) return address.w1
  return index === 2 ? address.w2 : address.w3
}

function read(words: Int32Array, index: number): number {
  return words[index] as number // indexes are made from nodes that were created here
}
