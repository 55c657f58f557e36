/** Every response that postern writes itself. */
import { ERRORS, type Reason } from '../errors.ts'
import type { LocalResponse } from '../exchange.ts'

/** Cilium's and Envoy's words for a request that policy refuses, kept for those who look for them. */
const ACCESS_DENIED = 'Access denied\r\n'

/** The methods that `OPTIONS *` names: those of RFC 9110 that are forwarded, and PATCH. */
const ALLOWED = 'GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS'

/** The answer to a failure: status and reason token, never a host, a port or a cause. */
export function errorResponse(reason: Reason, requestId: string): LocalResponse {
  const { status } = ERRORS[reason]
  const body =
    reason === 'policy_denied' ? ACCESS_DENIED : `${status} ${reason}\nrequest ${requestId}\n`
  return {
    status,
    fields: [
      'Content-Type',
      reason === 'policy_denied' ? 'text/plain' : 'text/plain; charset=utf-8',
      'Server',
      'postern',
      'X-Request-Id',
      requestId,
      'X-Postern-Reason',
      reason,
    ],
    body,
  }
}

/** The answer of a RequestRedirect. */
export function redirectResponse(
  status: number,
  location: string,
  requestId: string,
): LocalResponse {
  return {
    status,
    fields: ['Location', location, 'Server', 'postern', 'X-Request-Id', requestId],
    body: '',
  }
}

/** The answer to `OPTIONS *`, which asks about the server and not about a resource. */
export function asteriskResponse(requestId: string): LocalResponse {
  return {
    status: 200,
    fields: ['Allow', ALLOWED, 'Server', 'postern', 'X-Request-Id', requestId],
    body: '',
  }
}
