/** Which header fields a rule may change; one answer for every source. */
import { HOP_BY_HOP } from '../fields.ts'
import type { HeaderModifier } from '../model/manifest.ts'

/** What the engine writes into every head, beside what belongs to one connection. */
const FRAMING: ReadonlySet<string> = new Set([
  'content-length',
  'expect',
  'host',
  'max-forwards',
  'trailer',
])

/**
 * Request fields that postern writes after every filter. A rule's line would stand beside ours, and
 * a backend might believe the wrong one. Others of their families (`X-Forwarded-Prefix`) are free.
 */
const WRITTEN: ReadonlySet<string> = new Set([
  'forwarded',
  'x-envoy-external-address',
  'x-forwarded-for',
  'x-forwarded-host',
  'x-forwarded-port',
  'x-forwarded-proto',
  'x-real-ip',
  'x-request-id',
])

/** Why a field cannot be changed, as the parts of a finding. */
export interface HeaderFault {
  readonly code: 'framing-header' | 'owned-header'
  readonly text: string
  readonly remedy: string
}

/** The fault of changing `name` (a token, any case) by this filter; `undefined` when it may be. */
export function headerFault(name: string, type: HeaderModifier['type']): HeaderFault | undefined {
  const lower = name.toLowerCase()
  if (FRAMING.has(lower) || HOP_BY_HOP.has(lower)) {
    return {
      code: 'framing-header',
      text: 'belongs to the connection and cannot be changed by a rule',
      remedy: lower === 'host' ? 'use a URLRewrite filter with hostname' : 'remove it',
    }
  }
  // A backend that takes `_` for `-` would read the twin as the field itself.
  const folded = lower.replaceAll('_', '-')
  if (type === 'ResponseHeaderModifier' || !WRITTEN.has(folded)) return undefined
  return {
    code: 'owned-header',
    text: 'tells backends about the client, which postern alone may do',
    remedy: 'remove it; clientAddress decides what backends are told, other names are free',
  }
}
