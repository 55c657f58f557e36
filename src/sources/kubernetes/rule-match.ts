/** Reads the hosts and paths that rules of any Kubernetes kind match requests by. */
import { parseHostPattern } from '../../canonical/host.ts'
import { canonicalRulePath, rulePathFault } from '../../canonical/path.ts'
import type { HostPattern, PathMatch } from '../../model/manifest.ts'
import { checkPattern } from '../../regex/pattern.ts'
import { readText, reject } from './reader.ts'
import type { Field } from './reader.ts'

/**
 * The pattern of host names in a field, `undefined` with `invalid-host` where it is none. A `*.`
 * in front stands for one label with depth `one` and for one or more with `many`.
 */
export function readHostPattern(field: Field, depth: 'one' | 'many'): HostPattern | undefined {
  const text = readText(field)
  if (text === undefined) return undefined
  const pattern = parseHostPattern(text, depth, false)
  if (pattern !== undefined && pattern.type !== 'any') return pattern
  reject(field, { code: 'invalid-host', ...judgeHost(text) })
  return undefined
}

/** The one host name in a field; a pattern is refused (`invalid-host`). */
export function readHostName(field: Field): string | undefined {
  const pattern = readHostPattern(field, 'many')
  if (pattern === undefined || pattern.type === 'exact') return pattern?.name
  reject(field, {
    code: 'invalid-host',
    text: 'is a pattern where one host is needed',
    remedy: 'give one host name without *',
  })
  return undefined
}

/** The path in a field as `type` matches it, `undefined` with `invalid-path` where it is none. */
export function readRulePath(field: Field, type: PathMatch['type']): string | undefined {
  const text = readText(field)
  if (text === undefined) return undefined
  if (type === 'RegularExpression') return readPattern(field)
  const path = canonicalRulePath(type, text)
  if (path !== undefined) return path
  reject(field, {
    code: 'invalid-path',
    text: rulePathFault(text) ?? 'is not a path',
    remedy: 'write a path such as /api, with anything unusual percent-encoded',
  })
  return undefined
}

/** The regular expression in a field, `undefined` with `invalid-pattern` where it is none. */
export function readPattern(field: Field): string | undefined {
  const text = readText(field)
  if (text === undefined) return undefined
  const fault = checkPattern(text)
  if (fault === undefined) return text
  reject(field, {
    code: 'invalid-pattern',
    text: fault,
    remedy: 'write a regular expression in RE2 syntax; it has to match the whole value',
  })
  return undefined
}

function judgeHost(text: string): { readonly text: string; readonly remedy: string } {
  if (/^\*?$/.test(text)) {
    return { text: 'names no host', remedy: 'leave the field out to take every host' }
  }
  if (/^[0-9.]+$|^\[|:.*:/.test(text)) {
    return { text: 'is an address, not a name', remedy: 'use a DNS name, or leave the host out' }
  }
  if (/:[0-9]*$/.test(text)) {
    return {
      text: 'has a port',
      remedy: `use ${text.replace(/:[0-9]*$/, '')}; ports do not matter`,
    }
  }
  if (text.includes('*')) {
    return { text: 'has * in the wrong place', remedy: 'use * as the whole first label: *.a.test' }
  }
  if (text.endsWith('.')) {
    return { text: 'ends in a dot', remedy: `use ${text.slice(0, -1)}` }
  }
  if (/[^\x20-\x7e]/.test(text)) {
    return { text: 'has characters beyond ASCII', remedy: 'write it in A-labels (xn--…)' }
  }
  return { text: 'is not a host name', remedy: 'use a DNS name such as www.example.com' }
}
