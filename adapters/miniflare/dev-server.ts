/**
 * The Worker with its front on this machine: new rules go into the running Worker, new code into a
 * new one beside it. Owns the order of both and the promise that no request is lost to either.
 */
import type { Finding } from '../../src/errors.ts'
import { openFront, type Front } from './front.ts'
import { startWorker, type RunningWorker, type WorkerLog } from './running-worker.ts'
import { WORKER_ENTRY, watchCode, type BundledCode, type WatchedCode } from './worker-code.ts'
import { WorkerSlot } from './worker-slot.ts'

/** What to serve, and where. */
export interface DevServerOptions {
  /** IP literal to listen on. */
  readonly address: string
  /** 0 lets the system choose. */
  readonly port: number
  /** Path of the Worker's entry module. Default: postern's own. */
  readonly entry?: string
  /** The first Bundle, as JSON. */
  readonly rules: string
  readonly log: (entry: WorkerLog) => void
  /** Takes what became of changed code. */
  readonly codeChanged: (change: CodeChange) => void
}

/** What became of changed code; where it failed, the code before goes on serving. */
export type CodeChange =
  | { readonly type: 'replaced'; readonly elapsedMs: number }
  | { readonly type: 'failed'; readonly messages: readonly string[] }

/** Why there is no server. */
export type StartFailure =
  | { readonly type: 'not-bound'; readonly error: unknown }
  | { readonly type: 'not-bundled'; readonly messages: readonly string[] }
  /** The Worker's code does not run. */
  | { readonly type: 'not-started'; readonly message: string }
  | { readonly type: 'refused'; readonly finding: Finding }

/** Milliseconds that requests of a replaced Worker, and of an ending server, may still take. */
const GRACE_MS = 5000

/** Starts everything; the socket accepts connections when this resolves. */
export async function startDevServer(options: DevServerOptions): Promise<DevServer | StartFailure> {
  const server = new DevServer(options)
  const failure = await server.start()
  if (failure === undefined) return server
  await server.close()
  return failure
}

/** The running server. */
export class DevServer {
  readonly #options: DevServerOptions
  readonly #slot = new WorkerSlot<RunningWorker>()
  /** Every Worker whose process has not ended. */
  readonly #workers = new Set<RunningWorker>()
  #worker: RunningWorker | undefined
  #front: Front | undefined
  #code: WatchedCode | undefined
  #rules: string
  /** One change after the other: rules for a Worker that is being replaced would be lost with it. */
  #queue: Promise<unknown> = Promise.resolve()
  /** Changes of the code that are not over. */
  #pendingCode = 0
  #closing = false

  constructor(options: DevServerOptions) {
    this.#options = options
    this.#rules = options.rules
  }

  /** Where it listens. */
  get url(): string {
    return this.#front?.url ?? ''
  }

  /** Called once, before all else; gives what it failed for. */
  async start(): Promise<StartFailure | undefined> {
    const { address, port, entry = WORKER_ENTRY } = this.#options
    try {
      this.#front = await openFront({ address, port, slot: this.#slot })
    } catch (error) {
      return { type: 'not-bound', error }
    }
    this.#code = await watchCode(entry, (bundled) => this.#takeCode(bundled))
    const { first } = this.#code
    if (first.type === 'failed') return { type: 'not-bundled', messages: first.messages }
    try {
      const finding = await this.#replaceWorker(first.code)
      if (finding !== undefined) return { type: 'refused', finding }
    } catch (error) {
      return { type: 'not-started', message: messageOf(error) }
    }
    this.#slot.release()
    return undefined
  }

  /**
   * Serves by `rules`, a Bundle as JSON, from the moment this resolves. Where the Worker refuses
   * them, the finding says why and those before go on serving.
   */
  async useRules(rules: string): Promise<Finding | undefined> {
    return await this.#enqueue(async () => {
      const before = this.#rules
      this.#rules = rules
      let taken = false
      try {
        const finding = await this.#worker?.loadRules()
        taken = finding === undefined
        return finding
      } finally {
        // A Worker that starts anew asks again, and is to get those that were good.
        if (!taken) this.#rules = before
      }
    })
  }

  /** Lets requests end, for a while, and ends every process. */
  async close(): Promise<void> {
    this.#closing = true
    await this.#code?.close()
    await this.#queue
    // Whoever waits for a Worker that never came is not kept waiting any longer.
    await this.#front?.close(this.#worker === undefined ? 0 : GRACE_MS)
    await Promise.all([...this.#workers].map((worker) => this.#end(worker)))
  }

  #enqueue<T>(change: () => Promise<T>): Promise<T> {
    const result = this.#queue.then(change)
    // Whoever asked for the change learns of its failure; the next one is not to.
    this.#queue = result.catch(() => undefined)
    return result
  }

  #takeCode(bundled: BundledCode): void {
    const { codeChanged } = this.#options
    if (bundled.type === 'failed') {
      codeChanged(bundled)
      return
    }
    // Requests that come after a change are answered by what was changed.
    this.#slot.hold()
    this.#pendingCode++
    void this.#enqueue(async () => {
      if (!this.#closing) codeChanged(await this.#tryCode(bundled.code))
      this.#pendingCode--
      if (this.#pendingCode === 0) this.#slot.release()
    })
  }

  async #tryCode(code: string): Promise<CodeChange> {
    const startedMs = performance.now()
    try {
      const finding = await this.#replaceWorker(code)
      if (finding !== undefined) return { type: 'failed', messages: [finding.message] }
      return { type: 'replaced', elapsedMs: performance.now() - startedMs }
    } catch (error) {
      return { type: 'failed', messages: [messageOf(error)] }
    }
  }

  /**
   * Starts a Worker beside the current one and puts it in its place once it has the rules. The one
   * before ends when its requests have.
   */
  async #replaceWorker(code: string): Promise<Finding | undefined> {
    const worker = await startWorker({ code, rules: () => this.#rules, log: this.#options.log })
    this.#workers.add(worker)
    let finding: Finding | undefined
    try {
      finding = await worker.loadRules()
    } catch (error) {
      await this.#end(worker)
      throw error
    }
    if (finding !== undefined) {
      await this.#end(worker)
      return finding
    }
    this.#worker = worker
    const before = this.#slot.replace(worker)
    if (before !== undefined) void this.#retire(before.worker, before.idle)
    return undefined
  }

  async #retire(worker: RunningWorker, idle: Promise<void>): Promise<void> {
    const grace = Promise.withResolvers<void>()
    const timer = setTimeout(grace.resolve, GRACE_MS).unref()
    await Promise.race([idle, grace.promise])
    clearTimeout(timer)
    await this.#end(worker)
  }

  async #end(worker: RunningWorker): Promise<void> {
    if (!this.#workers.delete(worker)) return
    await worker.dispose()
  }
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}
