/**
 * The four timeouts of one attempt. At any moment one of connect, first byte and idle runs, and the
 * total beside it. Knows no socket.
 */
import type { AttemptTimeouts } from '../../../src/exchange.ts'

/** What ran out. `idle` leaves open which side did not move; the attempt knows. */
export type Expiry = 'connect' | 'first-byte' | 'idle' | 'total'

/** Runs the timeouts of one attempt. */
export class AttemptClock {
  readonly #timeouts: AttemptTimeouts
  readonly #expired: (what: Expiry) => void
  readonly #total: NodeJS.Timeout | undefined
  #phase: NodeJS.Timeout | undefined

  /** Starts with the connection; `expired` is called at most once. */
  constructor(timeouts: AttemptTimeouts, expired: (what: Expiry) => void) {
    this.#timeouts = timeouts
    this.#expired = (what) => {
      this.stop()
      expired(what)
    }
    this.#total = this.#timer(timeouts.totalMs, 'total')
    this.#phase = this.#timer(timeouts.connectMs, 'connect')
  }

  /** The connection stands, the request goes out; or the head came, the body comes in. */
  streaming(): void {
    this.#enter(this.#timeouts.idleMs, 'idle')
  }

  /** The request is out. */
  awaiting(): void {
    this.#enter(this.#timeouts.firstByteMs, 'first-byte')
  }

  /** Bytes moved. */
  progress(): void {
    this.#phase?.refresh()
  }

  /** Whoever should take the bytes does not; that is not the endpoint's idleness. */
  hold(): void {
    clearTimeout(this.#phase)
    this.#phase = undefined
  }

  stop(): void {
    clearTimeout(this.#phase)
    clearTimeout(this.#total)
    this.#phase = undefined
  }

  #enter(ms: number, what: Expiry): void {
    clearTimeout(this.#phase)
    this.#phase = this.#timer(ms, what)
  }

  #timer(ms: number, what: Expiry): NodeJS.Timeout | undefined {
    return ms === 0 ? undefined : setTimeout(this.#expired, ms, what)
  }
}
