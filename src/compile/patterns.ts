/**
 * Checks the regular expressions of a rule's matches. Owns what becomes of a match whose pattern is
 * wrong; the engine is injected, since `compile` has no use for it otherwise.
 */
import type { Finding } from '../errors.ts'
import type { RouteMatch, RouteRule, ValueMatch } from '../model/manifest.ts'
import { createFinding } from './finding.ts'

/** What is wrong with the source of a regular expression; `undefined` when nothing is. */
export type PatternCheck = (source: string) => string | undefined

/** The matches of a rule, sorted by what can be done with them. */
export interface CheckedMatches {
  readonly sound: readonly RouteMatch[]
  /**
   * Matches with a readable path and a condition that is not: they keep host and path and answer
   * 500, because leaving them out would hand their requests to the next rule, which may be open.
   * One whose path cannot be read is in neither list.
   */
  readonly unreadable: readonly RouteMatch[]
}

const NONE: readonly RouteMatch[] = []

/** A check that asks `check` once for each source. */
export function rememberCheck(check: PatternCheck): PatternCheck {
  const known = new Map<string, string | undefined>()
  return (source) => {
    if (known.has(source)) return known.get(source)
    const problem = check(source)
    known.set(source, problem)
    return problem
  }
}

/** Sorts the matches of `rule`; the list itself where all are sound, as nearly always. */
export function checkMatches(
  { matches }: RouteRule,
  check: PatternCheck,
  findings: Finding[],
): CheckedMatches {
  if (!matches.some(hasPattern)) return { sound: matches, unreadable: NONE }
  const sound: RouteMatch[] = []
  const unreadable: RouteMatch[] = []
  for (const match of matches) {
    const { path } = match
    const hasPath = path.type !== 'RegularExpression' || isSound(path.value, match)
    const wrong = [...match.headers, ...match.queryParams].filter(
      (one) => isPattern(one) && !isSound(one.value, match),
    )
    if (!hasPath) continue
    const list = wrong.length === 0 ? sound : unreadable
    list.push(match)
  }
  return { sound, unreadable }

  function isSound(source: string, match: RouteMatch): boolean {
    const problem = check(source)
    if (problem === undefined) return true
    findings.push(
      createFinding(match.origin, {
        severity: 'error',
        code: 'invalid-pattern',
        message: `regular expression "${source}" is not valid: ${problem}`,
        value: source,
        remedy: 'use RE2 syntax, which has no look-around and no back-references',
      }),
    )
    return false
  }
}

function hasPattern({ path, headers, queryParams }: RouteMatch): boolean {
  return path.type === 'RegularExpression' || headers.some(isPattern) || queryParams.some(isPattern)
}

function isPattern({ type }: ValueMatch): boolean {
  return type === 'RegularExpression'
}
