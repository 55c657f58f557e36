/**
 * The client's request body on its way to one endpoint after another: counted, bounded, kept as far
 * as an attempt asked for, read no faster than it is taken.
 */
import type { Fields, ParseFailure } from '../../../src/head.ts'

/** Takes the body of one attempt. */
export interface RequestSink {
  /** Takes a piece, which is nobody else's. */
  write(chunk: Buffer): void
  /** The body is whole. */
  end(trailers: Fields): void
  /** What was written may go; whether more may follow at once, else `resume` says when. */
  flush(): boolean
  /** The body grew past its bound; nothing more comes. */
  overflow(): void
}

/** Where a body comes from. */
export interface BodySource {
  /** Stops or goes on reading. */
  setReading(reading: boolean): void
}

/** The bounds of one attempt. */
export interface BodyBounds {
  /** Bytes to keep for another attempt. */
  readonly replayBytes: number
  /** Bytes that may come in all; 0 is no bound. */
  readonly maxBytes: number
}

const NO_FIELDS: Fields = []

/** One request's body. */
export class RequestBody {
  /** In bytes; 0 when there is none, -1 when it is not known beforehand. */
  readonly length: number
  /** Why it will never be whole. */
  failure: ParseFailure | undefined
  readonly #source: BodySource
  /** What has been given to a sink, or `undefined` once some of it was let go. */
  #kept: Buffer[] | undefined
  /** What has not. */
  #queue: Buffer[] | undefined
  #bytes = 0
  #givenBytes = 0
  #complete: boolean
  #trailers: Fields = NO_FIELDS
  #bounds: BodyBounds | undefined
  #sink: RequestSink | undefined
  #open = true
  #wanted = true

  constructor(source: BodySource, length: number) {
    this.#source = source
    this.length = length
    this.#complete = length === 0
  }

  /** Bytes read so far. */
  get bytes(): number {
    return this.#bytes
  }

  /** Whether all of it can be sent to another endpoint. */
  get replayable(): boolean {
    return this.#givenBytes === 0 || this.#kept !== undefined
  }

  /** Whether all of it has come from the client. */
  get complete(): boolean {
    return this.#complete
  }

  /** Takes a piece from the client. */
  push(chunk: Buffer): void {
    this.#bytes += chunk.length
    if (!this.#wanted) return
    this.#queue ??= []
    this.#queue.push(chunk)
  }

  /** All that one read brought has been given. */
  pushed(): void {
    if (this.#sink !== undefined) this.#give()
    else if (!this.#complete && this.#wanted && this.#queue !== undefined)
      this.#source.setReading(false)
  }

  /** The body is whole. */
  end(trailers: Fields): void {
    this.#trailers = trailers
    this.#complete = true
  }

  /** Sends everything to `sink`: first what is kept, then the rest as it comes. */
  attach(sink: RequestSink, bounds: BodyBounds): void {
    this.#sink = sink
    this.#bounds = bounds
    this.#open = true
    // What is kept is small by its bound, so the sink's buffer may hold it.
    for (const chunk of this.#kept ?? []) sink.write(chunk)
    this.#give()
  }

  /** Stops sending; what comes later waits for the next sink. */
  detach(): void {
    this.#sink = undefined
  }

  /** The sink may take more. */
  resume(): void {
    if (this.#sink === undefined || this.#open) return
    this.#open = true
    this.#give()
  }

  /** Throws away what is there and what is still to come. */
  discard(): void {
    this.#sink = undefined
    this.#wanted = false
    this.#queue = undefined
    if (this.#givenBytes > 0) this.#kept = undefined
    if (!this.#complete) this.#source.setReading(true)
  }

  #give(): void {
    const sink = this.#sink
    const queue = this.#queue
    if (sink === undefined || !this.#open) return
    this.#queue = undefined
    for (const chunk of queue ?? []) {
      this.#keep(chunk)
      const { maxBytes = 0 } = this.#bounds ?? {}
      if (maxBytes > 0 && this.#givenBytes > maxBytes) {
        this.detach()
        sink.overflow()
        return
      }
      sink.write(chunk)
    }
    if (this.#complete) {
      this.#sink = undefined
      sink.end(this.#trailers)
      sink.flush()
      return
    }
    this.#open = sink.flush()
    if (this.#sink !== undefined) this.#source.setReading(this.#open)
  }

  #keep(chunk: Buffer): void {
    const kept = this.#givenBytes === 0 ? [] : this.#kept
    this.#givenBytes += chunk.length
    const { replayBytes = 0 } = this.#bounds ?? {}
    if (kept !== undefined && this.#givenBytes <= replayBytes) {
      kept.push(chunk)
      this.#kept = kept
    } else this.#kept = undefined
  }
}
