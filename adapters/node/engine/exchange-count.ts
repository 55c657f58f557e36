/** How many exchanges are under way, and when there are none. */

/** Counts exchanges. */
export class ExchangeCount {
  #open = 0
  readonly #waiting: (() => void)[] = []

  /** Begun and not ended. */
  get open(): number {
    return this.#open
  }

  begin(): void {
    this.#open++
  }

  end(): void {
    this.#open--
    if (this.#open > 0) return
    for (const resolve of this.#waiting.splice(0)) resolve()
  }

  /** Resolves when none is open. */
  async none(): Promise<void> {
    if (this.#open === 0) return
    await new Promise<void>((resolve) => this.#waiting.push(resolve))
  }
}
