/**
 * Routes of the manifest as compile works with them: each rule with its action, each object with
 * its source entry. Made once for each route, however many hosts and tables it ends up in.
 */
import type { Finding } from '../errors.ts'
import type { Action, SourceEntry } from '../model/bundle.ts'
import type { Route, RouteMatch } from '../model/manifest.ts'
import type { ActionCompiler } from './actions.ts'
import { checkMatches, type PatternCheck } from './patterns.ts'

/** A route with everything looked up. */
export interface CompiledRoute {
  readonly createdAtMs: number | undefined
  readonly source: RouteSource
  /** Place among the routes of one name: file order, or the number of an unnamed route. */
  readonly order: number
  readonly rules: readonly CompiledRule[]
}

/** One rule. */
export interface CompiledRule {
  /** Number within its source, zero-based. */
  readonly number: number
  readonly action: Action
  readonly matches: readonly RouteMatch[]
  /** False where the other conditions of the matches could not be read: path and method alone count. */
  readonly readable: boolean
}

/** The object that routes came from. */
export interface RouteSource {
  readonly entry: SourceEntry
  /** What precedence compares; unnamed routes of routes.json have one name and differ by `order`. */
  readonly name: string
}

/** Parts of a route compiler. */
export interface RouteCompilerOptions {
  readonly actions: ActionCompiler
  readonly checkPattern: PatternCheck
  readonly findings: Finding[]
  /** Number of routes in the manifest. */
  readonly count: number
}

/** Gives the compiled route; `position` is the route's index in the manifest. */
export type RouteCompiler = (route: Route, position: number) => CompiledRoute

/** A compiler whose equal source entries are one object. */
export function createRouteCompiler(options: RouteCompilerOptions): RouteCompiler {
  const sourceOf = createSourceIndex()
  return (route, position) => ({
    createdAtMs: route.createdAtMs,
    source: sourceOf(route),
    // The number counts before file order; both together stay far below 2^53.
    order: route.index === undefined ? position : route.index * options.count + position,
    rules: compileRules(route, options),
  })
}

function compileRules(
  { rules, index }: Route,
  { actions, checkPattern, findings }: RouteCompilerOptions,
): CompiledRule[] {
  const compiled: CompiledRule[] = []
  for (const [position, rule] of rules.entries()) {
    const number = index ?? position
    const action = actions.ofRule(rule)
    const { sound, unreadable } = checkMatches(rule, checkPattern, findings)
    if (sound.length > 0) compiled.push({ number, action, matches: sound, readable: true })
    if (unreadable.length > 0) {
      const refusal = actions.ofInvalidRule(rule)
      compiled.push({ number, action: refusal, matches: unreadable, readable: false })
    }
  }
  return compiled
}

function createSourceIndex(): (route: Route) => RouteSource {
  const known = new Map<string, RouteSource>()
  let last: { readonly route: Route; readonly source: RouteSource } | undefined
  return (route) => {
    // Routes of one file come one after the other, and a million unnamed ones have one source.
    if (last !== undefined && isSameSource(last.route, route)) return last.source
    const key = JSON.stringify([
      route.namespace,
      route.name,
      route.index === undefined ? route.origin.object : undefined,
      route.origin.file,
    ])
    const source = known.get(key) ?? createSource(route)
    known.set(key, source)
    last = { route, source }
    return source
  }
}

function isSameSource(a: Route, b: Route): boolean {
  return (
    a.name === b.name &&
    a.namespace === b.namespace &&
    a.origin.file === b.origin.file &&
    (a.index === undefined) === (b.index === undefined) &&
    (a.index !== undefined || a.origin.object === b.origin.object)
  )
}

function createSource({ namespace, name, index, origin }: Route): RouteSource {
  const shown = `${namespace}/${name}`
  const indexed = index !== undefined
  return {
    entry: {
      name: shown,
      ...(indexed ? { indexed } : {}),
      ...(indexed || origin.object === '' ? {} : { object: origin.object }),
      ...(origin.file === '' ? {} : { file: origin.file }),
    },
    // `routes[0003]` as a text would sort 10000 before 9999.
    name: indexed ? `${shown}[` : shown,
  }
}
