/**
 * Writes messages to a socket in as few system calls as there can be: what is small becomes one
 * string with its head, what is large goes out beside it in one vector.
 */
import type { Socket } from 'node:net'
import type { Fields } from '../../../src/head.ts'
import { latin1 } from './latin1.ts'
import { CHUNK_END, encodeChunkLine, encodeLastChunk } from '../../../src/http1/encode-chunk.ts'

/** Bytes up to which copying into a string is cheaper than a vector of buffers. */
const MAX_TEXT = 16_384
/** Bytes of a piece that becomes text even where it has to begin another one. */
const SMALL = 2048

/** Writes one message after the other; nothing leaves before `flush`. */
export class MessageWriter {
  readonly #socket: Socket
  #text = ''
  #chunked = false
  #corked = false

  constructor(socket: Socket) {
    this.#socket = socket
  }

  /** Begins a message, or writes one that is a head alone; `chunked` is how its body is framed. */
  head(text: string, chunked: boolean): void {
    this.#text += text
    this.#chunked = chunked
  }

  /**
   * Writes `bytes[start]` up to `end`. They are copied unless `owned` says that nobody else will
   * write into them.
   */
  content(bytes: Buffer, start: number, end: number, owned: boolean): void {
    const size = end - start
    if (size === 0) return // it would end a chunked body
    if (this.#chunked) this.#text += encodeChunkLine(size)
    const fits = this.#text.length + size <= MAX_TEXT
    if (!fits && size <= SMALL) this.#writeText()
    if (fits || size <= SMALL) this.#text += latin1(bytes, start, end)
    else this.#large(bytes, start, end, owned)
    if (this.#chunked) this.#text += CHUNK_END
  }

  /** Ends the message. */
  end(trailers: Fields): void {
    if (this.#chunked) this.#text += encodeLastChunk(trailers)
  }

  /** Sends what has been written; whether more may follow at once. */
  flush(): boolean {
    const text = this.#text
    if (text !== '') {
      this.#text = ''
      this.#socket.write(text, 'latin1')
    }
    if (this.#corked) {
      this.#corked = false
      this.#socket.uncork()
    }
    return !this.#socket.writableNeedDrain
  }

  #large(bytes: Buffer, start: number, end: number, owned: boolean): void {
    const piece = start === 0 && end === bytes.length ? bytes : bytes.subarray(start, end)
    if (this.#text !== '') this.#writeText()
    // The system may take a part now and the rest later: until then nobody may touch it.
    this.#socket.write(owned ? piece : Buffer.from(piece))
  }

  /** Writes what there is together with what follows it. */
  #writeText(): void {
    if (!this.#corked) {
      this.#corked = true
      this.#socket.cork()
    }
    this.#socket.write(this.#text, 'latin1')
    this.#text = ''
  }
}
