/**
 * What `compile` makes, the store holds and `link` reads: resolved, references checked, routes in
 * precedence order, plain JSON. Types, the format number and the reader port; no behaviour.
 */
import type {
  ClientAddressSettings,
  Filter,
  NetworkPolicy,
  Timeouts,
  UpstreamHost,
  ValueMatch,
} from './manifest.ts'

/** The format that this code writes; a reader refuses any other. */
export const BUNDLE_FORMAT = 1

/** One complete rule set. */
export interface Bundle {
  readonly format: typeof BUNDLE_FORMAT
  readonly sockets: readonly SocketEntry[]
  /** Referred to by index. */
  readonly listeners: readonly ListenerEntry[]
  /** Virtual hosts by `hostDocumentKey(table, host)`. */
  readonly hosts: Readonly<Record<string, VirtualHost>>
  /** Clusters by name. */
  readonly clusters: Readonly<Record<string, Cluster>>
  /** Some route has a regular expression, so that whoever links needs the engine. */
  readonly patterns?: true
}

/** One address and port to accept connections on. */
export interface SocketEntry {
  /** `http:127.0.0.1:8080`, `https:*:8443`; unique. */
  readonly key: string
  readonly protocol: 'HTTP' | 'HTTPS'
  /** IP literal; `undefined` binds every address. */
  readonly address?: string
  readonly port: number
  /** Indexes of the listeners served there, the most specific host first. */
  readonly listeners: readonly number[]
}

/** An entry point with everything that holds for all its requests. */
export interface ListenerEntry {
  /** `web`, or `namespace/gateway/name`. */
  readonly name: string
  /**
   * Which hosts it admits: a name, `*.a.test`, or `*` for any. Unlike a virtual host's key, a
   * listener's wildcard stands for any number of labels.
   */
  readonly host: string
  /** Number of the table that its requests are matched in. Several listeners may share one. */
  readonly table: number
  /**
   * Which kinds of host keys the table holds, so that a look-up need not try the others: `one` and
   * `deep` wildcards, `any`.
   */
  readonly wildcards: { readonly one: boolean; readonly deep: boolean; readonly any: boolean }
  readonly clientAddress?: ClientAddressSettings
  readonly policy?: NetworkPolicy
  readonly pathAmbiguity: 'policy' | 'refuse'
  readonly mergeSlashes: boolean
  /** What answers where no route does. */
  readonly fallback?: Fallback
}

/** The default backend of a listener. */
export interface Fallback {
  readonly action: Action
  readonly source: SourceEntry
  readonly line: number
  readonly column: number
}

/**
 * Everything about one host pattern, self-contained but for the clusters it names.
 * Host keys: `a.test` exact; `*.a.test` for one label in front; `**.a.test` for two or more; `*`
 * for any host.
 */
export interface VirtualHost {
  readonly host: string
  readonly policy?: NetworkPolicy
  /** Referred to by index. */
  readonly actions: readonly Action[]
  /** Referred to by index. */
  readonly sources: readonly SourceEntry[]
  /** In precedence order: the first whose conditions all hold takes the request. */
  readonly routes: readonly BundleRoute[]
}

/** The object a route came from. */
export interface SourceEntry {
  /** `default/bookinfo`, `default/routes`. */
  readonly name: string
  /** Whether the shown name carries the rule's number: `default/routes[0003]`. */
  readonly indexed?: true
  /** `Ingress default/bookinfo`; `routes[3]` needs no words of its own and is left out. */
  readonly object?: string
  /** As given on the command line; absent when there is none. */
  readonly file?: string
}

/** One match of one rule. Kept small: a rule set may hold a million. */
export interface BundleRoute {
  /** Canonical path or pattern. For a prefix without trailing slash, except `/` itself. */
  readonly path: string
  /** Absent means PathPrefix. */
  readonly type?: 'Exact' | 'RegularExpression'
  /** Index into `actions`. */
  readonly action: number
  /** Index into `sources`. */
  readonly source: number
  /** Number of the rule within its source, zero-based. */
  readonly rule: number
  readonly line: number
  readonly column: number
  readonly method?: string
  /** Names lower-case. */
  readonly headers?: readonly ValueMatch[]
  readonly queryParams?: readonly ValueMatch[]
}

/** What happens to a request that a route took. */
export interface Action {
  /** In declared order. */
  readonly filters: readonly Filter[]
  readonly backends: readonly WeightedBackend[]
  readonly policy?: NetworkPolicy
  /** Milliseconds, defaults filled in, 0 switches one off. */
  readonly timeouts: Required<Timeouts>
  /** The rule could not be read as a whole and answers 500 `invalid_route`. */
  readonly invalid?: true
}

/** One backend with its share. */
export interface WeightedBackend {
  /** The reference as written: `default/details:9080`. */
  readonly ref: string
  /** Cluster name; absent where the reference is invalid, its share then answers 500. */
  readonly cluster?: string
  readonly weight: number
  readonly filters?: readonly Filter[]
}

/** A set of endpoints that are the same to a request. */
export interface Cluster {
  readonly name: string
  /**
   * Origins with explicit scheme, `http://127.0.0.1:9001`, or `binding:NAME` for a service that the
   * runtime has under this name. Empty: 503 `no_endpoint`.
   */
  readonly endpoints: readonly string[]
  readonly host: UpstreamHost
}

/** Where `link` reads documents from; the whole Bundle in memory, packed bytes, or a store. */
export interface BundleReader {
  /** The part that is always in memory. */
  readonly root: Pick<Bundle, 'format' | 'sockets' | 'listeners' | 'patterns'>
  /** The virtual host under this host key, or `undefined` when the table has none. */
  virtualHost(table: number, host: string): VirtualHost | undefined
  /** The cluster of this name, or `undefined`. */
  cluster(name: string): Cluster | undefined
  /** All host keys of a table, for tools; not for the request path. */
  hostKeys(table: number): Iterable<string>
  /**
   * Says that whoever asked for this virtual host keeps it and will not ask again, so that the
   * reader may forget the document. Asking again throws. Absent where there is nothing to forget.
   */
  release?(table: number, host: string): void
}

/** Key of a virtual host among all tables. Injective: a host key holds no slash. */
export function hostDocumentKey(table: number, host: string): string {
  return `${table}/${host}`
}
