/**
 * Which Worker answers, and whether requests wait for the next one. Owns the count of requests that
 * each Worker is busy with, so that nobody ends one under a request; starts and ends none itself.
 */

/** A Worker that accepts connections on loopback. */
export interface WorkerAddress {
  readonly port: number
}

/** The right to send one request to a Worker. */
export interface Lease<W extends WorkerAddress> {
  readonly worker: W
  /** Says that the request, its answer included, is over. Once. */
  end(): void
}

interface Held<W extends WorkerAddress> {
  readonly worker: W
  leases: number
  /** Called when the last lease ends, once the Worker has been replaced. */
  idle: (() => void) | undefined
}

/** The place that one Worker at a time stands in. */
export class WorkerSlot<W extends WorkerAddress> {
  #current: Held<W> | undefined
  #waiting: PromiseWithResolvers<void> | undefined

  constructor() {
    this.hold()
  }

  /** From now on requests wait until `release`; those that have a lease go on. */
  hold(): void {
    this.#waiting ??= Promise.withResolvers()
  }

  /** Lets the waiting requests go to the current Worker. Without one they go on waiting. */
  release(): void {
    if (this.#current === undefined) return
    this.#waiting?.resolve()
    this.#waiting = undefined
  }

  /** A lease on the current Worker, as soon as requests do not wait. */
  async take(): Promise<Lease<W>> {
    // Whoever was let go may find that the next hold has begun.
    while (this.#waiting !== undefined) await this.#waiting.promise
    // Only `release` ends the waiting, and only where there is one.
    const held = this.#current as Held<W>
    held.leases++
    return { worker: held.worker, end: () => giveBack(held) }
  }

  /**
   * Puts `worker` in the place of the current one, which is given with a promise of the moment when
   * the last of its requests is over.
   */
  replace(worker: W): { readonly worker: W; readonly idle: Promise<void> } | undefined {
    const before = this.#current
    this.#current = { worker, leases: 0, idle: undefined }
    if (before === undefined) return undefined
    const idle = new Promise<void>((resolve) => {
      before.idle = resolve
      if (before.leases === 0) resolve()
    })
    return { worker: before.worker, idle }
  }
}

function giveBack<W extends WorkerAddress>(held: Held<W>): void {
  held.leases--
  if (held.leases === 0) held.idle?.()
}
