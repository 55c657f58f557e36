/** Takes a request target apart (RFC 9112 §3.2). Its length is bounded before it comes here. */
import type { HttpVersion } from '../head.ts'
import { isQuery } from './alphabet.ts'

/** The parts of a request target, raw. */
export interface RequestTarget {
  /** Of a target in absolute form, where it wins over `Host`; `undefined` otherwise. */
  readonly authority: string | undefined
  /** Begins with a slash, or is `*`. Its bytes have not been looked at. */
  readonly path: string
  /** Without `?`; `undefined` where there was none. All of its bytes may stand in a query. */
  readonly query: string | undefined
}

const SLASH = 0x2f

/**
 * The parts of `target`: origin form, absolute form of http and https (not in HTTP/2, whose `:path`
 * has none), or the asterisk of `OPTIONS`. `undefined` for everything else. A URL without path and
 * query is the asterisk to OPTIONS (RFC 9112 §3.2.4) and `/` to other methods.
 */
export function parseTarget(
  target: string,
  method: string,
  version: HttpVersion,
): RequestTarget | undefined {
  if (target.charCodeAt(0) === SLASH) return splitQuery(undefined, target)
  if (target === '*') {
    return method === 'OPTIONS' ? { authority: undefined, path: '*', query: undefined } : undefined
  }
  if (version === '2') return undefined
  const start = authorityStart(target)
  if (start === 0) return undefined
  let end = start
  while (end < target.length && !isAuthorityEnd(target.charCodeAt(end))) end++
  if (end === start) return undefined
  const authority = target.slice(start, end)
  if (end === target.length && method === 'OPTIONS') {
    return { authority, path: '*', query: undefined }
  }
  const rest = target.slice(end)
  return splitQuery(authority, rest.charCodeAt(0) === SLASH ? rest : `/${rest}`)
}

function splitQuery(authority: string | undefined, text: string): RequestTarget | undefined {
  const at = text.indexOf('?')
  if (at < 0) return { authority, path: text, query: undefined }
  if (!isQuery(text, at + 1)) return undefined
  return { authority, path: text.slice(0, at), query: text.slice(at + 1) }
}

/** Index behind `http://` or `https://`, in any case; 0 for another scheme. */
function authorityStart(target: string): number {
  const start = target.slice(0, 8).toLowerCase()
  if (start === 'https://') return 8
  return start.startsWith('http://') ? 7 : 0
}

/** `/`, `?` or `#`; the last is refused with the path that it then begins. */
function isAuthorityEnd(code: number): boolean {
  return code === SLASH || code === 0x3f || code === 0x23
}
