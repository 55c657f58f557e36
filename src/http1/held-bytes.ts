/** Keeps the beginning of a head until the rest arrives: the one place where bytes are copied. */

const FIRST_BYTES = 1024

/** Bytes of an unfinished section; grows by doubling, so that keeping costs no more than reading. */
export class HeldBytes {
  readonly #maxBytes: number
  #bytes: Uint8Array = new Uint8Array(0)
  #length = 0

  /** Holds `maxBytes` at most and leaves the rest. */
  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes
  }

  /** What is held, from 0 up to `length`; what lies beyond is stale. */
  get bytes(): Uint8Array {
    return this.#bytes
  }

  /** How many bytes are held. */
  get length(): number {
    return this.#length
  }

  /** Appends from `start` up to `end`, as much as there is room for. */
  append(bytes: Uint8Array, start: number, end: number): void {
    const stop = Math.min(end, start + this.#maxBytes - this.#length)
    const needed = this.#length + stop - start
    if (needed > this.#bytes.length) this.#grow(needed)
    // A call of `set` costs more than a loop over the few bytes of a slow sender.
    if (stop - start < 16) {
      for (let at = start, to = this.#length; at < stop; at++, to++) {
        this.#bytes[to] = bytes[at] as number // below `end` there is a byte
      }
    } else this.#bytes.set(bytes.subarray(start, stop), this.#length)
    this.#length = needed
  }

  /** Forgets what is held, and gives back the memory of a large head: most are small. */
  clear(): void {
    this.#length = 0
    if (this.#bytes.length > FIRST_BYTES) this.#bytes = new Uint8Array(0)
  }

  #grow(needed: number): void {
    const doubled = Math.max(FIRST_BYTES, 2 * this.#bytes.length, needed)
    const larger = new Uint8Array(Math.min(doubled, this.#maxBytes))
    larger.set(this.#bytes.subarray(0, this.#length))
    this.#bytes = larger
  }
}
