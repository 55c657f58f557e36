/**
 * An address that completes no connection: a listener whose queue is full and that never accepts.
 * It lives in a thread of its own that is stopped, since Node accepts whatever comes.
 */
import { connect, type Socket } from 'node:net'
import { Worker } from 'node:worker_threads'

/** An endpoint that cannot be connected to. */
export interface Blackhole {
  readonly url: string
  close(): Promise<void>
}

/** Connections that fill a queue of length 1; Linux lets one more in than was asked for. */
const FILLERS = 4

const LISTENER = `
const { createServer } = require('node:net')
const { parentPort } = require('node:worker_threads')
const server = createServer()
server.listen({ port: 0, host: '127.0.0.1', backlog: 1 }, () => {
  parentPort.postMessage(server.address().port)
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0)
})
`

/** Opens one. */
export async function openBlackhole(): Promise<Blackhole> {
  const thread = new Worker(LISTENER, { eval: true })
  const port = await new Promise<number>((resolve, reject) => {
    thread.once('message', resolve)
    thread.once('error', reject)
  })
  const sockets = await fill(port)
  return {
    url: `http://127.0.0.1:${port}`,
    async close() {
      for (const socket of sockets) socket.destroy()
      await thread.terminate()
    },
  }
}

/** Resolves when a connection has to wait, so that the next one will as well. */
async function fill(port: number): Promise<Socket[]> {
  const sockets = Array.from({ length: FILLERS }, () => connect(port, '127.0.0.1'))
  for (const socket of sockets) socket.on('error', () => {}) // it is destroyed in the end
  await Promise.race(sockets.slice(0, 1).map((one) => new Promise((r) => one.once('connect', r))))
  return sockets
}
