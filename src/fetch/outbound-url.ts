/**
 * The URL of an attempt. A URL parser stands between the core's target and the wire: it removes dot
 * segments, turns backslashes and escapes what it likes. What it makes of the URL is compared with
 * what the core decided, so that no endpoint is asked for another path than policy saw.
 */
import type { AttemptStep } from '../exchange.ts'

/**
 * Scheme and authority. A binding reaches its service whatever the URL says, so the URL says what
 * the client did: `Host` is kept.
 */
export function originOf({ endpoint, head }: AttemptStep, clientUrl: string): string {
  if (endpoint.binding === undefined) return endpoint.url
  return `${clientUrl.startsWith('https:') ? 'https' : 'http'}://${head.host}`
}

/** Whether `url`, as the runtime has parsed it, asks the endpoint for the target. */
export function isSameTarget(url: string, { endpoint, head }: AttemptStep): boolean {
  const pathStart = url.indexOf('/', url.indexOf('//') + 2)
  if (endpoint.binding === undefined && url.slice(0, pathStart) !== endpoint.url) return false
  const { target } = head
  // What follows is never sent, so that the endpoint would be asked for less.
  if (target.includes('#')) return false
  return url.endsWith(target) && url.length - pathStart === target.length
    ? true
    : url.slice(pathStart) === escapeQuotes(target)
}

/** The one character that canonical targets may hold and URL parsers escape: `'` in a query. */
function escapeQuotes(target: string): string {
  const query = target.indexOf('?')
  return query === -1 ? target : target.slice(0, query) + target.slice(query).replaceAll("'", '%27')
}
