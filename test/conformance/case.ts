/**
 * The one form of a conformance case, which every suite's loader makes of its own facts and every
 * target runs.
 */
import type { RuleFile } from '../../src/documents/documents.ts'
import type { Capability } from './capabilities.ts'

/** Rules to serve. Equal names are equal rules, so that a target opens them once. */
export interface RuleSet {
  readonly name: string
  readonly files: readonly RuleFile[]
  /** Services as `namespace/name`; each is a recording backend. */
  readonly services: readonly string[]
  /** Number of endpoints of a service; 1 where it is not named. */
  readonly pods?: Readonly<Record<string, number>>
}

/** What every case has. */
interface CaseHead {
  /** Unique among all cases. */
  readonly id: string
  /** What it is about, in a few words. */
  readonly text: string
  readonly rules: RuleSet
  readonly needs: readonly Capability[]
}

/** A request in parts, and the parts of its answer. */
export interface RequestCase extends CaseHead {
  readonly type: 'request'
  readonly request: RequestSpec
  readonly expect: ResponseSpec
}

/** A request in parts. */
export interface RequestSpec {
  readonly method: string
  /** Request target. */
  readonly path: string
  /** Value of `Host`. */
  readonly host: string
  /** Name and value, in order. */
  readonly headers: readonly (readonly [string, string])[]
  readonly body: string
  /** Address of the client's end; `null` for a socket without one. */
  readonly peer: string | null
  /** `namespace/name` of the Gateway asked; the first socket where it is absent. */
  readonly gateway?: string
  /** Fields that the backend puts into its response. */
  readonly backendSets: readonly (readonly [string, string])[]
  /** How often it is asked, each time over a new connection. */
  readonly times: number
}

/** What must come of it; what is absent is not looked at. */
export interface ResponseSpec {
  /** Any of these. */
  readonly status: readonly number[]
  /** `namespace/name` of the service that answered; `null` where none may be asked. */
  readonly servedBy?: string | null
  /** How many of its pods answered at least once. */
  readonly pods?: number
  /** Parts of the `Location`; a part that is absent is as in the request. */
  readonly redirect?: RedirectSpec
  readonly backend?: MessageSpec
  readonly response?: MessageSpec
  /** The client address that postern made out, any of these; `null` for none. */
  readonly clientIp?: readonly (string | null)[]
  /** Reason token of an answer of postern's own. */
  readonly reason?: string
  /** Shares of services over all requests: at least this many answers of each. */
  readonly shares?: Readonly<Record<string, number>>
}

/** Parts of a `Location`. */
export interface RedirectSpec {
  readonly scheme?: string
  readonly host?: string
  readonly port?: string
  readonly path?: string
}

/** Parts of a message. */
export interface MessageSpec {
  readonly method?: string
  readonly path?: string
  readonly host?: string
  /** Values of equal names joined by `,`; `*` stands for any value. */
  readonly headers?: Readonly<Record<string, string>>
  /** Elements of a list-valued field, in this order and with nothing else. */
  readonly contains?: Readonly<Record<string, readonly string[]>>
  readonly absentHeaders?: readonly string[]
}

/** Bytes, waits and ends of a connection, in order. */
export type ScriptStep =
  | { readonly type: 'send'; readonly bytes: string }
  | { readonly type: 'wait'; readonly ms: number }
  | { readonly type: 'drip'; readonly bytes: string; readonly ms: number; readonly times: number }
  /** Nothing more is sent, and what comes is read. */
  | { readonly type: 'finish' }
  | { readonly type: 'reset' }

/** A case about bytes, judged by the class of its outcome. */
export interface WireCase extends CaseHead {
  readonly type: 'wire'
  readonly script: readonly ScriptStep[]
  /** What the endpoints of the route do; an echo where it is absent. */
  readonly upstream?: UpstreamScript
  /** The outcome preferred. */
  readonly outcome: string
  /** Outcomes accepted as well. */
  readonly also: readonly string[]
  readonly checks: WireChecks
  /** Divides all waits of the script, and the limits of the server with them. */
  readonly haste: number
}

/** What an endpoint does when a request has come. */
export interface UpstreamScript {
  readonly bytes: string
  /** Then: nothing, an end, a reset, nothing ever, or more bytes; or it accepts no connection. */
  readonly afterwards: 'keep' | 'fin' | 'rst' | 'hang' | 'blackhole' | LateBytes
}

/** Bytes that nobody asked for. */
export interface LateBytes {
  readonly afterMs: number
  readonly send: string
}

/** What must hold beside the outcome; what is absent is not looked at. */
export interface WireChecks {
  readonly up?: number
  readonly upMax?: number
  readonly upName?: string
  readonly upPath?: string
  readonly upAttempts?: number
  readonly upMaxConcurrent?: number
  readonly neverUpstreamPath?: string
  readonly absent?: readonly string[]
  readonly present?: readonly string[]
  readonly method?: string
  readonly body?: string
  readonly withinMs?: number
  /** How long the client waits for more, where the usual time is not right. */
  readonly patienceMs?: number
  /** The connection to the endpoint is given up. */
  readonly upClosed?: boolean
  /** Whether a refusal leaves in doubt where the next request begins, so that it has to be the end. */
  readonly framing: boolean
}

/** Rules that are refused, or accepted with certain findings. No request is sent. */
export interface RulesCase extends CaseHead {
  readonly type: 'rules'
  /** Whether the set is served at all. */
  readonly accepted: boolean
  /** Codes of findings that must be among those made. */
  readonly codes: readonly string[]
  /** The same without what is wrong, which has to be accepted without an error. */
  readonly twin?: RuleSet
}

/** Any case. */
export type Case = RequestCase | WireCase | RulesCase

/** A case that a target runs. */
export type TrafficCase = RequestCase | WireCase

/** A request with everything usual left out. */
export function request(parts: Partial<RequestSpec> & Pick<RequestSpec, 'path'>): RequestSpec {
  return {
    method: 'GET',
    host: '127.0.0.1',
    headers: [],
    body: '',
    peer: '127.0.0.1',
    backendSets: [],
    times: 1,
    ...parts,
  }
}
