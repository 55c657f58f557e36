/**
 * The rules being served: the snapshot of the moment, its revision, and the way from one to the
 * next. Owns which snapshot a connection is answered by while sockets change; opens none itself.
 */
import { PosternError, type Finding } from '../../src/errors.ts'
import { link } from '../../src/gateway/link.ts'
import { openPacked } from '../../src/gateway/packed-reader.ts'
import type { Runtime } from '../../src/gateway/runtime.ts'
import type { Snapshot } from '../../src/gateway/snapshot.ts'
import { loadPatternCompiler } from '../../src/regex/engine.ts'
import type { GoodRules } from './thread-messages.ts'

/** Rules that can be served, and what is known of them. */
export interface LinkedRules extends Omit<GoodRules, 'packed'> {
  readonly snapshot: Snapshot
}

/** Rules that are, or were, served. */
export interface Revision extends LinkedRules {
  /** Counts from 1 in each process. */
  readonly number: number
  /** When it took effect, in milliseconds since the epoch. */
  readonly sinceMs: number
}

/** Rules that can be served, or why they cannot. */
export type LinkResult =
  | { readonly type: 'linked'; readonly rules: LinkedRules }
  | { readonly type: 'refused'; readonly finding: Finding }

/** Makes `good` rules servable, with constant work. Its bytes are the result's from then on. */
export async function linkRules(good: GoodRules, runtime: Runtime): Promise<LinkResult> {
  const { packed, ...known } = good
  const opened = openPacked(packed)
  if (opened.type === 'refused') return opened
  const patterns = await loadPatternCompiler()
  const snapshot = link(opened.reader, { runtime, patterns })
  return { type: 'linked', rules: { ...known, snapshot } }
}

/** What is served, what is about to be, and what was until lately. */
export class ServedRules {
  readonly #now: () => number
  /** Rules whose sockets are being opened: the first connections may come before the swap. */
  #announced: Snapshot | undefined
  #current: Revision | undefined
  /** By socket that the current rules no longer have, while its connections end. */
  readonly #former = new Map<string, Snapshot>()

  /** `now` gives milliseconds since the epoch. */
  constructor(now: () => number = Date.now) {
    this.#now = now
  }

  /** What is served; `undefined` before the first swap. */
  get current(): Revision | undefined {
    return this.#current
  }

  /**
   * The snapshot that answers a request which came in on `socket`: the current one wherever it knows
   * the socket. Throws `internal_error` where nothing was ever served there.
   */
  snapshotFor(socket: string): Snapshot {
    const current = this.#current?.snapshot
    if (current?.sockets.has(socket) === true) return current
    const announced = this.#announced?.sockets.has(socket) === true ? this.#announced : undefined
    const snapshot = announced ?? this.#former.get(socket)
    if (snapshot === undefined) throw new PosternError('internal_error', `no rules for ${socket}`)
    return snapshot
  }

  /** Lets `snapshot` answer on the sockets that only it has; `undefined` takes it back. */
  announce(snapshot: Snapshot | undefined): void {
    this.#announced = snapshot
  }

  /**
   * Serves by `rules` from the next request on. Connections of sockets that they do not have are
   * still answered by the snapshot before, which is given, until `forget` is called with it.
   */
  swap(rules: LinkedRules): Snapshot | undefined {
    const before = this.#current?.snapshot
    this.#announced = undefined
    const number = (this.#current?.number ?? 0) + 1
    this.#current = { ...rules, number, sinceMs: this.#now() }
    const { sockets } = rules.snapshot
    for (const key of sockets.keys()) this.#former.delete(key)
    if (before === undefined) return undefined
    for (const key of before.sockets.keys()) if (!sockets.has(key)) this.#former.set(key, before)
    rules.snapshot.runtime.sweep(rules.snapshot.reader)
    return before
  }

  /** Lets go of a snapshot whose own sockets have no connection left. */
  forget(snapshot: Snapshot): void {
    for (const [key, former] of this.#former) {
      if (former === snapshot) this.#former.delete(key)
    }
  }
}
