/** Reads HTTP/1.1 messages off a raw socket, for origins and clients of the tests. */
import type { Socket } from 'node:net'

/** A head as it stands on the wire. */
export interface Message {
  /** Request or status line. */
  readonly start: string
  /** Names lower-case; of repeated fields the last. */
  readonly fields: ReadonlyMap<string, string>
}

/** A body with what followed it. */
export interface MessageBody {
  readonly body: string
  /** Lines of the trailer section. */
  readonly trailers: readonly string[]
}

/** Messages of one socket, one after the other. */
export interface MessageReader {
  /** The next head; `undefined` when the connection ended instead. */
  head(): Promise<Message | undefined>
  /** The body after it, by its framing alone. Rejects when the connection ended within. */
  body(head: Message): Promise<MessageBody>
  /** `count` bytes; rejects when there are not that many. */
  bytes(count: number): Promise<Buffer>
  /** Everything until the connection ends. */
  rest(): Promise<Buffer>
}

/** Reads from `socket`. */
export function readMessage(socket: Socket): MessageReader {
  let buffer: Buffer = Buffer.alloc(0)
  let ended = false
  let wake = (): void => {}
  socket.on('data', (chunk: Buffer) => {
    buffer = Buffer.concat([buffer, chunk])
    wake()
  })
  socket.on('error', () => {}) // the close that follows says it
  const finish = (): void => {
    ended = true
    wake()
  }
  socket.on('end', finish)
  socket.on('close', finish)

  const more = async (): Promise<boolean> => {
    if (ended) return false
    await new Promise<void>((resolve) => {
      wake = resolve
    })
    return true
  }
  const take = (count: number): Buffer => {
    const taken = buffer.subarray(0, count)
    buffer = buffer.subarray(count)
    return taken
  }
  const until = async (mark: string): Promise<string | undefined> => {
    for (;;) {
      const at = buffer.indexOf(mark)
      if (at >= 0)
        return take(at + mark.length)
          .toString('latin1')
          .slice(0, at)
      if (!(await more())) return undefined
    }
  }
  const bytes = async (count: number): Promise<Buffer> => {
    while (buffer.length < count) {
      if (!(await more())) throw new Error(`connection ended ${count - buffer.length} bytes short`)
    }
    return take(count)
  }
  const line = async (): Promise<string> => {
    const text = await until('\r\n')
    if (text === undefined) throw new Error('connection ended within a line')
    return text
  }
  const chunked = async (): Promise<MessageBody> => {
    let body = ''
    for (;;) {
      const size = Number.parseInt(await line(), 16)
      if (size === 0) break
      body += (await bytes(size)).toString('latin1')
      await line()
    }
    const trailers: string[] = []
    for (let field = await line(); field !== ''; field = await line()) trailers.push(field)
    return { body, trailers }
  }

  return {
    async head() {
      const text = await until('\r\n\r\n')
      if (text === undefined) return undefined
      const [start = '', ...lines] = text.split('\r\n')
      const fields = new Map<string, string>()
      for (const field of lines) {
        const colon = field.indexOf(':')
        fields.set(field.slice(0, colon).toLowerCase(), field.slice(colon + 1).trim())
      }
      return { start, fields }
    },
    async body({ fields }) {
      if (fields.has('transfer-encoding')) return await chunked()
      const length = Number(fields.get('content-length') ?? 0)
      return { body: (await bytes(length)).toString('latin1'), trailers: [] }
    },
    bytes,
    async rest() {
      while (await more()) {
        // Only the end of the connection ends this.
      }
      return buffer
    },
  }
}
