/**
 * The figures that the Node engine keeps to, all in one place. Those of a single attempt come with
 * its step and are not here.
 */

/** Bounds and waiting times of the engine. */
export interface EngineLimits {
  /** Bytes of a request head; more is `head_too_large`. 16,384. */
  readonly maxHeadBytes: number
  /** Header fields of a request; more is `head_too_large`, never a silent cut. 100. */
  readonly maxFieldCount: number
  /** Bytes of a request target; more is `target_too_long`. 8,192. */
  readonly maxTargetBytes: number
  /** Milliseconds to read a request head in. 10,000. */
  readonly headTimeoutMs: number
  /** Milliseconds an idle client connection is kept; more than a load balancer in front. 75,000. */
  readonly keepAliveMs: number
  /**
   * Bytes behind the request in hand that are held before reading stops. Requests of a connection
   * are carried out one at a time, so that a pipelining client opens no more upstream connections
   * than any other. 65,536.
   */
  readonly maxHeldBytes: number
  /** Bytes of an unwanted request body to read for the sake of the connection. 262,144. */
  readonly drainBytes: number
  /** Milliseconds for the same. 5,000. */
  readonly drainMs: number
  /**
   * Milliseconds a connection that ends is still read from: closing on unread bytes would reset it
   * and could take back the response from the client's buffer (RFC 9112 §9.6). 1,000.
   */
  readonly lingerMs: number
  /** Milliseconds without progress before a client that does not read is given up. 30,000. */
  readonly writeStallMs: number
  /** Interim responses passed on before an endpoint counts as broken. 32. */
  readonly maxInterim: number
  /** Connections to one endpoint. 256. */
  readonly maxUpstreamConnections: number
  /** Requests that wait for one of them; more is `overloaded`. 1,024. */
  readonly maxUpstreamQueue: number
  /**
   * Milliseconds an idle upstream connection is kept. Less than the shortest default among common
   * servers (5 s), since the one that closes first decides who loses a request. 4,000.
   */
  readonly upstreamIdleMs: number
  /**
   * Milliseconds after which an upstream connection takes no further request, so that traffic
   * follows changes of names and of load balancers. 600,000.
   */
  readonly upstreamAgeMs: number
  /** Requests that an upstream connection carries before it is closed. 10,000. */
  readonly maxUpstreamRequests: number
  /** Milliseconds for which the addresses of a name are believed without asking again. 10,000. */
  readonly lookupMs: number
  /** Milliseconds for which they are still used where asking again fails. 120,000. */
  readonly staleLookupMs: number
}

/** What ships. */
export const DEFAULT_LIMITS: EngineLimits = {
  maxHeadBytes: 16_384,
  maxFieldCount: 100,
  maxTargetBytes: 8192,
  headTimeoutMs: 10_000,
  keepAliveMs: 75_000,
  maxHeldBytes: 65_536,
  drainBytes: 262_144,
  drainMs: 5000,
  lingerMs: 1000,
  writeStallMs: 30_000,
  maxInterim: 32,
  maxUpstreamConnections: 256,
  maxUpstreamQueue: 1024,
  upstreamIdleMs: 4000,
  upstreamAgeMs: 600_000,
  maxUpstreamRequests: 10_000,
  lookupMs: 10_000,
  staleLookupMs: 120_000,
}
