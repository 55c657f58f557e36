/**
 * What parts of a Bundle need of the runtime that serves them. Owns how a need is recognised and
 * what to do about it; which runtime lacks it is in the table of capabilities.
 */
import { parseAddress } from '../ip/address.ts'
import type { Action, Cluster, SocketEntry, WeightedBackend } from '../model/bundle.ts'
import type { Filter } from '../model/manifest.ts'
import { DEFAULT_TIMEOUTS } from '../model/timeouts.ts'
import { parseEndpoint } from '../upstream/endpoint.ts'
import type { Capability } from './capabilities.ts'

/** One need. */
export interface Need {
  readonly capability: Capability
  /** Code of the finding where the need is not met. */
  readonly code: string
  /** What has it, as the beginning of a sentence: `socket "https:*:443" has protocol HTTPS`. */
  readonly subject: string
  /** The offending value as text. */
  readonly value: string
  /** What would be right, as an instruction. */
  readonly remedy: string
}

/** Names that are nobody's on the public internet (RFC 6761, RFC 6762, RFC 8375, ICANN's .internal). */
const PRIVATE_SUFFIXES = ['.local', '.localhost', '.internal', '.home.arpa', '.test', '.invalid']

/** What the action asks for by itself, its backends left out. */
export function needsOfAction({ filters, backends, timeouts }: Action): Need[] {
  const all = [...filters, ...backends.flatMap((backend) => backend.filters ?? [])]
  const needs = all.flatMap(needsOfFilter)
  const { connectMs, idleMs } = timeouts
  // The defaults are ours, so nobody relies on them to the millisecond; 0 asks for none at all.
  if (connectMs !== 0 && connectMs !== DEFAULT_TIMEOUTS.connectMs) {
    needs.push({
      capability: 'connect-timeout',
      code: 'needs-connect-timeout',
      subject: `the rule gives connecting ${connectMs} ms`,
      value: String(connectMs),
      remedy: 'leave "connect" out and set "firstByte", which covers connecting there',
    })
  }
  if (idleMs !== 0 && idleMs !== DEFAULT_TIMEOUTS.idleMs) {
    needs.push({
      capability: 'idle-timeout',
      code: 'needs-idle-timeout',
      subject: `the rule gives a silent body ${idleMs} ms`,
      value: String(idleMs),
      remedy: 'leave "idle" out; the backend has to end what stands still',
    })
  }
  return needs
}

/** What requests to the backend need; `cluster` is the one that it refers to. */
export function needsOfBackend({ ref }: WeightedBackend, cluster: Cluster): Need[] {
  const needs: Need[] = []
  let overNetwork = false
  for (const url of cluster.endpoints) {
    const endpoint = parseEndpoint(url)
    if (endpoint === undefined) continue
    if (endpoint.binding !== undefined) {
      needs.push(serviceBinding(ref, url))
      continue
    }
    overNetwork = true
    if (parseAddress(endpoint.hostname) !== undefined) needs.push(ipEndpoint(ref, url))
    else if (isPrivateName(endpoint.hostname)) needs.push(privateName(ref, url))
  }
  // A binding takes any URL, the client's host included.
  if (overNetwork && cluster.host.type !== 'endpoint') needs.push(keepHost(ref, cluster))
  return needs
}

/** What a socket needs; `index` counts those of its protocol before it. */
export function needsOfSocket({ key, protocol }: SocketEntry, index: number): Need[] {
  const needs: Need[] = []
  if (protocol === 'HTTPS') {
    needs.push({
      capability: 'tls',
      code: 'needs-tls',
      subject: `socket "${key}" has protocol HTTPS`,
      value: key,
      remedy: 'let something in front terminate TLS, and serve HTTP behind it',
    })
  }
  // One is whatever the runtime is reached by. Of several, rules may differ by where a request came.
  if (index > 0) {
    needs.push({
      capability: 'listener-ports',
      code: 'needs-listener-ports',
      subject: `socket "${key}" is one of several of protocol ${protocol}`,
      value: key,
      remedy: 'give the listeners one port and tell them apart by hostname',
    })
  }
  return needs
}

function needsOfFilter(filter: Filter): Need[] {
  if (filter.type !== 'URLRewrite' || filter.hostname === undefined) return []
  return [
    {
      capability: 'keep-host',
      code: 'needs-keep-host',
      subject: `filter URLRewrite sends the Host "${filter.hostname}"`,
      value: filter.hostname,
      remedy: 'use a backend whose endpoint has that name, or a service binding',
    },
  ]
}

function keepHost(ref: string, { name, host }: Cluster): Need {
  const what = host.type === 'fixed' ? `the Host "${host.value}"` : 'the Host of the client'
  const named = name.startsWith('backend/')
  return {
    capability: 'keep-host',
    code: 'needs-keep-host',
    subject: `backend "${ref}" is to receive ${what}`,
    value: ref,
    remedy:
      `${named ? 'give it' : 'name it under "backends" of a routes.json with'} "host": "endpoint", ` +
      "where X-Forwarded-Host carries the client's; or use a service binding, binding:NAME",
  }
}

function ipEndpoint(ref: string, url: string): Need {
  return {
    capability: 'ip-endpoint',
    code: 'needs-ip-endpoint',
    subject: `backend "${ref}" has an endpoint without a name, "${url}"`,
    value: url,
    remedy: 'name the endpoint by a public host name, or use a service binding, binding:NAME',
  }
}

function privateName(ref: string, url: string): Need {
  return {
    capability: 'private-name',
    code: 'needs-private-name',
    subject: `backend "${ref}" has an endpoint with a private name, "${url}"`,
    value: url,
    remedy:
      'name the endpoint by a public host name, that of a tunnel for example, or use a service ' +
      'binding, binding:NAME',
  }
}

function serviceBinding(ref: string, url: string): Need {
  return {
    capability: 'service-binding',
    code: 'needs-service-binding',
    subject: `backend "${ref}" is a service binding, "${url}"`,
    value: url,
    remedy: 'give it the URL of an endpoint',
  }
}

function isPrivateName(hostname: string): boolean {
  const name = hostname.endsWith('.') ? hostname.slice(0, -1) : hostname
  return !name.includes('.') || PRIVATE_SUFFIXES.some((suffix) => name.endsWith(suffix))
}
