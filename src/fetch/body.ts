/** The client's request body as fetch gives it: one stream that can be read once. */

/** One request's body. */
export class FetchBody {
  readonly #request: Request
  /** As in the request head: 0 for none, -1 for unknown. */
  readonly length: number
  #kept: ArrayBuffer | undefined
  #taken = false

  /** `length` as in the request head: 0 for none, -1 for unknown. */
  constructor(request: Request, length: number) {
    this.#request = request
    this.length = length
  }

  /** Whether there is one at all, also where the runtime hides it. */
  get present(): boolean {
    return this.length !== 0
  }

  /** Bytes read from the client; -1 where only the runtime knows. */
  get bytes(): number {
    if (this.#kept !== undefined) return this.#kept.byteLength
    return this.#taken ? -1 : 0
  }

  /** Whether all of it can be sent again. */
  get replayable(): boolean {
    return this.length === 0 || this.#kept !== undefined || !this.#taken
  }

  /** Whether it is longer than that, by what the head says. */
  exceeds(maxBytes: number): boolean {
    return maxBytes > 0 && this.length > maxBytes
  }

  /**
   * The body for one attempt. A body of known length that fits is kept whole; of an unknown one
   * nothing is, since reading ahead would hold back a stream that has no end.
   */
  async take({ replayBytes, maxBytes }: TakeOptions): Promise<BodyInit | null> {
    if (this.#kept !== undefined) return this.#kept
    const { body } = this.#request
    if (body === null || this.length === 0) return null
    this.#taken = true
    if (this.length > 0 && this.length <= replayBytes) {
      this.#kept = await this.#request.arrayBuffer()
      return this.#kept
    }
    if (this.length > 0 || maxBytes === 0) return body
    return body.pipeThrough(bounded(maxBytes))
  }
}

/** What an attempt allows. */
export interface TakeOptions {
  /** Bytes to keep for another attempt. */
  readonly replayBytes: number
  /** Bytes that may come in all; 0 is no bound. */
  readonly maxBytes: number
}

/** The error of a body that grew past its bound. */
export const BODY_TOO_LARGE = 'body too large'

function bounded(
  maxBytes: number,
): TransformStream<Uint8Array<ArrayBuffer>, Uint8Array<ArrayBuffer>> {
  let bytes = 0
  return new TransformStream({
    transform(chunk, controller) {
      bytes += chunk.byteLength
      if (bytes > maxBytes) throw new Error(BODY_TOO_LARGE)
      controller.enqueue(chunk)
    },
  })
}
