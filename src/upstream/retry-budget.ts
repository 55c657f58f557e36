/**
 * Bounds retries to a share of the requests, so that a cluster that is down is not also flooded.
 * A token bucket: each first attempt adds a fifth of a token, each retry takes one.
 */

/** Retries per request in the long run. */
const SHARE = 0.2
/** Tokens at the start and at least kept reachable, so that a quiet service can retry at all. */
const INITIAL_TOKENS = 10
const MAX_TOKENS = 100

/** One cluster's budget. */
export class RetryBudget {
  #tokens = INITIAL_TOKENS

  /** Counts a first attempt. */
  deposit(): void {
    this.#tokens = Math.min(MAX_TOKENS, this.#tokens + SHARE)
  }

  /** Takes the token for one retry; `false` when the budget is spent. */
  withdraw(): boolean {
    if (this.#tokens < 1) return false
    this.#tokens -= 1
    return true
  }
}
