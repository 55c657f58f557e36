/** Where the fetch of one runtime does otherwise than that of another. */

/** What the engine has to know of the fetch that is injected. */
export interface FetchTraits {
  /**
   * Bodies arrive decoded while their fields still name the coding, as the Fetch standard has it.
   * The engine then drops what no longer holds.
   */
  readonly decodes: boolean
  /** A response may be a 101 with a socket, and `Upgrade` may be asked for. */
  readonly upgrades: boolean
  /**
   * What was asked for a request ends with it, when its answer has gone out or its client has left.
   * Nothing is aborted then: handing a signal to fetch has a cost for each request.
   */
  readonly endsWithRequest: boolean
  /**
   * Making a message of another and changing a few fields costs less than handing over all of them.
   * A Request made of the client's sends what that would, less what it says of itself.
   */
  readonly copies: boolean
}

/** The Fetch standard: Node, Bun, Deno. */
export const STANDARD_FETCH: FetchTraits = {
  decodes: true,
  upgrades: false,
  endsWithRequest: false,
  copies: false,
}

/** workerd, which passes a body that nobody reads as it came and can switch to WebSocket. */
export const WORKERS_FETCH: FetchTraits = {
  decodes: false,
  upgrades: true,
  endsWithRequest: true,
  copies: true,
}
