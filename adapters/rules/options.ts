/** Where rules come from and how they are read. Plain data, so that it crosses to another thread. */
import type { SocketOptions } from '../../src/compile/listeners.ts'
import type { ServiceOverride } from '../../src/compile/services.ts'

/** What one rule set is made of; the same options over the same files give the same Bundle. */
export interface RulesOptions {
  /** Files, folders, and `-` for standard input, as the user named them. Never empty. */
  readonly sources: readonly string[]
  /** Name of the class whose Ingresses are served. */
  readonly className: string
  /** Endpoints that stand in for Kubernetes services; the first place a reference is looked for. */
  readonly services: readonly ServiceOverride[]
  /** Addresses that replace those of the rules' listeners; `undefined` keeps the rules' own. */
  readonly sockets: SocketOptions | undefined
}

/** The name that stands for standard input among the sources. */
export const STANDARD_INPUT = '-'
