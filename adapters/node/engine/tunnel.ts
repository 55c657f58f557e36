/** Two sockets joined after a 101: bytes both ways, each direction with its own end. */
import type { Socket } from 'node:net'

/** What to join. */
export interface TunnelOptions {
  readonly client: Socket
  readonly upstream: Socket
  /** Bytes that came with each side's head. */
  readonly firstFromClient: Buffer
  readonly firstFromUpstream: Buffer
  /** Milliseconds without a byte in either direction; 0 is no bound. */
  readonly idleMs: number
  readonly done: (result: TunnelResult) => void
}

/** How it went. */
export interface TunnelResult {
  /** `undefined` when both directions ended by themselves. */
  readonly failed: 'client' | 'upstream' | 'idle' | undefined
  /** Bytes from the client. */
  readonly requestBytes: number
  /** Bytes from the endpoint. */
  readonly responseBytes: number
}

/** Joins the sockets and calls `done` once both are closed; gives what ends them at once. */
export function joinTunnel(options: TunnelOptions): () => void {
  const { client, upstream, idleMs } = options
  let failed: TunnelResult['failed']
  let open = 2
  const counts = { requestBytes: 0, responseBytes: 0 }

  const stop = (by: TunnelResult['failed']): void => {
    failed ??= by
    client.destroy()
    upstream.destroy()
  }
  const idle = idleMs === 0 ? undefined : setTimeout(stop, idleMs, 'idle')
  const closed = (by: 'client' | 'upstream', socket: Socket): void => {
    open--
    // Closed without having ended: the other side cannot be told but by closing too.
    if (!socket.readableEnded) stop(by)
    if (open > 0) return
    clearTimeout(idle)
    options.done({ failed, ...counts })
  }
  const join = (from: Socket, to: Socket, side: 'client' | 'upstream', first: Buffer): void => {
    const count = side === 'client' ? 'requestBytes' : 'responseBytes'
    const forward = (chunk: Buffer): void => {
      counts[count] += chunk.length
      idle?.refresh()
      if (!to.write(chunk)) from.pause()
    }
    if (first.length > 0) forward(first)
    // One direction may end while the other goes on.
    from.allowHalfOpen = true
    from.on('data', forward)
    // The end may have come while the other side was still being asked.
    if (from.readableEnded) to.end()
    else from.on('end', () => to.end())
    // What the error says, the close that follows says too.
    from.on('error', () => {
      failed ??= side
    })
    from.once('close', () => closed(side, from))
    to.on('drain', () => from.resume())
    from.resume()
  }

  join(client, upstream, 'client', options.firstFromClient)
  join(upstream, client, 'upstream', options.firstFromUpstream)
  return () => stop('client')
}
