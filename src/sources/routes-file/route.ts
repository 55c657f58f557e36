/** Reads one route. Its short form becomes the long one here, and nothing behind knows of it. */
import type {
  BackendRef,
  BackendTarget,
  HostPattern,
  Route,
  RouteMatch,
} from '../../model/manifest.ts'
import type { NetworkPolicy, Timeouts } from '../../model/manifest.ts'
import type { BackendRefReader } from './backend-ref.ts'
import { MAX_DURATION_MS, parseDurationMs } from './duration.ts'
import { readFilters } from './filters.ts'
import { hostKey } from './hosts.ts'
import type { HostReader } from './hosts.ts'
import type { BackendRefInput, RouteInput, TimeoutsInput } from './input.ts'
import { readMatches } from './matches.ts'
import { readPolicy } from './policy.ts'
import type { Path, Report } from './report.ts'

/** What routes without a name are called; their number tells them apart. */
const UNNAMED = 'routes'

const NAMESPACE = 'default'

const EVERY_HOST: readonly HostPattern[] = [{ type: 'any' }]

const NO_TIMEOUTS: Timeouts = {}

/** What all routes of one file share. */
export interface RouteContext {
  readonly report: Report
  readonly hosts: HostReader
  readonly refs: BackendRefReader
}

/** One route to read. */
export interface RouteEntry {
  readonly input: RouteInput
  /** Position in `routes`. */
  readonly index: number
  /** Whether this is all of the route; a key that could not be read is not called missing. */
  readonly whole: boolean
}

/** Where a route stands, and what is known of it so far. */
interface RoutePlace extends RouteContext {
  readonly path: Path
  readonly matches: readonly RouteMatch[]
}

/** The route. Errors are reported; the file is then not used. */
export function readRoute(entry: RouteEntry, context: RouteContext): Route {
  const { input, index } = entry
  const { report } = context
  const path = ['routes', index]
  const origin = report.originOf(path)
  const matches = readMatches(input, { route: path, origin, report })
  const place: RoutePlace = { ...context, path, matches }
  const policy: NetworkPolicy | undefined =
    input.policy === undefined ? undefined : readPolicy(input.policy, [...path, 'policy'], report)
  return {
    kind: 'routes.json',
    namespace: NAMESPACE,
    name: input.name ?? UNNAMED,
    index: input.name === undefined ? index : undefined,
    createdAtMs: undefined,
    hostnames: readHosts(input, place),
    parents: 'all',
    rules: [
      {
        matches,
        filters: readFilters(input.filters, filterContext(place, [...path, 'filters'])),
        backends: readBackends(entry, place),
        policy,
        timeouts: readTimeouts(input.timeouts, [...path, 'timeouts'], report),
        invalid: false,
        origin,
      },
    ],
    defaultBackend: undefined,
    origin,
  }
}

function filterContext({ report, hosts, matches }: RoutePlace, path: Path) {
  const prefixed = matches.every((match) => match.path.type === 'PathPrefix')
  return { path, report, hosts, prefixed }
}

function readHosts(input: RouteInput, { path, report, hosts }: RoutePlace): readonly HostPattern[] {
  const { host, hosts: list } = input
  if (host !== undefined && list !== undefined) reportBeside([...path, 'host'], 'hosts', report)
  if (list === undefined) {
    if (host === undefined) return EVERY_HOST
    const pattern = hosts.pattern(host, [...path, 'host'])
    return pattern === undefined ? EVERY_HOST : [pattern]
  }
  const patterns = new Map<string, HostPattern>()
  for (const [i, text] of list.entries()) {
    const place = [...path, 'hosts', i]
    const pattern = hosts.pattern(text, place)
    if (pattern === undefined) continue
    const key = hostKey(pattern)
    if (patterns.has(key)) {
      const says = 'is named a second time'
      report.add({
        code: 'repeated-name',
        path: place,
        value: text,
        text: says,
        remedy: 'remove it',
      })
    }
    patterns.set(key, pattern)
  }
  return [...patterns.values()]
}

function readBackends({ input, whole }: RouteEntry, place: RoutePlace): readonly BackendRef[] {
  const { backend, backends, filters = [] } = input
  const { path, report, refs } = place
  const redirects = filters.some(({ type }) => type === 'RequestRedirect')
  const key = backends === undefined ? 'backend' : 'backends'
  if (backend !== undefined && backends !== undefined) {
    reportBeside([...path, 'backend'], 'backends', report)
  }
  if (redirects && (backend ?? backends) !== undefined) {
    const text = 'stands beside a RequestRedirect, which answers every request'
    const remedy = 'remove the backend or the filter'
    report.add({ code: 'conflicting-keys', path: [...path, key], part: 'key', text, remedy })
  }
  if (backends !== undefined) {
    return backends.map((one, i) => readBackendRef(one, [...path, 'backends', i], place))
  }
  if (backend !== undefined) {
    const target = refs.any(backend, [...path, 'backend'])
    return [{ ref: backend, target, weight: 1, filters: [], origin: report.originOf(path) }]
  }
  if (!redirects && whole) {
    const remedy = 'add backend: a name of backends, a URL, or namespace/name:port'
    report.add({ code: 'missing-key', path: [...path, 'backend'], text: 'is missing', remedy })
  }
  return []
}

function readBackendRef(input: BackendRefInput, path: Path, place: RoutePlace): BackendRef {
  const { weight = 1, filters } = input
  const { ref, target } = readTarget(input, path, place)
  return {
    ref,
    target,
    weight,
    filters: readFilters(filters, filterContext(place, [...path, 'filters'])),
    origin: place.report.originOf(path),
  }
}

function readTarget(
  input: BackendRefInput,
  path: Path,
  { report, refs }: RoutePlace,
): { readonly ref: string; readonly target: BackendTarget } {
  const [first, ...others] = (['name', 'url', 'service'] as const).filter((key) => {
    return input[key] !== undefined
  })
  if (first === undefined || others.length > 0) {
    report.add({
      code: first === undefined ? 'missing-key' : 'conflicting-keys',
      path,
      text: first === undefined ? 'names no backend' : `has ${[first, ...others].join(' and ')}`,
      remedy: 'give one of name, url and service',
    })
    return { ref: '', target: { type: 'invalid' } }
  }
  const ref = input[first] ?? ''
  return { ref, target: refs[first](ref, [...path, first]) }
}

function readTimeouts(input: TimeoutsInput | undefined, path: Path, report: Report): Timeouts {
  if (input === undefined) return NO_TIMEOUTS
  const timeouts: { -readonly [K in keyof Timeouts]: Timeouts[K] } = {}
  for (const key of ['connect', 'firstByte', 'idle', 'total'] as const) {
    const value = input[key]
    if (value === undefined) continue
    const ms = parseDurationMs(value)
    if (ms !== undefined) timeouts[`${key}Ms`] = ms
    if (ms !== undefined) continue
    const text = `is longer than ${MAX_DURATION_MS / 3_600_000} hours`
    const remedy = 'use a shorter one, or 0 to switch the timeout off'
    report.add({ code: 'out-of-range', path: [...path, key], value, text, remedy })
  }
  return timeouts
}

function reportBeside(path: Path, other: string, report: Report): void {
  const remedy = `keep one of the two; ${other} is the long form`
  report.add({
    code: 'conflicting-keys',
    path,
    part: 'key',
    text: `stands beside ${other}`,
    remedy,
  })
}
