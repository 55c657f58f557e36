/** Reads the filters of a route or of one of its backends. */
import { rulePathFault } from '../../canonical/path.ts'
import type { Filter, PathModifier, RequestRedirect } from '../../model/manifest.ts'
import { readHeaderModifier } from './header-modifier.ts'
import type { HostReader } from './hosts.ts'
import type { FilterInput, PathModifierInput, RedirectInput, RewriteInput } from './input.ts'
import type { Path, Report } from './report.ts'

/** Both change where a request goes: upstream, or by telling the client. */
const REDIRECTING: ReadonlySet<Filter['type']> = new Set(['URLRewrite', 'RequestRedirect'])

const NO_FILTERS: readonly Filter[] = []

/** What filters depend on. */
export interface FilterContext {
  readonly path: Path
  readonly report: Report
  readonly hosts: HostReader
  /** Whether every match of the route is by prefix, so that there is a prefix to replace. */
  readonly prefixed: boolean
}

/** The filters at `path` in declared order. Errors are reported; the file is then not used. */
export function readFilters(
  inputs: readonly FilterInput[] | undefined,
  context: FilterContext,
): readonly Filter[] {
  if (inputs === undefined || inputs.length === 0) return NO_FILTERS
  const types = inputs.map(({ type }) => type)
  return inputs.map((input, i) => {
    const path = [...context.path, i]
    checkCombination(input.type, { before: types.slice(0, i), path, report: context.report })
    return readFilter(input, { ...context, path })
  })
}

function readFilter(input: FilterInput, context: FilterContext): Filter {
  switch (input.type) {
    case 'RequestHeaderModifier':
    case 'ResponseHeaderModifier':
      return readHeaderModifier(input, context.path, context.report)
    case 'URLRewrite':
      return readRewrite(input, context)
    case 'RequestRedirect':
      return readRedirect(input, context)
    default:
      return input satisfies never
  }
}

/** Gateway API: each type once, and no redirect of what is rewritten. */
function checkCombination(
  type: Filter['type'],
  {
    before,
    path,
    report,
  }: { readonly before: readonly Filter['type'][]; readonly path: Path; readonly report: Report },
): void {
  if (before.includes(type)) {
    const remedy = 'join the two entries'
    report.add({ code: 'repeated-filter', path, text: `is a second ${type}`, remedy })
  }
  const rival = before.find((other) => other !== type && REDIRECTING.has(other))
  if (rival === undefined || !REDIRECTING.has(type)) return
  const text = `is a ${type} beside a ${rival}`
  report.add({ code: 'filter-conflict', path, text, remedy: 'keep one of the two' })
}

function readRewrite(input: RewriteInput, context: FilterContext): Filter {
  if (input.hostname === undefined && input.path === undefined) {
    reportEmpty(context, 'rewrites nothing', 'add hostname or path')
  }
  const hostname = readHostname(input.hostname, context)
  const path = readPathModifier(input.path, context)
  return {
    type: 'URLRewrite',
    ...(hostname === undefined ? {} : { hostname }),
    ...(path === undefined ? {} : { path }),
  }
}

function readRedirect(input: RedirectInput, context: FilterContext): RequestRedirect {
  const { type, scheme, port, statusCode = 302 } = input
  const { hostname: host, path: modifier } = input
  if ([scheme, port, host, modifier].every((setting) => setting === undefined)) {
    reportEmpty(context, 'redirects to where the request was', 'add scheme, hostname, path or port')
  }
  const hostname = readHostname(host, context)
  const path = readPathModifier(modifier, context)
  return {
    type,
    ...(scheme === undefined ? {} : { scheme }),
    ...(hostname === undefined ? {} : { hostname }),
    ...(path === undefined ? {} : { path }),
    ...(port === undefined ? {} : { port }),
    statusCode,
  }
}

function reportEmpty({ path, report }: FilterContext, text: string, remedy: string): void {
  report.add({ code: 'empty-filter', path, text, remedy })
}

function readHostname(text: string | undefined, context: FilterContext): string | undefined {
  if (text === undefined) return undefined
  return context.hosts.name(text, [...context.path, 'hostname'])
}

function readPathModifier(
  input: PathModifierInput | undefined,
  { path, report, prefixed }: FilterContext,
): PathModifier | undefined {
  if (input === undefined) return undefined
  const { replacePrefixMatch: prefix, replaceFullPath: full } = input
  if ((prefix === undefined) === (full === undefined)) {
    report.add({
      code: prefix === undefined ? 'missing-key' : 'conflicting-keys',
      path: [...path, 'path'],
      text: prefix === undefined ? 'says nothing' : 'replaces both the prefix and the whole path',
      remedy: 'give one of replacePrefixMatch and replaceFullPath',
    })
    return undefined
  }
  const key = prefix === undefined ? 'replaceFullPath' : 'replacePrefixMatch'
  const value = prefix ?? full ?? ''
  const place = [...path, 'path', key]
  if (prefix !== undefined && !prefixed) {
    report.add({
      code: 'prefix-without-match',
      path: place,
      part: 'key',
      text: 'needs matches by PathPrefix alone, since it replaces what those matched',
      remedy: 'use replaceFullPath, or match by PathPrefix',
    })
  }
  // An empty replacement takes the prefix away.
  const fault = value === '' ? undefined : rulePathFault(value)
  if (fault !== undefined) {
    const remedy = 'write a path such as /v2, with anything unusual percent-encoded'
    report.add({ code: 'invalid-path', path: place, value, text: fault, remedy })
  }
  return prefix === undefined
    ? { type: 'ReplaceFullPath', value }
    : { type: 'ReplacePrefixMatch', value }
}
