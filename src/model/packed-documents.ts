/**
 * How a virtual host is written in the packed form, and read again. Owns which fields may be absent
 * and what that means. It stays readable JSON: `["/api",0,0,3,12,5]` is path, action, source, rule,
 * line and column of a prefix.
 */
import type { Action, BundleRoute, SourceEntry, VirtualHost } from './bundle.ts'
import type { Filter } from './manifest.ts'
import { DEFAULT_TIMEOUTS } from './timeouts.ts'

/** A virtual host without what its key says. */
export interface PackedHost extends Pick<VirtualHost, 'policy' | 'sources'> {
  readonly actions: readonly PackedAction[]
  readonly routes: readonly PackedRoute[]
}

/** An action without what nearly all have. */
export interface PackedAction extends Omit<Action, 'filters' | 'timeouts'> {
  /** Absent: none. */
  readonly filters?: Action['filters']
  /** Absent: the defaults. */
  readonly timeouts?: Action['timeouts']
}

/** Path, action, source, rule, line, column; then, where there is more, the other fields. */
export type PackedRoute =
  | readonly [string, number, number, number, number, number]
  | readonly [string, number, number, number, number, number, PackedConditions]

/** The fields of a route that nearly all lack. */
export type PackedConditions = Pick<BundleRoute, 'type' | 'method' | 'headers' | 'queryParams'>

/**
 * Characters of the keys in each half of a memo: forty thousand plain actions, in some eight
 * megabytes with all around them. A small rule set cannot fill it, and beside one that does it is
 * little: a million routes that share nothing weigh a hundred times as much.
 */
const MEMO_HALF_CHARACTERS = 4_194_304

const NO_FILTERS: readonly Filter[] = Object.freeze([])

/** The packed form of a virtual host. */
export function packHost({ policy, actions, sources, routes }: VirtualHost): PackedHost {
  return {
    ...(policy === undefined ? {} : { policy }),
    actions: actions.map(packAction),
    sources,
    routes: routes.map(packRoute),
  }
}

/** Gives the virtual host that was packed under the key `host`. */
export type HostUnpacker = (host: string, packed: PackedHost) => VirtualHost

/**
 * An unpacker for the hosts of one rule set. Hosts share what is equal in them: defaults, actions
 * and sources, of which few rule sets have many. Parsed alone, each host would hold copies of its
 * own, at over 100 bytes a route where every route of a host goes elsewhere.
 */
export function createHostUnpacker(): HostUnpacker {
  const actions = new Memo<PackedAction, Action>(unpackAction)
  const sources = new Memo<SourceEntry, SourceEntry>((source) => source)
  return (host, packed) => {
    const { policy } = packed
    const unpacked = {
      host,
      actions: packed.actions.map((action) => actions.get(action)),
      sources: packed.sources.map((source) => sources.get(source)),
      routes: packed.routes.map(unpackRoute),
    }
    return policy === undefined ? unpacked : { ...unpacked, policy }
  }
}

/**
 * Results by the text of what they are made of; bounded, since hosts may as well share nothing. It
 * has two halves: what was asked for since the last turn, and what was only before. When the first
 * is full it becomes the second, and the second is forgotten. So what is asked for again stays, and
 * a rule set that is a little too large loses a little and not everything.
 */
class Memo<T, R> {
  readonly #make: (from: T) => R
  #recent: Map<string, R> = new Map()
  #former: Map<string, R> = new Map()
  #room: number = MEMO_HALF_CHARACTERS

  constructor(make: (from: T) => R) {
    this.#make = make
  }

  get(from: T): R {
    const key = JSON.stringify(from)
    const recent = this.#recent.get(key)
    if (recent !== undefined) return recent
    const result = this.#former.get(key) ?? this.#make(from)
    if (key.length > this.#room) this.#turn()
    this.#recent.set(key, result)
    this.#room -= key.length
    return result
  }

  #turn(): void {
    this.#former = this.#recent
    this.#recent = new Map()
    this.#room = MEMO_HALF_CHARACTERS
  }
}

function packAction({ filters, timeouts, ...others }: Action): PackedAction {
  return {
    ...(filters.length === 0 ? {} : { filters }),
    ...others,
    ...(isDefault(timeouts) ? {} : { timeouts }),
  }
}

function isDefault(timeouts: Action['timeouts']): boolean {
  return (
    timeouts === DEFAULT_TIMEOUTS ||
    (timeouts.connectMs === DEFAULT_TIMEOUTS.connectMs &&
      timeouts.firstByteMs === DEFAULT_TIMEOUTS.firstByteMs &&
      timeouts.idleMs === DEFAULT_TIMEOUTS.idleMs &&
      timeouts.totalMs === DEFAULT_TIMEOUTS.totalMs)
  )
}

function unpackAction({ filters, backends, policy, timeouts, invalid }: PackedAction): Action {
  return {
    filters: filters ?? NO_FILTERS,
    backends,
    ...(policy === undefined ? {} : { policy }),
    timeouts: timeouts ?? DEFAULT_TIMEOUTS,
    ...(invalid === undefined ? {} : { invalid }),
  }
}

function packRoute(route: BundleRoute): PackedRoute {
  const { path, action, source, rule, line, column, ...conditions } = route
  return Object.keys(conditions).length === 0
    ? [path, action, source, rule, line, column]
    : [path, action, source, rule, line, column, conditions]
}

/** Plain routes have one shape, so that what reads them stays monomorphic. */
function unpackRoute(packed: PackedRoute): BundleRoute {
  const [path, action, source, rule, line, column, conditions] = packed
  const plain = { path, action, source, rule, line, column }
  return conditions === undefined ? plain : { ...plain, ...conditions }
}
