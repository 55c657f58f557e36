/** RequestRedirect: the `Location` that Gateway API asks for. */
import type { RequestRedirect } from '../model/manifest.ts'
import type { RequestDraft } from './draft.ts'
import { modifyPath } from './path-modifier.ts'

const DEFAULT_PORTS = { http: 80, https: 443 } as const

/**
 * Absolute URL to redirect to, or `undefined` where it would be the requested URL itself, which no
 * client could ever leave. The port is the filter's, else the default of a scheme that the filter
 * names, else the one the client used; a default port is left out (Gateway API
 * HTTPRequestRedirectFilter). The query is kept. The path is made of the client's: what a rule
 * rewrote for its backends is not for clients to see.
 */
export function redirectLocation(draft: RequestDraft, filter: RequestRedirect): string | undefined {
  const scheme = filter.scheme ?? draft.scheme
  const hostname = filter.hostname ?? draft.hostname
  const port = filter.port ?? (filter.scheme === undefined ? draft.port : DEFAULT_PORTS[scheme])
  const path =
    filter.path === undefined
      ? draft.requestPath
      : modifyPath(draft.requestPath, draft.prefix, filter.path)
  const same =
    scheme === draft.scheme &&
    hostname === draft.hostname &&
    port === draft.port &&
    path === draft.requestPath
  if (same) return undefined
  const authority = port === DEFAULT_PORTS[scheme] || port === 0 ? hostname : `${hostname}:${port}`
  const query = draft.query === undefined ? '' : `?${draft.query}`
  return `${scheme}://${authority}${path}${query}`
}
