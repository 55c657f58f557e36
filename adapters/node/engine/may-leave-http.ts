/** Which requests may end HTTP on their connection, so that what follows is not read as requests. */
import { fieldValue, type RequestHead } from '../../../src/head.ts'

/**
 * Whether a request may become a tunnel. Everything else is an ordinary request whatever its
 * Upgrade field says, so that its body is framed and read as such.
 */
export function mayLeaveHttp({ method, version, fields, bodyLength }: RequestHead): boolean {
  if (method === 'CONNECT') return true
  return (
    method === 'GET' &&
    version === '1.1' &&
    bodyLength === 0 &&
    fieldValue(fields, 'upgrade')?.toLowerCase() === 'websocket'
  )
}
