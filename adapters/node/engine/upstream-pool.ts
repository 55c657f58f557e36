/**
 * The connections to endpoints: idle ones in the order of their last use, a bound on their number,
 * and a queue before it. Knows no message.
 */
import type { EndpointAddress } from '../../../src/exchange.ts'
import { Deadline, type Ticker } from './deadline.ts'
import { Dialler, type DialAddress } from './dial.ts'
import type { EngineLimits } from './limits.ts'
import { guardedLookup, isAllowedHost, type GuardedLookup, type Resolve } from './lookup.ts'
import type { ConnectionHome, UpstreamConnection, UpstreamUser } from './upstream-connection.ts'

/** What the pools are made of. */
export interface UpstreamPoolsOptions {
  readonly limits: EngineLimits
  readonly ticker: Ticker
  /** Replaces the system's resolver. */
  readonly resolve: Resolve | undefined
}

/** What pools share. */
interface Shared {
  readonly limits: EngineLimits
  readonly ticker: Ticker
  readonly lookup: GuardedLookup
  readonly dialler: Dialler
}

/** Gives back what `acquire` promised, whether it came already or not. */
export interface Lease {
  cancel(user: UpstreamUser): void
}

/** One pool for each endpoint that is in use. */
export class UpstreamPools {
  readonly #shared: Shared
  readonly #pools = new Map<string, EndpointPool>()

  constructor({ limits, ticker, resolve }: UpstreamPoolsOptions) {
    const lookup = guardedLookup(limits, resolve)
    this.#shared = { limits, ticker, lookup, dialler: new Dialler() }
  }

  /**
   * Finds a connection for `user`, which may be told before this returns. A `dedicated` one is new
   * and ends with the exchange. What is given back ends the search.
   */
  acquire(
    address: DialAddress & Partial<Pick<EndpointAddress, 'url'>>,
    user: UpstreamUser,
    dedicated: boolean,
  ): Lease {
    const { scheme, hostname, port } = address
    const key = address.url ?? `${scheme}://${hostname}:${port}`
    let pool = this.#pools.get(key)
    if (pool === undefined) {
      const created = new EndpointPool({ scheme, hostname, port }, this.#shared, () => {
        if (this.#pools.get(key) === created) this.#pools.delete(key)
      })
      pool = created
      this.#pools.set(key, pool)
    }
    pool.acquire(user, dedicated)
    return pool
  }

  /** Closes idle connections; the others close when they are done. */
  close(): void {
    for (const pool of this.#pools.values()) pool.close()
  }
}

/** The connections to one endpoint. */
class EndpointPool implements ConnectionHome, Lease {
  readonly #address: DialAddress
  readonly #shared: Shared
  readonly #emptied: () => void
  readonly #allowed: boolean
  readonly #idle: UpstreamConnection[] = []
  readonly #open = new Set<UpstreamConnection>()
  readonly #waiting = new Map<UpstreamUser, boolean>()
  #closing = false

  constructor(address: DialAddress, shared: Shared, emptied: () => void) {
    this.#address = address
    this.#shared = shared
    this.#emptied = emptied
    this.#allowed = isAllowedHost(address.hostname)
  }

  acquire(user: UpstreamUser, dedicated: boolean): void {
    if (!this.#allowed) {
      this.#emptied()
      user.unavailable('address_forbidden', this.#address.hostname)
      return
    }
    const connection = dedicated ? undefined : this.#takeIdle()
    if (connection !== undefined) {
      connection.use(user)
      return
    }
    const { maxUpstreamConnections, maxUpstreamQueue } = this.#shared.limits
    if (this.#open.size < maxUpstreamConnections) this.#dial(user, dedicated)
    else if (this.#waiting.size < maxUpstreamQueue) this.#waiting.set(user, dedicated)
    else user.unavailable('overloaded', `${maxUpstreamQueue} requests wait`)
  }

  /** `user` waits no longer. */
  cancel(user: UpstreamUser): void {
    if (this.#waiting.delete(user)) return
    for (const connection of this.#open) {
      if (connection.isFor(user)) connection.destroy()
    }
  }

  release(connection: UpstreamConnection): void {
    const { limits, ticker } = this.#shared
    const old = performance.now() - connection.openedMs >= limits.upstreamAgeMs
    if (this.#closing || old || connection.requests >= limits.maxUpstreamRequests) {
      connection.destroy()
      return
    }
    for (const [user, dedicated] of this.#waiting) {
      if (dedicated) continue
      this.#waiting.delete(user)
      connection.use(user)
      return
    }
    connection.idle ??= new Deadline(ticker, () => connection.destroy())
    connection.idle.set(limits.upstreamIdleMs)
    this.#idle.push(connection)
  }

  forget(connection: UpstreamConnection): void {
    if (!this.#open.delete(connection)) return
    const at = this.#idle.lastIndexOf(connection)
    if (at !== -1) this.#idle.splice(at, 1)
    this.#serveNext()
    if (this.#open.size === 0 && this.#waiting.size === 0) this.#emptied()
  }

  distrust(): void {
    for (const connection of this.#idle.slice()) connection.destroy()
  }

  close(): void {
    this.#closing = true
    this.distrust()
  }

  #takeIdle(): UpstreamConnection | undefined {
    const connection = this.#idle.pop()
    connection?.idle?.clear()
    return connection
  }

  #serveNext(): void {
    for (const [user, dedicated] of this.#waiting) {
      this.#waiting.delete(user)
      this.#dial(user, dedicated)
      return
    }
  }

  #dial(user: UpstreamUser, dedicated: boolean): void {
    const { dialler, lookup, limits } = this.#shared
    const connection = dialler.dial({
      address: this.#address,
      lookup,
      home: this,
      // More than a response may hold; a head that does not fit is upstream_invalid.
      maxHeadBytes: limits.maxHeadBytes * 4,
      dedicated,
    })
    this.#open.add(connection)
    connection.reserve(user)
  }
}
