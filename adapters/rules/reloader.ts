/**
 * Builds again whenever asked, one build at a time. Owns the order of builds and the rule that worse
 * rules never replace better ones; what a build does and where its rules go is given.
 */
import type { Finding } from '../../src/errors.ts'
import type { RuleCounts } from './build.ts'
import type { BuildOutcome } from './thread-messages.ts'

/** What has to be known of a build so that its rules can take the place of others. */
export interface ReloadableOutcome {
  /** `undefined` where the rules are refused. */
  readonly rules: { readonly digest: string; readonly counts: RuleCounts } | undefined
  readonly findings: readonly Finding[]
  /** How many there are, those left out of `findings` included. */
  readonly findingCount: number
}

/** What a reload came to. */
export interface Reload<O extends ReloadableOutcome = BuildOutcome> {
  /**
   * `applied` serves the new rules; `unchanged` found the ones being served; `refused` keeps the
   * old ones; `failed` keeps them because the new ones could not take their place.
   */
  readonly type: 'applied' | 'unchanged' | 'refused' | 'failed'
  readonly outcome: O
  /** Milliseconds from the beginning of the build to the end of the swap. */
  readonly elapsedMs: number
}

/** What a reloader needs. */
export interface ReloaderOptions<O extends ReloadableOutcome = BuildOutcome> {
  readonly build: (signal: AbortSignal) => Promise<O>
  /** Puts accepted rules in place; `false` when the old ones had to stay. */
  readonly apply: (rules: NonNullable<O['rules']>, outcome: O) => Promise<boolean>
  readonly done: (reload: Reload<O>) => void
  /** Monotonic milliseconds. */
  readonly now: () => number
  /** Digest of the rules that are served at the beginning. */
  readonly digest: string
}

/** Reloads rules on request. */
export class Reloader<O extends ReloadableOutcome = BuildOutcome> {
  readonly #options: ReloaderOptions<O>
  readonly #stop = new AbortController()
  #digest: string
  #running: Promise<void> | undefined
  #again = false

  constructor(options: ReloaderOptions<O>) {
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

  async #reload(): Promise<Reload<O>> {
    const { build, now } = this.#options
    const startedMs = now()
    const outcome = await build(this.#stop.signal)
    const type = await this.#place(outcome)
    return { type, outcome, elapsedMs: now() - startedMs }
  }

  async #place(outcome: O): Promise<Reload['type']> {
    const rules: O['rules'] = outcome.rules
    if (rules === undefined) return 'refused'
    if (rules.digest === this.#digest) return 'unchanged'
    if (this.#stop.signal.aborted || !(await this.#options.apply(rules, outcome))) return 'failed'
    this.#digest = rules.digest
    return 'applied'
  }
}
