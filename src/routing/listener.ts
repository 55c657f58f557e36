/**
 * Which listener of a socket a request belongs to, by the name that TLS asked for and the host of
 * the request. The rest of the listener is none of this module's business.
 */

/** What is needed of a listener: its host key, such as `a.test`, `*.a.test` or `*`. */
export interface ListenerHost {
  readonly host: string
}

/**
 * The listener among those of one socket that serves the request; `undefined` when none does.
 * `listeners` have the most specific host first, so the first that admits `host` is the one.
 * `host` is canonical; `serverName` is what the ClientHello said, `undefined` without TLS or name.
 *
 * Where the name belongs to another listener than the host, nothing is served: that listener's
 * certificate and its demands on the client were never shown. `isMisdirected` tells this case.
 */
export function selectListener<T extends ListenerHost>(
  listeners: readonly T[],
  serverName: string | undefined,
  host: string,
): T | undefined {
  const selected = firstAdmitting(listeners, host)
  if (serverName === undefined || serverName === host) return selected
  return firstAdmitting(listeners, canonicalName(serverName)) === selected ? selected : undefined
}

/**
 * Whether a listener admits `host` but TLS was asked for a name of another one: the case for 421
 * instead of 404 (RFC 9110 §15.5.20; Gateway API asks for it on coalesced connections).
 */
export function isMisdirected(
  listeners: readonly ListenerHost[],
  serverName: string | undefined,
  host: string,
): boolean {
  const admitted = firstAdmitting(listeners, host) !== undefined
  return admitted && selectListener(listeners, serverName, host) === undefined
}

/**
 * Whether a host key admits `host`, which is canonical. A listener's `*.a.test` admits any number
 * of labels, unlike a virtual host's: Gateway API knows no other kind, and Ingress no listeners.
 */
export function admitsHost(key: string, host: string): boolean {
  if (key === host || key === '*') return true
  if (!key.startsWith('*')) return false
  const deep = key.startsWith('**.')
  const suffix = key.slice(deep ? 2 : 1)
  if (host.length <= suffix.length || !host.endsWith(suffix) || host.startsWith('*')) return false
  return !deep || host.lastIndexOf('.', host.length - suffix.length - 1) > 0
}

function firstAdmitting<T extends ListenerHost>(
  listeners: readonly T[],
  host: string,
): T | undefined {
  for (const listener of listeners) {
    if (admitsHost(listener.host, host)) return listener
  }
  return undefined
}

/** A server name in the spelling of hosts: lower-case, without the dot of the root. */
function canonicalName(serverName: string): string {
  const lower = serverName.toLowerCase()
  return lower.endsWith('.') ? lower.slice(0, -1) : lower
}
