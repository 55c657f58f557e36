/**
 * Notices that rules changed on disk. Owns when to look: the system's notifications are hints that
 * come early, and a look at the fingerprint decides, so nothing hangs on what a notification says.
 */
import { watch, type FSWatcher } from 'node:fs'
import { dirname } from 'node:path'
import { findFiles } from './files.ts'
import { STANDARD_INPUT } from './options.ts'

/** How often and how patiently to look. */
export interface WatchOptions {
  /** Milliseconds between two looks without any notification. Default 3000. */
  readonly pollMs?: number
  /** Milliseconds of quiet after a notification before looking: a file may be half written. */
  readonly quietMs?: number
}

/** A watch over sources. */
export interface RulesWatch {
  /** Resolves once it would notice a change. */
  readonly started: Promise<void>
  /** Stops; no call follows. */
  close(): void
}

const POLL_MS = 3000
const QUIET_MS = 100

/**
 * Calls `changed` after any file that `sources` lead to appeared, vanished, was replaced or written,
 * counted from `fingerprint`, which `findFiles` gave before the rules were read. Keeps no process
 * alive. Network file systems and exhausted watches notify nobody, hence the looks in between.
 */
export function watchRules(
  sources: readonly string[],
  watched: { readonly fingerprint: string; readonly changed: () => void },
  options: WatchOptions = {},
): RulesWatch {
  const watching = new Watching(sources, watched, options)
  return { started: watching.look(), close: () => watching.close() }
}

class Watching {
  readonly #sources: readonly string[]
  readonly #changed: () => void
  readonly #quietMs: number
  readonly #poll: NodeJS.Timeout
  readonly #watchers = new Map<string, FSWatcher>()
  #fingerprint: string
  #quiet: NodeJS.Timeout | undefined
  #looking = false
  #again = false
  #closed = false

  constructor(
    sources: readonly string[],
    watched: { readonly fingerprint: string; readonly changed: () => void },
    { pollMs = POLL_MS, quietMs = QUIET_MS }: WatchOptions,
  ) {
    this.#sources = sources.filter((source) => source !== STANDARD_INPUT)
    this.#changed = watched.changed
    this.#fingerprint = watched.fingerprint
    this.#quietMs = quietMs
    this.#poll = setInterval(() => void this.look(), pollMs).unref()
  }

  close(): void {
    this.#closed = true
    clearInterval(this.#poll)
    clearTimeout(this.#quiet)
    for (const watcher of this.#watchers.values()) watcher.close()
    this.#watchers.clear()
  }

  async look(): Promise<void> {
    // A slow disk must not gather looks: one is under way, and at most one more follows it.
    this.#again = this.#looking
    if (this.#looking || this.#closed) return
    this.#looking = true
    const { folders, fingerprint } = await findFiles(this.#sources)
    this.#looking = false
    // Closed while it looked, perhaps, which TypeScript cannot know.
    if (this.#closed as boolean) return
    if (this.#again) this.#lookSoon()
    this.#watchFolders(folders)
    if (fingerprint === this.#fingerprint) return
    this.#fingerprint = fingerprint
    this.#changed()
  }

  /** A file is watched by its folder: what replaces it is another file. */
  #watchFolders(folders: readonly string[]): void {
    const wanted = new Set([...folders, ...this.#sources.map((source) => dirname(source))])
    for (const [folder, watcher] of this.#watchers) {
      if (wanted.has(folder)) continue
      watcher.close()
      this.#watchers.delete(folder)
    }
    for (const folder of wanted) {
      if (!this.#watchers.has(folder)) this.#watchFolder(folder)
    }
  }

  #watchFolder(folder: string): void {
    try {
      const watcher = watch(folder, { persistent: false }, () => this.#lookSoon())
      watcher.on('error', () => {
        // The folder vanished or the system refuses: the next look tries again.
        watcher.close()
        if (this.#watchers.get(folder) === watcher) this.#watchers.delete(folder)
      })
      this.#watchers.set(folder, watcher)
    } catch {
      // Out of watches, or no such folder yet. Looking every few seconds finds the change as well.
    }
  }

  #lookSoon(): void {
    if (this.#closed) return
    clearTimeout(this.#quiet)
    this.#quiet = setTimeout(() => void this.look(), this.#quietMs).unref()
  }
}
