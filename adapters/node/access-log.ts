/**
 * Writes access records as JSON lines. Never waits and never fails: a line that cannot be written
 * is dropped and counted, and requests go on.
 */
import { close, openSync, write } from 'node:fs'
import type { Writable } from 'node:stream'
import type { AccessRecord } from '../../src/exchange.ts'
import { formatRecord } from '../../src/observe/record-line.ts'

/** Lines that may wait for a slow target before more are dropped: some MiB at the usual length. */
const MAX_WAITING_LINES = 10_000

/**
 * How long a line waits for others. Nobody reads faster, and one write for each turn of the loop
 * is a tenth of what a small request costs. A process that is killed loses this much of its log.
 */
const GATHER_MS = 20

/** Lines that are written without waiting longer: about 128 KiB. */
const GATHER_LINES = 256

/** Where access records go. */
export interface AccessLog {
  /** Takes a record; it is written within 20 ms, together with others. */
  write(record: AccessRecord): void
  /** Opens the file anew after it was moved away. Throws where that fails; the old one stays. */
  reopen(): void
  /** Resolves when everything taken so far is written or dropped, and closes the file. */
  close(): Promise<void>
  /** Lines that could not be written. */
  readonly dropped: number
}

/** What an access log needs. */
export interface AccessLogOptions {
  /** `off`, `-` for `stdout`, or the path of a file to append to. */
  readonly target: string
  readonly stdout: Writable
}

/** An access log. Throws node's system error where the file cannot be opened. */
export function createAccessLog({ target, stdout }: AccessLogOptions): AccessLog {
  if (target === 'off') {
    return { write() {}, reopen() {}, close: () => Promise.resolve(), dropped: 0 }
  }
  return new BatchedLog(target === '-' ? streamTarget(stdout) : fileTarget(target))
}

/** Something that text can be added to. */
interface Target {
  /** Calls back once, with whatever went wrong. */
  append(text: string, done: (error: unknown) => void): void
  reopen(): void
  close(): void
}

/** One write at a time; what comes meanwhile is the next one. */
class BatchedLog implements AccessLog {
  readonly #target: Target
  #lines: string[] = []
  #timer: NodeJS.Timeout | undefined
  #writing = false
  #dropped = 0
  #idle: (() => void) | undefined

  constructor(target: Target) {
    this.#target = target
  }

  get dropped(): number {
    return this.#dropped
  }

  write(record: AccessRecord): void {
    if (this.#lines.length >= MAX_WAITING_LINES) {
      this.#dropped++
      return
    }
    this.#lines.push(formatRecord(record))
    if (this.#writing) return
    if (this.#lines.length >= GATHER_LINES) this.#flush()
    else this.#timer ??= setTimeout(() => this.#flush(), GATHER_MS)
  }

  reopen(): void {
    // What was taken before belongs to the file that was moved away.
    if (!this.#writing) this.#flush()
    this.#target.reopen()
  }

  async close(): Promise<void> {
    if (this.#lines.length > 0 || this.#writing) {
      await new Promise<void>((resolve) => {
        this.#idle = resolve
        if (!this.#writing) this.#flush()
      })
    }
    this.#target.close()
  }

  #flush(): void {
    clearTimeout(this.#timer)
    this.#timer = undefined
    const lines = this.#lines
    if (lines.length === 0) {
      this.#idle?.()
      return
    }
    this.#lines = []
    this.#writing = true
    this.#target.append(`${lines.join('\n')}\n`, (error) => {
      // A full disk or a closed pipe costs these lines; the next may fit again.
      if (error !== undefined && error !== null) this.#dropped += lines.length
      this.#writing = false
      this.#flush()
    })
  }
}

function streamTarget(stream: Writable): Target {
  // The callback of each write tells the same; without a listener the process would end.
  stream.on('error', () => {})
  return {
    append: (text, done) => {
      // A stream that has failed for good never calls back.
      if (stream.writable) stream.write(text, done)
      else done(stream.errored ?? new Error('the stream has ended'))
    },
    reopen() {},
    close() {},
  }
}

function fileTarget(path: string): Target {
  let file = openSync(path, 'a')
  let writing = false
  let replaced: number | undefined
  const append = (bytes: Buffer, done: (error: unknown) => void): void => {
    writing = true
    write(file, bytes, (error, written) => {
      writing = false
      if (replaced !== undefined) {
        close(replaced, () => {}) // nothing is left to be lost in it
        replaced = undefined
      }
      if (error !== null || written === bytes.length) done(error)
      else append(bytes.subarray(written), done)
    })
  }
  return {
    append: (text, done) => append(Buffer.from(text), done),
    reopen() {
      const opened = openSync(path, 'a')
      if (writing && replaced === undefined) replaced = file
      else close(file, () => {})
      file = opened
    },
    close() {
      close(file, () => {})
    },
  }
}
