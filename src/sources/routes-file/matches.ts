/** Reads what a route matches requests by, in short and in long form. */
import { canonicalRulePath, rulePathFault } from '../../canonical/path.ts'
import type { Origin } from '../../errors.ts'
import { isFieldValue, isTokenName } from '../../fields.ts'
import type { PathMatch, RouteMatch, ValueMatch } from '../../model/manifest.ts'
import type { MatchInput, PathTypeInput, RouteInput, ValueMatchInput } from './input.ts'
import type { Path, Report } from './report.ts'

const NO_CONDITIONS: readonly ValueMatch[] = []

/** What Gateway API gives a rule without matches. */
const EVERY_PATH: PathMatch = { type: 'PathPrefix', value: '/' }

/** The matches of the route at `path`; one that cannot be read is an error and left out. */
export function readMatches(
  { path, pathType, matches }: RouteInput,
  {
    route,
    origin,
    report,
  }: { readonly route: Path; readonly origin: Origin; readonly report: Report },
): readonly RouteMatch[] {
  if (matches === undefined) {
    if (path === undefined && pathType !== undefined) reportLonelyType(route, report)
    const type = pathType ?? 'PathPrefix'
    const short = path === undefined ? EVERY_PATH : readPath(type, path, [...route, 'path'], report)
    return short === undefined ? [] : [pathOnly(short, origin)]
  }
  for (const key of ['path', 'pathType'] as const) {
    if ((key === 'path' ? path : pathType) === undefined) continue
    report.add({
      code: 'conflicting-keys',
      path: [...route, key],
      part: 'key',
      text: 'stands beside matches',
      remedy: 'put the path into an entry of matches',
    })
  }
  const read: RouteMatch[] = []
  for (const [i, input] of matches.entries()) {
    const match = readMatch(input, [...route, 'matches', i], report)
    if (match !== undefined) read.push(match)
  }
  return read
}

function readMatch(input: MatchInput, path: Path, report: Report): RouteMatch | undefined {
  const { path: given, method, headers, queryParams } = input
  const pathMatch =
    given === undefined
      ? EVERY_PATH
      : readPath(given.type ?? 'PathPrefix', given.value, [...path, 'path', 'value'], report)
  const match = {
    method,
    headers: readConditions(headers, { kind: 'headers', path, report }),
    queryParams: readConditions(queryParams, { kind: 'queryParams', path, report }),
    origin: report.originOf(path),
  }
  return pathMatch === undefined ? undefined : { path: pathMatch, ...match }
}

function pathOnly(path: PathMatch, origin: Origin): RouteMatch {
  const conditions = { headers: NO_CONDITIONS, queryParams: NO_CONDITIONS }
  return { path, method: undefined, ...conditions, origin }
}

function readPath(
  type: PathTypeInput,
  value: string,
  path: Path,
  report: Report,
): PathMatch | undefined {
  // Whether a pattern is one is found out by whoever compiles it.
  if (type === 'RegularExpression') return { type, value }
  const canonical = canonicalRulePath(type, value)
  if (canonical !== undefined) return { type, value: canonical }
  report.add({
    code: 'invalid-path',
    path,
    value,
    text: rulePathFault(value) ?? 'is not a path',
    remedy: 'write a path such as /api, with anything unusual percent-encoded',
  })
  return undefined
}

interface ConditionContext {
  readonly kind: 'headers' | 'queryParams'
  /** Of the match. */
  readonly path: Path
  readonly report: Report
}

function readConditions(
  inputs: readonly ValueMatchInput[] | undefined,
  { kind, path, report }: ConditionContext,
): readonly ValueMatch[] {
  if (inputs === undefined || inputs.length === 0) return NO_CONDITIONS
  const conditions = new Map<string, ValueMatch>()
  for (const [i, { type = 'Exact', name: written, value }] of inputs.entries()) {
    const place = [...path, kind, i]
    const name = kind === 'headers' ? written.toLowerCase() : written
    if (kind === 'headers') checkHeader({ type, name: written, value }, place, report)
    if (conditions.has(name)) {
      report.add({
        code: 'repeated-name',
        path: [...place, 'name'],
        value: written,
        text: 'is named a second time',
        remedy: 'keep one; use RegularExpression to allow several values',
      })
    }
    conditions.set(name, { type, name, value })
  }
  return [...conditions.values()]
}

function checkHeader({ type, name, value }: ValueMatch, path: Path, report: Report): void {
  if (!isTokenName(name)) {
    report.add({
      code: 'invalid-header',
      path: [...path, 'name'],
      value: name,
      text: 'is not the name of a header field',
      remedy: 'use letters, digits and dashes',
    })
  }
  if (type === 'RegularExpression' || isFieldValue(value)) return
  report.add({
    code: 'invalid-header',
    path: [...path, 'value'],
    value,
    text: 'is a value that no header field can have',
    remedy: 'use visible characters of latin1, without line breaks and without blanks at the ends',
  })
}

function reportLonelyType(route: Path, report: Report): void {
  report.add({
    code: 'missing-key',
    path: [...route, 'pathType'],
    part: 'key',
    text: 'stands there without path',
    remedy: 'add path, or remove pathType',
  })
}
