/**
 * The neutral configuration that every source becomes, in Gateway API words. Types only.
 * Values are parsed and valid on their own; references between them are not resolved yet.
 */
import type { Origin } from '../errors.ts'

/** Everything that the sources said, in no particular order unless stated. */
export interface Manifest {
  /** In file order. Empty when no source names one; `compile` then makes a default. */
  readonly listeners: readonly Listener[]
  /** In file order. */
  readonly routes: readonly Route[]
  /** Named backends of routes.json. */
  readonly backends: readonly Backend[]
  /** Settings that hold for a whole host. */
  readonly hosts: readonly HostSettings[]
  /** Kubernetes services among the rules. */
  readonly services: readonly Service[]
  /** Kubernetes endpoint slices among the rules. */
  readonly endpointSlices: readonly EndpointSlice[]
  /** Hosts that a certificate is named for, with the place it comes from. */
  readonly tlsHosts: readonly TlsHost[]
}

/** A host pattern. Names are canonical: lower-case, A-labels, without port and trailing dot. */
export type HostPattern =
  | { readonly type: 'exact'; readonly name: string }
  /** `*.name` for exactly one label (Ingress) or one or more (`many`: Gateway API, routes.json). */
  | { readonly type: 'wildcard'; readonly depth: 'one' | 'many'; readonly name: string }
  | { readonly type: 'any' }

/** An entry point. */
export interface Listener {
  /** Unique within its gateway. */
  readonly name: string
  /** `namespace/name` of the Gateway; `undefined` for a listener of routes.json or a default. */
  readonly gateway: string | undefined
  /** IP literal to bind; `undefined` binds every address. */
  readonly address: string | undefined
  /** 1 to 65535. */
  readonly port: number
  readonly protocol: 'HTTP' | 'HTTPS'
  /** Hosts that this listener admits. */
  readonly hostname: HostPattern
  /** Settings for the client's address; `undefined` trusts nobody. */
  readonly clientAddress: ClientAddressSettings | undefined
  readonly policy: NetworkPolicy | undefined
  /** What to do about a path that a backend could read in another way; see docs. */
  readonly pathAmbiguity: 'policy' | 'refuse'
  /** Whether `//` is merged to `/` before matching. Default false. */
  readonly mergeSlashes: boolean
  readonly origin: Origin
}

/** Whom to believe about the client's address. */
export interface ClientAddressSettings {
  /** CIDRs in canonical text, presets already replaced by their ranges. Empty trusts nobody. */
  readonly trust: readonly string[]
  /** Number of trusted proxies in front; `undefined` uses `trust`. Never both. */
  readonly hops: number | undefined
  /** Lower-case field name that carries the address list. Default `x-forwarded-for`. */
  readonly source: string
}

/** Who may come in: deny beats allow; a non-empty allow denies everybody else. */
export interface NetworkPolicy {
  /** CIDRs in canonical text. */
  readonly deny: readonly string[]
  /** CIDRs in canonical text; empty admits everybody that `deny` does not name. */
  readonly allow: readonly string[]
}

/** Settings of one host, whichever routes serve it. */
export interface HostSettings {
  readonly host: HostPattern
  readonly policy: NetworkPolicy | undefined
  readonly origin: Origin
}

/** A set of rules of one object. */
export interface Route {
  readonly kind: 'Ingress' | 'HTTPRoute' | 'routes.json'
  readonly namespace: string
  /** Object name, or the `name` of a route in routes.json; `routes` where that has none. */
  readonly name: string
  /** Position in `routes` of routes.json where the route has no name; shown as `routes[0003]`. */
  readonly index: number | undefined
  /** Milliseconds since the epoch; `undefined` sorts after every known time. */
  readonly createdAtMs: number | undefined
  /** Never empty; `any` where the source names none. */
  readonly hostnames: readonly HostPattern[]
  /** Listeners to attach to; `all` for Ingress and routes.json. */
  readonly parents: 'all' | readonly ParentRef[]
  readonly rules: readonly RouteRule[]
  /** What answers where no rule of any route does: an Ingress's `defaultBackend`. */
  readonly defaultBackend: DefaultBackend | undefined
  readonly origin: Origin
}

/** `spec.defaultBackend` of an Ingress. */
export interface DefaultBackend {
  readonly backend: BackendRef
  readonly origin: Origin
}

/** Which listeners a Gateway API route attaches to. */
export interface ParentRef {
  /** `namespace/name` of the Gateway. */
  readonly gateway: string
  /** Listener name; `undefined` means every listener of the gateway. */
  readonly sectionName: string | undefined
  /** Listener port; `undefined` means any. */
  readonly port: number | undefined
}

/** One rule: any of the matches leads to the same action. */
export interface RouteRule {
  /** Never empty. */
  readonly matches: readonly RouteMatch[]
  /** In declared order. */
  readonly filters: readonly Filter[]
  /** Empty is allowed where a filter answers; otherwise it is an invalid backend. */
  readonly backends: readonly BackendRef[]
  readonly policy: NetworkPolicy | undefined
  readonly timeouts: Timeouts
  /**
   * Set where policy, authentication or a filter of the rule could not be read: its host and path
   * are kept and answer 500, since leaving them out could open what they closed.
   */
  readonly invalid: boolean
  readonly origin: Origin
}

