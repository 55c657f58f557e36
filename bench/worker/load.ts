/** A client and an origin on raw sockets, light enough to leave the processor to what is measured. */
import { once } from 'node:events'
import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net'

const BODY = 'x'.repeat(178)
const ANSWER = Buffer.from(
  `HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: ${BODY.length}\r\n\r\n${BODY}`,
)
const HEAD_END = '\r\n\r\n'

/** Answers every request without a body the same. */
export async function startOrigin(): Promise<{ readonly url: string; close(): void }> {
  const sockets = new Set<Socket>()
  const server: Server = createServer({ noDelay: true }, (socket) => {
    sockets.add(socket)
    let rest = ''
    socket.setEncoding('latin1')
    socket.on('error', () => {})
    socket.on('data', (chunk: string) => {
      const parts = (rest + chunk).split(HEAD_END)
      rest = parts.pop() ?? ''
      for (let i = 0; i < parts.length; i++) socket.write(ANSWER)
    })
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo // bound to a port
  return {
    url: `http://127.0.0.1:${port}`,
    close() {
      for (const socket of sockets) socket.destroy()
      server.close()
    },
  }
}

/** What is asked. */
export interface Load {
  readonly port: number
  /** Whole heads, asked in turn. */
  readonly heads: readonly string[]
  readonly requests: number
  readonly connections: number
}

/** Sends that many requests, one at a time on each connection. Rejects at the first that fails. */
export async function run({ port, heads, requests, connections }: Load): Promise<void> {
  let left = requests
  const next = (): string | undefined => (left-- > 0 ? heads[left % heads.length] : undefined)
  await Promise.all(Array.from({ length: connections }, () => runConnection(port, next)))
}

async function runConnection(port: number, next: () => string | undefined): Promise<void> {
  const socket = connect({ port, host: '127.0.0.1', noDelay: true })
  await once(socket, 'connect')
  socket.setEncoding('latin1')
  await new Promise<void>((resolve, reject) => {
    let received = ''
    const ask = (): void => {
      const head = next()
      if (head === undefined) resolve()
      else socket.write(head)
    }
    socket.on('data', (chunk: string) => {
      received += chunk
      const end = received.indexOf(HEAD_END)
      if (end === -1 || !received.endsWith(BODY)) return
      if (!received.startsWith('HTTP/1.1 200 ')) reject(new Error(received))
      received = ''
      ask()
    })
    socket.on('error', reject)
    socket.on('close', () => reject(new Error(`closed after ${JSON.stringify(received)}`)))
    ask()
  })
  socket.destroy()
}
