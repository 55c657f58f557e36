/** What a service is told when it starts, and how long its end may take. */
import type { SocketAddress } from '../../src/compile/listeners.ts'
import type { RulesOptions } from '../rules/options.ts'

/** How to serve. */
export interface ServiceOptions {
  readonly rules: RulesOptions
  /** Whether warnings refuse rules, as errors do. */
  readonly strict: boolean
  /** Where the admin listener is; `undefined` for none. */
  readonly admin: SocketAddress | undefined
  readonly stateFolder: string
  /** `off`, `-` for standard output, or a file. */
  readonly accessLog: string
}

/** Milliseconds that requests may take to end once the end has been announced. */
export const DRAIN_MS: number = 20_000

/**
 * Milliseconds between saying not ready and closing the sockets, where an admin listener says so:
 * whoever asks it needs that long to send requests elsewhere. Without one nobody learns of it.
 */
export const LAME_DUCK_MS: number = 5000
