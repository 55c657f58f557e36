/** The name a route is shown by, in logs, tables and explanations alike. */
import type { BundleRoute, VirtualHost } from '../model/bundle.ts'

/** `default/bookinfo`, or with the rule's number where its source names no single object. */
export function routeName(host: VirtualHost, route: BundleRoute): string | undefined {
  const source = host.sources[route.source]
  if (source === undefined) return undefined
  return source.indexed === true
    ? `${source.name}[${String(route.rule).padStart(4, '0')}]`
    : source.name
}
