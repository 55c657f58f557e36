/**
 * The client's request body on its way to one endpoint after another: counted, bounded, kept as far
 * as an attempt asked for, read no faster than it is taken.
 */
import type { IncomingMessage } from 'node:http'
import type { Fields } from '../../../src/head.ts'

/** Takes the body of one attempt. */
export interface BodySink {
  /** Whether more may follow at once; else the sink calls `resume` when it may. */
  write(chunk: Buffer): boolean
  /** The body is whole. */
  end(trailers: Fields): void
  /** The body grew past its bound; nothing more comes. */
  overflow(): void
}

/** The bounds of one attempt. */
export interface BodyBounds {
  /** Bytes to keep for another attempt. */
  readonly replayBytes: number
  /** Bytes that may come in all; 0 is no bound. */
  readonly maxBytes: number
}

/** One request's body. */
export class RequestBody {
  /** In bytes; 0 when there is none, -1 when it is not known beforehand. */
  readonly length: number
  readonly #source: IncomingMessage
  /** What has been read, or `undefined` once some of it was let go. */
  #kept: Buffer[] | undefined = []
  #bytes = 0
  #ended: boolean
  #started = false
  #bounds: BodyBounds = { replayBytes: 0, maxBytes: 0 }
  #sink: BodySink | undefined

  constructor(source: IncomingMessage, length: number) {
    this.#source = source
    this.length = length
    this.#ended = length === 0
  }

  /** Bytes read so far. */
  get bytes(): number {
    return this.#bytes
  }

  /** Whether all of it can be sent to another endpoint. */
  get replayable(): boolean {
    return this.#kept !== undefined
  }

  /** Whether all of it has come from the client. */
  get complete(): boolean {
    return this.#ended || this.#source.complete
  }

  /** Sends everything to `sink`: first what is kept, then the rest as it comes. */
  attach(sink: BodySink, bounds: BodyBounds): void {
    this.#sink = sink
    this.#bounds = bounds
    // What is kept is small by its bound, so the sink's buffer may hold it.
    for (const chunk of this.#kept ?? []) sink.write(chunk)
    if (this.#ended) sink.end(this.#source.rawTrailers)
    else this.#read()
  }

  /** Stops sending; what comes later waits for the next sink. */
  detach(): void {
    if (this.#sink === undefined) return
    this.#sink = undefined
    this.#source.pause()
  }

  /** The sink may take more. */
  resume(): void {
    if (this.#sink !== undefined) this.#source.resume()
  }

  /**
   * Throws away what is still to come, within `maxBytes` and `maxMs`, and tells whether that was
   * all of it.
   */
  drain({ maxBytes, maxMs, done }: BodyDrain): void {
    if (this.#ended) {
      done(true)
      return
    }
    const finish = (whole: boolean): void => {
      clearTimeout(timer)
      this.#source.off('close', abandon)
      this.detach()
      done(whole)
    }
    const abandon = (): void => finish(this.#ended)
    const timer = setTimeout(finish, maxMs, false)
    this.#source.once('close', abandon)
    let left = maxBytes
    this.#kept = undefined
    this.#bounds = { replayBytes: 0, maxBytes: 0 }
    this.#sink = {
      write: (chunk) => {
        left -= chunk.length
        if (left < 0) finish(false)
        return true
      },
      end: () => finish(true),
      overflow: abandon,
    }
    this.#read()
  }

  #read(): void {
    if (!this.#started) {
      this.#started = true
      this.#source.on('data', (chunk: Buffer) => this.#take(chunk))
      this.#source.on('end', () => {
        this.#ended = true
        this.#sink?.end(this.#source.rawTrailers)
      })
    }
    this.#source.resume()
  }

  #take(chunk: Buffer): void {
    this.#bytes += chunk.length
    if (this.#bytes > this.#bounds.replayBytes) this.#kept = undefined
    this.#kept?.push(chunk)
    const { maxBytes } = this.#bounds
    if (maxBytes > 0 && this.#bytes > maxBytes) {
      const sink = this.#sink
      this.detach()
      sink?.overflow()
      return
    }
    if (this.#sink?.write(chunk) === false) this.#source.pause()
  }
}

/** How to throw a body away. */
export interface BodyDrain {
  readonly maxBytes: number
  readonly maxMs: number
  /** Called once; `whole` means that the connection is at the next request. */
  readonly done: (whole: boolean) => void
}
