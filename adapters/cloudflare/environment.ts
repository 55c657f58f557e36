/** What the Worker reads of its environment: settings, checked before the first request is served. */
import type { FetchFunction } from '../../src/fetch/attempt.ts'
import type { KvNamespaceReader } from '../../src/store/kv.ts'

/** Variables and bindings by name, as the platform gives them. */
export type Environment = Readonly<Record<string, unknown>>

/** What the environment says. */
export interface Settings {
  /** Whether access records are written. */
  readonly accessLog: boolean
  /** Where rules are published; `undefined` where no namespace is bound. */
  readonly rules: KvNamespaceReader | undefined
}

/** The settings, or everything that is wrong with them. */
export type ReadEnvironment =
  | ({ readonly type: 'settings' } & Settings)
  | { readonly type: 'faults'; readonly faults: readonly string[] }

const ON_OR_OFF: ReadonlyMap<unknown, boolean> = new Map([
  [undefined, true],
  ['on', true],
  ['off', false],
])

/**
 * Reads `ACCESS_LOG`, which is `on`, the default, or `off`, and the KV namespace bound as `kv`, if
 * that is a name. Everything else is none of postern's.
 */
export function readEnvironment(environment: Environment, kv: string | undefined): ReadEnvironment {
  const faults: string[] = []
  const { ACCESS_LOG } = environment
  const accessLog = ON_OR_OFF.get(ACCESS_LOG)
  if (accessLog === undefined) faults.push(`ACCESS_LOG is ${show(ACCESS_LOG)}; write on or off`)
  const rules = kv === undefined ? undefined : ownValue(environment, kv)
  if (rules !== undefined && !isKvNamespace(rules)) {
    faults.push(`${kv} is ${show(rules)}; bind a KV namespace to it under [[kv_namespaces]]`)
    return { type: 'faults', faults }
  }
  if (accessLog === undefined) return { type: 'faults', faults }
  return { type: 'settings', accessLog, rules }
}

/** The fetch of the service binding of this name; `undefined` where there is none. */
export function bindingOf(environment: Environment, name: string): FetchFunction | undefined {
  const value = ownValue(environment, name)
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

function ownValue(environment: Environment, name: string): unknown {
  return Object.hasOwn(environment, name) ? environment[name] : undefined
}

/** A service binding has every method that it is asked for, being a stub; it has `fetch` too. */
function isKvNamespace(value: unknown): value is KvNamespaceReader {
  return (
    typeof value === 'object' &&
    value !== null &&
    'get' in value &&
    typeof value.get === 'function' &&
    !isFetcher(value)
  )
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
