/**
 * Builds again whenever asked, one build at a time. Owns the order of builds and the rule that worse
 * rules never replace better ones; what a build does and where its rules go is given.
 */
import type { BuildOutcome, GoodRules } from './thread-messages.ts'

/** What a reload came to. */
export interface Reload {
  /**
   * `applied` serves the new rules; `unchanged` found the ones being served; `refused` keeps the
   * old ones; `failed` keeps them because the new ones could not take their place.
   */
  readonly type: 'applied' | 'unchanged' | 'refused' | 'failed'
  readonly outcome: BuildOutcome
  /** Milliseconds from the beginning of the build to the end of the swap. */
  readonly elapsedMs: number
}

/** What a reloader needs. */
export interface ReloaderOptions {
  readonly build: (signal: AbortSignal) => Promise<BuildOutcome>
  /** Puts accepted rules in place; `false` when the old ones had to stay. */
  readonly apply: (rules: GoodRules, outcome: BuildOutcome) => Promise<boolean>
  readonly done: (reload: Reload) => void
  /** Monotonic milliseconds. */
  readonly now: () => number
  /** Digest of the rules that are served at the beginning. */
  readonly digest: string
}

/** Reloads rules on request. */
export class Reloader {
  readonly #options: ReloaderOptions
  readonly #stop = new AbortController()
  #digest: string
  #running: Promise<void> | undefined
  #again = false

  constructor(options: ReloaderOptions) {
    this.#options = options
    this.#digest = options.digest
  }

  /** Builds, or once more after the build under way: what it read may be older than this call. */
  request(): void {
    if (this.#stop.signal.aborted) return
    if (this.#running !== undefined) {
      this.#again = true
      return
    }
    this.#running = this.#run()
  }

  /** Ends a build under way, and does nothing from then on. Resolves when all is quiet. */
  async close(): Promise<void> {
    this.#stop.abort()
    await this.#running
  }

  async #run(): Promise<void> {
    do {
      this.#again = false
      const reload = await this.#reload()
      if (this.#stop.signal.aborted) return
      this.#options.done(reload)
    } while (this.#again)
    this.#running = undefined
  }

  async #reload(): Promise<Reload> {
    const { build, now } = this.#options
    const startedMs = now()
    const outcome = await build(this.#stop.signal)
    const type = await this.#place(outcome)
    return { type, outcome, elapsedMs: now() - startedMs }
  }

  async #place(outcome: BuildOutcome): Promise<Reload['type']> {
    const { rules } = outcome
    if (rules === undefined) return 'refused'
    if (rules.digest === this.#digest) return 'unchanged'
    if (this.#stop.signal.aborted || !(await this.#options.apply(rules, outcome))) return 'failed'
    this.#digest = rules.digest
    return 'applied'
  }
}
