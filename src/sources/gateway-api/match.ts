/** Reads one entry of `matches`: path, method, headers and query parameters. */
import type { Origin } from '../../errors.ts'
import { isTokenName } from '../../fields.ts'
import type { PathMatch, RouteMatch, ValueMatch } from '../../model/manifest.ts'
import {
  demand,
  isSet,
  originOf,
  readChoice,
  readFields,
  readItems,
  readText,
  reject,
  warn,
} from '../kubernetes/reader.ts'
import type { Field } from '../kubernetes/reader.ts'
import { readPattern, readRulePath } from '../kubernetes/rule-match.ts'

/** A match as far as it can be read. */
export interface MatchResult {
  /** `undefined` where the path cannot be read. */
  readonly match: RouteMatch | undefined
  /**
   * Whether the match says all that was meant. One that does not takes more requests than it
   * should, so its rule must not serve them.
   */
  readonly complete: boolean
}

const METHODS = [
  'GET',
  'HEAD',
  'POST',
  'PUT',
  'DELETE',
  'CONNECT',
  'OPTIONS',
  'TRACE',
  'PATCH',
] as const

/** The match that the API gives a rule without any: every path. */
export function defaultMatch(origin: Origin): RouteMatch {
  const path = { type: 'PathPrefix', value: '/' } as const
  return { path, method: undefined, headers: [], queryParams: [], origin }
}

/** The match of an entry of `matches`. */
export function readMatch(field: Field): MatchResult {
  const fields = readFields(field, ['headers', 'method', 'path', 'queryParams'])
  const { path, typed } = readPath(fields.path)
  const before = field.subject.errors
  const method = readChoice(fields.method, METHODS)
  const headers = readConditions(fields.headers, readHeaderName)
  const queryParams = readConditions(fields.queryParams, readText)
  const complete = typed && field.subject.errors === before
  if (path === undefined) return { match: undefined, complete: true }
  return { match: { path, method, headers, queryParams, origin: originOf(field) }, complete }
}

/** The path; `typed` is false where its type is unknown and the path stands in as a prefix. */
function readPath(field: Field): { readonly path: PathMatch | undefined; readonly typed: boolean } {
  const fields = readFields(field, ['type', 'value'])
  const choice = readChoice(fields.type, ['Exact', 'PathPrefix', 'RegularExpression'])
  const typed = choice !== undefined || !isSet(fields.type)
  const type = choice ?? 'PathPrefix'
  // A path that is no mapping has been reported; it must not pass for one that takes everything.
  if (isSet(field) && (typeof field.value !== 'object' || Array.isArray(field.value))) {
    return { path: undefined, typed }
  }
  const value = isSet(fields.value) ? readRulePath(fields.value, type) : '/'
  return { path: value === undefined ? undefined : { type, value }, typed }
}

/**
 * Conditions on named values. Of two for one name the first counts, as the API says for what is
 * not refused when it is written.
 */
function readConditions(
  field: Field,
  readName: (field: Field) => string | undefined,
): readonly ValueMatch[] {
  const conditions = new Map<string, ValueMatch>()
  for (const item of readItems(field)) {
    const fields = readFields(item, ['name', 'type', 'value'])
    const name = demand(fields.name, 'name what is compared') ? readName(fields.name) : undefined
    const type = readChoice(fields.type, ['Exact', 'RegularExpression']) ?? 'Exact'
    const given = demand(fields.value, 'give the value to compare with')
    const value = type === 'Exact' ? readText(fields.value) : readPattern(fields.value)
    if (name === undefined || !given || value === undefined) continue
    if (conditions.has(name)) warnRepeated(fields.name)
    else conditions.set(name, { type, name, value })
  }
  return [...conditions.values()]
}

function readHeaderName(field: Field): string | undefined {
  const name = readText(field)
  if (name === undefined) return undefined
  if (isTokenName(name)) return name.toLowerCase()
  reject(field, {
    code: 'invalid-header',
    text: 'is not the name of a header field',
    remedy: 'use letters, digits and dashes',
  })
  return undefined
}

function warnRepeated(field: Field): void {
  warn(field, {
    code: 'repeated-name',
    text: 'is named a second time; only the first condition counts',
    remedy: 'remove one of the two',
  })
}
