/**
 * Rules of a store, kept in memory and refreshed while requests are served by what is there. Owns
 * when the store is asked and what is served meanwhile; what serves is the caller's, made by `open`.
 */
import { PosternError } from '../errors.ts'
import type { Bundle } from '../model/bundle.ts'
import type { Pointer } from './pointer.ts'
import { readPublication } from './publication.ts'
import type { RuleStoreReader } from './rule-store.ts'

/** Between two questions to the store, while rules of it are served. */
export const REFRESH_MS = 15_000

/** Between two questions while there are none. */
export const RETRY_MS = 5000

/** What requests wait for the first answer, from when it was asked for; then they do without. */
export const FIRST_READ_MS = 2000

/**
 * An answer that takes longer than this is not waited for before the next question: the request that
 * asked may have taken it along. Workers end what is in the background after 30 seconds.
 */
export const ABANDONED_MS = 30_000

/** What cached rules are made of. */
export interface CachedRulesOptions<T> {
  readonly store: RuleStoreReader
  /** Makes what serves by these rules; throws a PosternError where they cannot be served. */
  readonly open: (bundle: Bundle) => T
  /** Milliseconds from any start, never back. */
  readonly now: () => number
  /** Learns why new rules are not served, once while it stays the same. */
  readonly problem: (text: string) => void
}

/** Where a request leaves work that goes on after its response; Workers hand one out with each. */
export interface Background {
  /** Keeps the runtime from ending `work`, which never rejects, with the request that began it. */
  waitUntil(work: Promise<void>): void
}

/** One question to the store. */
interface Attempt {
  readonly startedMs: number
  readonly first: boolean
  done: Promise<void>
  settled: boolean
}

/** The rules of one store, in one process or isolate. */
export class CachedRules<T> {
  readonly #options: CachedRulesOptions<T>
  #served: { readonly pointer: Pointer; readonly rules: T } | undefined
  #attempt: Attempt | undefined
  #told: string | undefined

  constructor(options: CachedRulesOptions<T>) {
    this.#options = options
  }

  /**
   * What serves now; `undefined` where the store has given nothing yet. Asks the store, in the
   * background, where it is time to. Never throws.
   */
  take(background: Background): T | undefined {
    const nowMs = this.#options.now()
    if (this.#isDue(nowMs)) this.#begin(nowMs, background)
    return this.#served?.rules
  }

  /**
   * As `take` does, after waiting for the first answer of all: at most two seconds from when it was
   * asked for. What comes later serves later requests. Never rejects.
   */
  async first(): Promise<T | undefined> {
    const attempt = this.#attempt
    if (attempt?.first === true && !attempt.settled) {
      const leftMs = attempt.startedMs + FIRST_READ_MS - this.#options.now()
      if (leftMs > 0) await atMost(attempt.done, leftMs)
    }
    return this.#served?.rules
  }

  #isDue(nowMs: number): boolean {
    const attempt = this.#attempt
    if (attempt === undefined) return true
    const passedMs = nowMs - attempt.startedMs
    if (!attempt.settled) return passedMs >= ABANDONED_MS
    return passedMs >= (this.#served === undefined ? RETRY_MS : REFRESH_MS)
  }

  #begin(startedMs: number, background: Background): void {
    const first = this.#attempt === undefined
    const attempt: Attempt = { startedMs, first, done: Promise.resolve(), settled: false }
    this.#attempt = attempt
    attempt.done = this.#carryOut(attempt)
    background.waitUntil(attempt.done)
  }

  async #carryOut(attempt: Attempt): Promise<void> {
    const problem = await this.#refresh()
    attempt.settled = true
    if (problem !== undefined && problem !== this.#told) this.#options.problem(problem)
    this.#told = problem
  }

  /** What stands in the way of serving what is published. */
  async #refresh(): Promise<string | undefined> {
    const { store, open } = this.#options
    const before = this.#served
    try {
      const read = await readPublication(store, before?.pointer)
      if (read.type === 'refused') return read.problem
      // An answer that was given up may come after a later one; the next question settles it.
      if (read.type === 'unchanged' || this.#served !== before) return undefined
      const { pointer, bundle } = read
      this.#served = { pointer, rules: open(bundle) }
      return undefined
    } catch (error) {
      const text = error instanceof Error ? error.message : String(error)
      return error instanceof PosternError
        ? `the rules published last cannot be served: ${text}`
        : `the store of rules cannot be read: ${text}`
    }
  }
}

/** Resolves with `work`, or after this time. */
async function atMost(work: Promise<void>, ms: number): Promise<void> {
  let timer: ReturnType<typeof setTimeout> | undefined
  const elapsed = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, ms)
  })
  await Promise.race([work, elapsed])
  clearTimeout(timer)
}
