/** What a test tells the Worker before it sends a request. */
import type { Bundle } from '../../../src/model/bundle.ts'

/** Which rules are asked, where, and by whom. */
export interface WorkerOrder {
  /** Number of the rules. */
  readonly rules: number
  /** The rules themselves, once. */
  readonly bundle?: Bundle
  /** Key of the socket that the request comes to. */
  readonly socket: string
  /** Address of the client; `null` where the platform gives none. */
  readonly peer: string | null
}
