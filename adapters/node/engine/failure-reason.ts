/** Gives a failed attempt its word out of the error table, from the error that node gave. */
import type { Reason } from '../../../src/errors.ts'
import { FORBIDDEN_ADDRESS } from './lookup.ts'

/** Reason and log detail of a failure. */
export interface FailureReason {
  readonly reason: Reason
  readonly detail: string
}

/** Codes of the resolver: the name has no address, or nobody could say. */
const RESOLVER_CODES: ReadonlySet<string> = new Set([
  'ENOTFOUND',
  'EAI_AGAIN',
  'EAI_FAIL',
  'ENODATA',
])

/** Certificate verdicts are OpenSSL's words, without a common prefix. */
const TLS_CODE = /^(?:ERR_TLS_|ERR_SSL_|CERT_|UNABLE_TO_|SELF_SIGNED_|DEPTH_ZERO_|EPROTO$)/

/** What `error` says; `connected` tells whether a connection stood, TLS included. */
export function failureReason(error: unknown, connected: boolean): FailureReason {
  // Node's system and parser errors are Error objects with a string `code`; nothing else is read.
  const { code, message } = error as Partial<NodeJS.ErrnoException>
  const detail = code ?? message ?? 'unknown error'
  if (code === FORBIDDEN_ADDRESS) return { reason: 'address_forbidden', detail }
  if (connected) return { reason: 'upstream_reset', detail }
  if (code === undefined) return { reason: 'connect_failed', detail }
  if (RESOLVER_CODES.has(code)) return { reason: 'name_not_resolved', detail }
  if (TLS_CODE.test(code)) return { reason: 'tls_failed', detail }
  return { reason: code === 'ETIMEDOUT' ? 'connect_timeout' : 'connect_failed', detail }
}
