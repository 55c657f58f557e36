/** What a routes file may say, as types. `schema.ts` checks that a value has them. */

/** The file as a whole. */
export interface FileInput {
  /** For editors. */
  readonly $schema?: string
  readonly version: 1
  readonly listeners?: readonly ListenerInput[]
  /** For all listeners that have none of their own. */
  readonly clientAddress?: ClientAddressInput
  /** By name. */
  readonly backends?: Readonly<Record<string, BackendInput>>
  /** By host pattern. */
  readonly hosts?: Readonly<Record<string, HostInput>>
  readonly routes?: readonly RouteInput[]
}

/** The file with its lists and maps not looked into yet. */
export interface FileOutline {
  readonly $schema?: string
  readonly version: 1
  readonly listeners?: readonly unknown[]
  readonly clientAddress?: ClientAddressInput
  readonly backends?: Readonly<Record<string, unknown>>
  readonly hosts?: Readonly<Record<string, unknown>>
  readonly routes?: readonly unknown[]
}

/** An entry point. */
export interface ListenerInput {
  readonly name: string
  readonly port: number
  /** IP address to bind. */
  readonly address?: string
  /** Makes the listener HTTPS. */
  readonly tls?: { readonly certificates: readonly CertificateInput[] }
  readonly clientAddress?: ClientAddressInput
  readonly policy?: PolicyInput
  readonly pathAmbiguity?: 'policy' | 'refuse'
  readonly mergeSlashes?: boolean
}

/** Files of a certificate chain and its key. */
export interface CertificateInput {
  readonly cert: string
  readonly key: string
}

/** Whom to believe about the client's address. */
export interface ClientAddressInput {
  /** CIDRs, addresses and names of presets. */
  readonly trust?: readonly string[]
  readonly hops?: number
  readonly source?: string
}

/** Who may come in. */
export interface PolicyInput {
  readonly allow?: readonly string[]
  readonly deny?: readonly string[]
}

/** A named backend. */
export interface BackendInput {
  readonly endpoints: readonly string[]
  /** `preserve`, `endpoint` or a fixed host. */
  readonly host?: string
}

/** Settings of a host. */
export interface HostInput {
  readonly policy?: PolicyInput
}

/** One route; `host`, `path` and `backend` are the short form. */
export interface RouteInput {
  readonly name?: string
  readonly host?: string
  readonly hosts?: readonly string[]
  readonly path?: string
  readonly pathType?: PathTypeInput
  readonly matches?: readonly MatchInput[]
  readonly policy?: PolicyInput
  readonly filters?: readonly FilterInput[]
  readonly timeouts?: TimeoutsInput
  readonly backend?: string
  readonly backends?: readonly BackendRefInput[]
}

/** How a path is compared. */
export type PathTypeInput = 'Exact' | 'PathPrefix' | 'RegularExpression'

/** Conditions that must all hold. */
export interface MatchInput {
  readonly path?: { readonly type?: PathTypeInput; readonly value: string }
  readonly method?: string
  readonly headers?: readonly ValueMatchInput[]
  readonly queryParams?: readonly ValueMatchInput[]
}

/** A condition on a header field or a query parameter. */
export interface ValueMatchInput {
  readonly type?: 'Exact' | 'RegularExpression'
  readonly name: string
  readonly value: string
}

/** A backend of a route: exactly one of `name`, `url` and `service`. */
export interface BackendRefInput {
  readonly name?: string
  readonly url?: string
  readonly service?: string
  readonly weight?: number
  readonly filters?: readonly FilterInput[]
}

/** Durations such as `30s`; 0 switches a timeout off. */
export interface TimeoutsInput {
  readonly connect?: DurationInput
  readonly firstByte?: DurationInput
  readonly idle?: DurationInput
  readonly total?: DurationInput
}

/** Text such as `1m30s`, or 0. */
export type DurationInput = string | 0

/** A filter with Gateway API's names; its fields stand beside `type`. */
export type FilterInput = HeaderModifierInput | RewriteInput | RedirectInput

/** Changes header fields. */
export interface HeaderModifierInput {
  readonly type: 'RequestHeaderModifier' | 'ResponseHeaderModifier'
  readonly set?: readonly HeaderInput[]
  readonly add?: readonly HeaderInput[]
  readonly remove?: readonly string[]
}

/** A header field. */
export interface HeaderInput {
  readonly name: string
  readonly value: string
}

/** Changes what is sent upstream. */
export interface RewriteInput {
  readonly type: 'URLRewrite'
  readonly hostname?: string
  readonly path?: PathModifierInput
}

/** Answers with a redirect. */
export interface RedirectInput {
  readonly type: 'RequestRedirect'
  readonly scheme?: 'http' | 'https'
  readonly hostname?: string
  readonly path?: PathModifierInput
  readonly port?: number
  readonly statusCode?: 301 | 302 | 303 | 307 | 308
}

/** Exactly one of the two. */
export interface PathModifierInput {
  readonly replacePrefixMatch?: string
  readonly replaceFullPath?: string
}
