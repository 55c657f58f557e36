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
}

/** The Fetch standard: Node, Bun, Deno. */
export const STANDARD_FETCH: FetchTraits = { decodes: true, upgrades: false }

/** workerd, which passes a body that nobody reads as it came and can switch to WebSocket. */
export const WORKERS_FETCH: FetchTraits = { decodes: false, upgrades: true }
