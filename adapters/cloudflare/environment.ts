/** What the Worker reads of its environment: settings, checked before the first request is served. */
import type { FetchFunction } from '../../src/fetch/attempt.ts'

/** Variables and bindings by name, as the platform gives them. */
export type Environment = Readonly<Record<string, unknown>>

/** The settings, or everything that is wrong with them. */
export type ReadEnvironment =
  | { readonly type: 'settings'; readonly accessLog: boolean }
  | { readonly type: 'faults'; readonly faults: readonly string[] }

const ON_OR_OFF: ReadonlyMap<unknown, boolean> = new Map([
  [undefined, true],
  ['on', true],
  ['off', false],
])

/** Reads `ACCESS_LOG`: `on`, the default, or `off`. Other variables are none of postern's. */
export function readEnvironment(environment: Environment): ReadEnvironment {
  const { ACCESS_LOG } = environment
  const accessLog = ON_OR_OFF.get(ACCESS_LOG)
  if (accessLog !== undefined) return { type: 'settings', accessLog }
  return { type: 'faults', faults: [`ACCESS_LOG is ${show(ACCESS_LOG)}; write on or off`] }
}

/** The fetch of the service binding of this name; `undefined` where there is none. */
export function bindingOf(environment: Environment, name: string): FetchFunction | undefined {
  const value = Object.hasOwn(environment, name) ? environment[name] : undefined
  if (!isFetcher(value)) return undefined
  return (request) => value.fetch(request)
}

/** What is wrong with the bindings that these endpoints name, a sentence each. */
export function findMissingBindings(environment: Environment, names: Iterable<string>): string[] {
  const missing: string[] = []
  for (const name of names) {
    if (bindingOf(environment, name) !== undefined) continue
    const found = Object.hasOwn(environment, name) ? show(environment[name]) : 'not bound'
    missing.push(
      `${name} is ${found}, and the rules send requests to binding:${name}; name a Worker for it under [[services]]`,
    )
  }
  return missing
}

function isFetcher(value: unknown): value is { readonly fetch: FetchFunction } {
  return (
    typeof value === 'object' &&
    value !== null &&
    'fetch' in value &&
    typeof value.fetch === 'function'
  )
}

/** A value on one line; secrets are no settings of postern's, and objects say only what they are. */
function show(value: unknown): string {
  return typeof value === 'string' ? JSON.stringify(value.slice(0, 80)) : `of type ${typeof value}`
}
