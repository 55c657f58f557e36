/**
 * The four timeouts of one attempt. At any moment one of connect, first byte and idle runs, and the
 * total beside it. Knows no socket.
 */
import type { AttemptTimeouts } from '../../../src/exchange.ts'
import type { Deadline } from './deadline.ts'

/** What ran out. `idle` leaves open which side did not move; the attempt knows. */
export type Expiry = 'connect' | 'first-byte' | 'idle' | 'total'

/** What a client's connection lends to its attempts, one after the other. */
export interface AttemptDeadlines {
  readonly phase: Deadline
  readonly total: Deadline
}

/** Runs the timeouts of one attempt. */
export class AttemptClock {
  /** Which of the three is running, or was last. */
  phase: Exclude<Expiry, 'total'> = 'connect'
  readonly #timeouts: AttemptTimeouts
  readonly #deadlines: AttemptDeadlines

  constructor(timeouts: AttemptTimeouts, deadlines: AttemptDeadlines) {
    this.#timeouts = timeouts
    this.#deadlines = deadlines
  }

  /** Starts with the search for a connection. */
  start(): void {
    this.#deadlines.total.set(this.#timeouts.totalMs)
    this.#deadlines.phase.set(this.#timeouts.connectMs)
  }

  /** The connection stands, the request goes out; or the head came, the body comes in. */
  streaming(): void {
    this.#enter('idle', this.#timeouts.idleMs)
  }

  /** The request is out. */
  awaiting(): void {
    this.#enter('first-byte', this.#timeouts.firstByteMs)
  }

  /** What comes may last for ever, as long as it moves. */
  endless(): void {
    this.#deadlines.total.clear()
  }

  /** Bytes moved. */
  progress(): void {
    if (this.phase === 'idle') this.#deadlines.phase.set(this.#timeouts.idleMs)
  }

  /** Whoever should take the bytes does not; that is not the endpoint's idleness. */
  hold(): void {
    this.#deadlines.phase.clear()
  }

  stop(): void {
    this.#deadlines.phase.clear()
    this.#deadlines.total.clear()
  }

  #enter(phase: 'idle' | 'first-byte', ms: number): void {
    this.phase = phase
    this.#deadlines.phase.set(ms)
  }
}