/** Milliseconds; `undefined` takes the default, 0 switches the timeout off. */
export interface Timeouts {
  readonly connectMs?: number
  readonly firstByteMs?: number
  readonly idleMs?: number
  readonly totalMs?: number
}

/** Conditions that must all hold. */
export interface RouteMatch {
  readonly path: PathMatch
  /** Exact, case-sensitive; `undefined` takes every method. */
  readonly method: string | undefined
  /** Names lower-case and unique. */
  readonly headers: readonly ValueMatch[]
  /** Names case-sensitive and unique. */
  readonly queryParams: readonly ValueMatch[]
  /** The place of this match; in an Ingress the path entry. */
  readonly origin: Origin
}

/** Path condition; `value` of Exact and PathPrefix is canonical, RegularExpression is RE2 syntax. */
export interface PathMatch {
  readonly type: 'Exact' | 'PathPrefix' | 'RegularExpression'
  readonly value: string
}

/** Condition on the value of a header field or a query parameter. */
export interface ValueMatch {
  readonly type: 'Exact' | 'RegularExpression'
  readonly name: string
  readonly value: string
}

/** A filter, with Gateway API's names and fields. */
export type Filter =
  | HeaderModifier
  | { readonly type: 'URLRewrite'; readonly hostname?: string; readonly path?: PathModifier }
  | RequestRedirect

/** Changes header fields of the request or the response: `set`, then `add`, then `remove`. */
export interface HeaderModifier {
  readonly type: 'RequestHeaderModifier' | 'ResponseHeaderModifier'
  readonly set: readonly HeaderValue[]
  readonly add: readonly HeaderValue[]
  /** Lower-case. */
  readonly remove: readonly string[]
}

/** One header field as configured; the name keeps its spelling. */
export interface HeaderValue {
  readonly name: string
  readonly value: string
}

/** How a path is changed by a rewrite or a redirect. */
export type PathModifier =
  | { readonly type: 'ReplaceFullPath'; readonly value: string }
  | { readonly type: 'ReplacePrefixMatch'; readonly value: string }

/** Answers with a redirect; what is not named stays as in the request. */
export interface RequestRedirect {
  readonly type: 'RequestRedirect'
  readonly scheme?: 'http' | 'https'
  readonly hostname?: string
  readonly path?: PathModifier
  readonly port?: number
  readonly statusCode: 301 | 302 | 303 | 307 | 308
}

/** A reference to where requests go. */
export interface BackendRef {
  /** As the user wrote it or would: `api`, `http://127.0.0.1:9000`, `default/details:9080`. */
  readonly ref: string
  readonly target: BackendTarget
  /** Share of the rule's requests; 0 takes none. */
  readonly weight: number
  /** Filters for requests that go to this backend alone. */
  readonly filters: readonly Filter[]
  readonly origin: Origin
}

/** What a reference points at. */
export type BackendTarget =
  | { readonly type: 'backend'; readonly name: string }
  | { readonly type: 'url'; readonly url: string }
  | {
      readonly type: 'service'
      readonly namespace: string
      readonly name: string
      readonly port: ServicePortRef
    }
  /** Known to be wrong already; the finding has been made. */
  | { readonly type: 'invalid' }

/** A service port by number or by name. */
export type ServicePortRef = number | string

/** A named backend of routes.json. */
export interface Backend {
  readonly name: string
  /** Origins: `http://127.0.0.1:9001`, without path. */
  readonly endpoints: readonly string[]
  /** What `Host` the endpoints see: the client's, the endpoint's own, or a fixed one. */
  readonly host: UpstreamHost
  readonly origin: Origin
}

/** `Host` policy of a backend. */
export type UpstreamHost =
  | { readonly type: 'preserve' }
  | { readonly type: 'endpoint' }
  | { readonly type: 'fixed'; readonly value: string }

/** A Kubernetes Service, reduced to what addressing needs. */
export interface Service {
  readonly namespace: string
  readonly name: string
  /** `externalName` is refused wherever it is referenced. */
  readonly type: 'clusterIp' | 'headless' | 'externalName'
  /** Address of the service; `undefined` when headless or not assigned. */
  readonly clusterIp: string | undefined
  readonly ports: readonly ServicePort[]
  readonly origin: Origin
}

/** One port of a Service. */
export interface ServicePort {
  /** `undefined` when the only port has no name. */
  readonly name: string | undefined
  readonly port: number
  /** Port of the pods, a number or a name; `undefined` means `port`. */
  readonly targetPort: ServicePortRef | undefined
  readonly protocol: 'TCP' | 'UDP' | 'SCTP'
  /** `http`, `https`, `kubernetes.io/h2c` …; `undefined` means http. */
  readonly appProtocol: string | undefined
}

/** A Kubernetes EndpointSlice, reduced to what addressing needs. */
export interface EndpointSlice {
  readonly namespace: string
  /** Value of the label `kubernetes.io/service-name`. */
  readonly service: string
  readonly addressType: 'IPv4' | 'IPv6' | 'FQDN'
  readonly ports: readonly { readonly name: string | undefined; readonly port: number }[]
  readonly endpoints: readonly {
    readonly addresses: readonly string[]
    /** Absent conditions count as ready. */
    readonly ready: boolean
  }[]
  readonly origin: Origin
}

/** A host for which rules name a certificate. */
export interface TlsHost {
  readonly host: HostPattern
  /** `namespace/name` of the Secret; `undefined` for the default certificate. */
  readonly secret: string | undefined
  readonly origin: Origin
}
