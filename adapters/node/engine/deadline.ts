/**
 * Waiting times that are cheap to set again: one coarse ticker looks at them, in slots of a wheel.
 * A deadline that moves on is left in its slot and moved when its old turn comes, so that progress
 * costs a comparison. None is early; each may be late by two ticks.
 */

/** Milliseconds between two looks. */
const TICK_MS = 20
/** Slots of the wheel; what is due later than a round is passed over until its round. */
const SLOTS = 512

/** Looks at deadlines; its timer runs while there are any and keeps no process alive. */
export class Ticker {
  readonly #slots: (Deadline | undefined)[] = Array.from({ length: SLOTS })
  #linked = 0
  /** The last tick that was looked at. */
  #tick = 0
  #timer: NodeJS.Timeout | undefined

  /** Deadlines that are waited for, or were and are not forgotten yet. */
  get linked(): number {
    return this.#linked
  }

  /** Has `deadline` looked at no later than its time wants. */
  watch(deadline: Deadline): void {
    if (this.#timer === undefined) this.#start()
    const tick = Math.max(Math.ceil(deadline.atMs / TICK_MS), this.#tick + 1)
    if (deadline.tick !== 0) {
      if (deadline.tick <= tick) return
      this.forget(deadline)
    }
    deadline.tick = tick
    const slot = tick % SLOTS
    const first = this.#slots[slot]
    deadline.next = first
    if (first !== undefined) first.previous = deadline
    this.#slots[slot] = deadline
    this.#linked++
  }

  /** Takes `deadline` out of its slot. */
  forget(deadline: Deadline): void {
    if (deadline.tick === 0) return
    const { previous, next } = deadline
    if (previous === undefined) this.#slots[deadline.tick % SLOTS] = next
    else previous.next = next
    if (next !== undefined) next.previous = previous
    deadline.previous = undefined
    deadline.next = undefined
    deadline.tick = 0
    this.#linked--
  }

  /** Stops the timer; deadlines set afterwards start it again. */
  close(): void {
    clearInterval(this.#timer)
    this.#timer = undefined
  }

  #start(): void {
    this.#tick = Math.floor(performance.now() / TICK_MS)
    this.#timer = setInterval(() => this.#look(), TICK_MS)
    this.#timer.unref()
  }

  #look(): void {
    const nowMs = performance.now()
    const last = Math.floor(nowMs / TICK_MS)
    // After a stall of more than a round every slot is looked at once.
    const from = Math.max(this.#tick + 1, last - SLOTS + 1)
    this.#tick = last
    const due: Deadline[] = []
    for (let tick = from; tick <= last; tick++) {
      let deadline = this.#slots[tick % SLOTS]
      while (deadline !== undefined) {
        if (deadline.tick <= last) due.push(deadline)
        deadline = deadline.next
      }
    }
    for (const deadline of due) this.forget(deadline)
    for (const deadline of due) deadline.look(nowMs)
    if (this.#linked === 0) this.close()
  }
}

/** One waiting time, made once for a connection and set anew for each wait. */
export class Deadline {
  /** Monotonic milliseconds; 0 while nothing is waited for. */
  atMs = 0
  /** Tick of the slot it stands in; 0 for none. This and the links are the ticker's. */
  tick = 0
  previous: Deadline | undefined
  next: Deadline | undefined
  readonly #ticker: Ticker
  readonly #expired: () => void

  constructor(ticker: Ticker, expired: () => void) {
    this.#ticker = ticker
    this.#expired = expired
  }

  /** Waits `ms` from now, whatever it waited for before; 0 waits for nothing. */
  set(ms: number): void {
    this.atMs = ms === 0 ? 0 : performance.now() + ms
    if (ms !== 0) this.#ticker.watch(this)
  }

  /** Waits for nothing. */
  clear(): void {
    this.atMs = 0
  }

  /** Waits for nothing, and is not looked at any more. */
  close(): void {
    this.atMs = 0
    this.#ticker.forget(this)
  }

  /** The ticker's question: is it time? */
  look(nowMs: number): void {
    if (this.atMs === 0) return
    if (this.atMs > nowMs) {
      this.#ticker.watch(this)
      return
    }
    this.atMs = 0
    this.#expired()
  }
}
