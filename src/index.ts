/**
 * What `postern` offers to an application: rules as a fetch handler. Rules are compiled elsewhere
 * (`postern build`, `postern/rules`), so that neither a YAML parser nor a schema comes along.
 */
import type { AccessRecord } from './exchange.ts'
import type { FetchFunction } from './fetch/attempt.ts'
import { openGateway, type Gateway } from './fetch/gateway.ts'
import type { FetchTraits } from './fetch/traits.ts'
import type { Bundle } from './model/bundle.ts'
import { loadPatternCompiler } from './regex/engine.ts'

export { ERRORS, PosternError, type ErrorEntry, type Finding, type Reason } from './errors.ts'
export type { AccessRecord } from './exchange.ts'
export type { FetchFunction } from './fetch/attempt.ts'
export type { Gateway } from './fetch/gateway.ts'
export type { FetchPeer } from './fetch/peer.ts'
export { STANDARD_FETCH, WORKERS_FETCH, type FetchTraits } from './fetch/traits.ts'
export type { Bundle } from './model/bundle.ts'

/** How to embed a gateway. */
export interface GatewayOptions {
  /**
   * Compiled rules: the JSON that `postern build` writes, or what `buildRules` of `postern/rules`
   * gives. It must not change afterwards.
   */
  readonly bundle: Bundle
  /** Sends requests to endpoints. Default: the global `fetch`. */
  readonly fetch?: FetchFunction
  /** How that fetch treats bodies and upgrades. Default `STANDARD_FETCH`; `WORKERS_FETCH` in workerd. */
  readonly traits?: FetchTraits
  /** The fetch of the service that an endpoint `binding:NAME` names. Default: there is none. */
  readonly binding?: (name: string) => FetchFunction | undefined
  /** Takes the access record of each request, when its response begins. Default: nobody does. */
  readonly log?: (record: AccessRecord) => void
  /**
   * Learns of broken promises inside postern; the request is answered 500 all the same. Default:
   * nobody does, so give one.
   */
  readonly fault?: (error: unknown) => void
}

/**
 * A handler that answers requests by the rules of `bundle`, for any server that speaks Request and
 * Response. It never rejects; what goes wrong is a response with `x-postern-reason`.
 *
 * `peer.address` has to be the socket's: policy and `X-Forwarded-For` stand on it. Throws a
 * `PosternError` with the code `no_rules` where the bundle is none or of another version.
 *
 * ```ts
 * const gateway = createGateway({ bundle })
 * app.all('*', (c) => gateway(c.req.raw, { address: getConnInfo(c).remote.address }))
 * ```
 */
export function createGateway(options: GatewayOptions): Gateway {
  const { bundle, fetch = (request) => globalThis.fetch(request), ...others } = options
  const { log = ignore, fault = ignore, ...rest } = others
  return openGateway(bundle, { ...rest, fetch, log, fault, loadPatterns: loadPatternCompiler })
}

function ignore(): void {}
