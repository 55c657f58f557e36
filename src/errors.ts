/**
 * The one table of reasons an exchange can fail for, and the shape of a finding about the rules.
 * Everything that postern answers by itself, logs or exits with takes its words from here.
 */

/** Who caused a failure. `client` and `upstream` are the peers, `internal` is postern or its rules. */
export type ErrorSource = 'client' | 'upstream' | 'internal'

/** What a reason means for the answer, the log and a further attempt. */
export interface ErrorEntry {
  /** Who caused it. */
  readonly source: ErrorSource
  /** The status a client sees; 499 is only logged, since nobody is left to answer. */
  readonly status: number
  /** Whether the same request may be attempted again although its first byte may have left. */
  readonly retriable: boolean
}

function client(status: number): ErrorEntry {
  return { source: 'client', status, retriable: false }
}
function upstream(status: number, retriable = false): ErrorEntry {
  return { source: 'upstream', status, retriable }
}
function internal(status: number): ErrorEntry {
  return { source: 'internal', status, retriable: false }
}

/** A reason token, as it stands in the access log and in `x-postern-reason`. */
export type Reason =
  | 'malformed_request'
  | 'invalid_framing'
  | 'invalid_target'
  | 'invalid_host'
  | 'ambiguous_path'
  | 'policy_denied'
  | 'no_route'
  | 'request_timeout'
  | 'length_required'
  | 'body_too_large'
  | 'target_too_long'
  | 'expectation_failed'
  | 'misdirected'
  | 'upgrade_required'
  | 'too_many_requests'
  | 'head_too_large'
  | 'client_gone'
  | 'method_not_implemented'
  | 'transfer_coding_not_implemented'
  | 'version_not_supported'
  | 'loop_detected'
  | 'invalid_backend'
  | 'invalid_route'
  | 'no_rules'
  | 'internal_error'
  | 'no_endpoint'
  | 'overloaded'
  | 'draining'
  | 'connect_failed'
  | 'connect_timeout'
  | 'name_not_resolved'
  | 'address_forbidden'
  | 'tls_failed'
  | 'upstream_reset'
  | 'upstream_invalid'
  | 'upstream_unexpected_upgrade'
  | 'first_byte_timeout'
  | 'idle_timeout'
  | 'total_timeout'
  | 'call_failed'
  | 'call_timeout'

/**
 * What each reason means. Statuses follow RFC 9110 §15; 431 is RFC 6585, 508 RFC 5842, 499 nginx's
 * number for a client that left.
 */
export const ERRORS: Readonly<Record<Reason, ErrorEntry>> = {
  malformed_request: client(400),
  invalid_framing: client(400),
  invalid_target: client(400),
  invalid_host: client(400),
  ambiguous_path: client(400),
  policy_denied: client(403),
  no_route: client(404),
  request_timeout: client(408),
  length_required: client(411),
  body_too_large: client(413),
  target_too_long: client(414),
  expectation_failed: client(417),
  misdirected: client(421),
  upgrade_required: client(426),
  too_many_requests: client(429),
  head_too_large: client(431),
  client_gone: client(499),
  method_not_implemented: client(501),
  transfer_coding_not_implemented: client(501),
  version_not_supported: client(505),
  loop_detected: client(508),

  invalid_backend: internal(500),
  invalid_route: internal(500),
  internal_error: internal(500),
  no_rules: internal(503),
  no_endpoint: internal(503),
  overloaded: internal(503),
  draining: internal(503),

  connect_failed: upstream(502, true),
  connect_timeout: upstream(504, true),
  name_not_resolved: upstream(502, true),
  address_forbidden: upstream(502),
  tls_failed: upstream(502),
  upstream_reset: upstream(502, true),
  upstream_invalid: upstream(502),
  upstream_unexpected_upgrade: upstream(502),
  first_byte_timeout: upstream(504),
  idle_timeout: upstream(504),
  total_timeout: upstream(504),
  call_failed: upstream(503),
  call_timeout: upstream(504),
}

/** How grave a finding is: an `error` refuses, a `warning` is counted by `--strict`, `info` tells. */
export type Severity = 'error' | 'warning' | 'info'

/** One thing said about the rules, with the place it is said about and what would be right. */
export interface Finding {
  readonly severity: Severity
  /** Stable kebab-case token, such as `unknown-key` or `duplicate-match`. */
  readonly code: string
  /** Lower-case sentence that names the field and quotes the value. */
  readonly message: string
  /** The object it is about, such as `Ingress default/bookinfo` or `routes[3]`; empty when none. */
  readonly object: string
  /** File as it was given; `-` is standard input; empty when there is none (a command-line flag). */
  readonly file: string
  /** One-based; 0 when there is no place in a file. */
  readonly line: number
  /** One-based, in UTF-16 units; 0 when there is no place in a file. */
  readonly column: number
  /** The offending value as text, at most 200 characters; `undefined` where none is to blame. */
  readonly value: string | undefined
  /** What would be right, as an instruction. */
  readonly remedy: string
}

/** A place in the rules, kept with whatever was read there. */
export interface Origin {
  /** The object, such as `Ingress default/bookinfo`. */
  readonly object: string
  /** File as it was given; empty when there is none. */
  readonly file: string
  /** One-based; 0 when unknown. */
  readonly line: number
  /** One-based; 0 when unknown. */
  readonly column: number
}

/** The one class of errors that postern throws: a promise broken, never an expected outcome. */
export class PosternError extends Error {
  /** The token that callers compare. */
  readonly code: Reason

  constructor(code: Reason, message: string, options?: { readonly cause?: unknown }) {
    super(message, options)
    this.name = 'PosternError'
    this.code = code
  }
}
