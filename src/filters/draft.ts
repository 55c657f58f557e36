/** The request while filters work on it, between the verdict and the outbound head. */

/** Mutable by filters alone; everything else reads it once they are through. */
export interface RequestDraft {
  /** Scheme the client used, as far as it can be trusted. */
  readonly scheme: 'http' | 'https'
  /** Canonical host without port, IPv6 in brackets. */
  readonly hostname: string
  /** Port the client connected to; a redirect that names neither port nor scheme goes there. */
  readonly port: number
  /** Path condition that took the request, without trailing slash; `undefined` for a fallback. */
  readonly prefix: string | undefined
  /** Canonical path that was asked for and matched: what every path modifier begins with. */
  readonly requestPath: string
  /** Path as it will be sent. Starts with one slash. */
  path: string
  /** Without `?`; `undefined` when the target had none. */
  readonly query: string | undefined
  /** Value of `Host` to send; `undefined` leaves it to the cluster. */
  host: string | undefined
  /** End-to-end fields, flat. */
  fields: string[]
}
