/**
 * The running router: from the first build to the end of the last request. Owns the order of these
 * steps; building, serving and watching are done elsewhere.
 */
import { once } from 'node:events'
import { begin } from '../../src/gateway/begin.ts'
import { Runtime } from '../../src/gateway/runtime.ts'
import type { SocketEntry } from '../../src/model/bundle.ts'
import { RequestMetrics } from '../../src/observe/request-metrics.ts'
import { buildFirst } from '../rules/first-rules.ts'
import { buildInThread } from '../rules/build-thread.ts'
import { findFiles } from '../rules/files.ts'
import { Reloader } from '../rules/reloader.ts'
import { linkRules, ServedRules, type LinkedRules } from '../rules/served-rules.ts'
import { projectKey } from '../rules/state.ts'
import type { BuildOrder, GoodRules } from '../rules/thread-messages.ts'
import { watchRules } from '../rules/watch.ts'
import type { AccessLog } from '../node/access-log.ts'
import type { PosternServer } from '../node/server.ts'
import { startAdmin, type Admin } from './admin.ts'
import { readPiped } from './load-here.ts'
import { meterLog } from './metered-log.ts'
import { Report } from './report.ts'
import { exposeMetrics } from './service-metrics.ts'
import { DRAIN_MS, LAME_DUCK_MS, type ServiceOptions } from './service-options.ts'
import { onSignals } from './signals.ts'
import { describeStatus, type ServiceFacts } from './status-facts.ts'
import type { Terminal } from './terminal.ts'

/** Serves until a signal ends it. `false` when it could not start, or was broken off. */
export async function runService(options: ServiceOptions, terminal: Terminal): Promise<boolean> {
  const service = new Service(options, terminal)
  try {
    return (await service.start()) && (await service.untilEnd())
  } finally {
    await service.close()
  }
}

class Service {
  readonly #options: ServiceOptions
  readonly #terminal: Terminal
  readonly #report: Report
  readonly #startedAtMs = Date.now()
  readonly #served = new ServedRules()
  readonly #runtime = new Runtime({
    now: Date.now,
    monotonic: () => performance.now(),
    random: Math.random,
  })
  readonly #traffic = new RequestMetrics()
  readonly #closers: (() => unknown)[] = []
  /** Aborted by the first signal, whatever is under way then. */
  readonly #stop = new AbortController()
  #order: BuildOrder | undefined
  #server: PosternServer | undefined
  #log: AccessLog | undefined
  #reloader: Reloader | undefined

  constructor(options: ServiceOptions, terminal: Terminal) {
    this.#options = options
    this.#terminal = terminal
    this.#report = new Report(terminal.err)
  }

  /** `false` when it cannot, which has been told; `true` also where a signal came first. */
  async start(): Promise<boolean> {
    const { rules, strict, stateFolder } = this.#options
    this.#listenForSignals()
    if (!(await this.#startAdmin())) return false
    const key = projectKey(rules)
    const state = key === undefined ? undefined : { folder: stateFolder, key }
    const standardInput = await readPiped(rules, this.#terminal)
    this.#order = { options: rules, standardInput, strict, state }
    // Before the rules are read, so that no change falls between reading and watching.
    const { fingerprint } = await findFiles(rules.sources)
    const outcome = await buildFirst(this.#order, this.#stop.signal)
    if (this.#ending) return true
    this.#report.build(outcome)
    if (outcome.rules === undefined) return this.#report.refused()
    const linked = await this.#link(outcome.rules)
    if (linked === undefined || !(await this.#listen(linked))) return false
    this.#watch(linked.digest, fingerprint)
    return true
  }

  /** Resolves when the service has ended; `false` when a fault ended it. */
  async untilEnd(): Promise<boolean> {
    const { signal } = this.#stop
    if (!signal.aborted) await once(signal, 'abort')
    return await this.#drain(String(signal.reason))
  }

  get #ready(): boolean {
    return this.#server !== undefined && !this.#ending
  }

  get #ending(): boolean {
    return this.#stop.signal.aborted
  }

  #listenForSignals(): void {
    const signals = onSignals({
      reload: () => {
        this.#reopenLog()
        this.#reloader?.request()
      },
      end: (cause) => {
        this.#stop.abort(cause)
        // Nobody waits for the rest of it any more.
        this.#terminal.input.destroy()
      },
      fault: (error) => this.#report.fault(error),
    })
    this.#closers.push(() => signals.close())
  }

  async close(): Promise<void> {
    for (const close of this.#closers.toReversed()) await close()
  }

  async #startAdmin(): Promise<boolean> {
    const address = this.#options.admin
    if (address === undefined) return true
    let admin: Admin
    try {
      admin = await startAdmin(address, {
        ready: () => this.#ready,
        status: () => describeStatus(this.#facts()),
        metrics: () => exposeMetrics(this.#facts()),
      })
    } catch (error) {
      return this.#report.notBound('--admin', address, error)
    }
    this.#closers.push(() => admin.close())
    this.#report.say(`admin on ${admin.url}`)
    return true
  }

  async #link(rules: GoodRules): Promise<LinkedRules | undefined> {
    const result = await linkRules(rules, this.#runtime)
    if (result.type === 'linked') return result.rules
    this.#report.findings([result.finding])
    return undefined
  }

  async #listen(rules: LinkedRules): Promise<boolean> {
    // Loaded here, so that the commands that only look never pay for it.
    const { createServer, ListenError } = await import('../node/server.ts')
    const log = await this.#openLog()
    if (log === undefined) return false
    const sockets = this.#plainSockets(rules)
    if (sockets.length === 0) return this.#report.noSocket()
    const server = createServer({
      sockets,
      begin: (head, peer) => begin(head, peer, this.#served.snapshotFor(peer.socket)),
      log: meterLog(log, this.#traffic),
      drain: {
        lameDuckMs: this.#options.admin === undefined ? 0 : LAME_DUCK_MS,
        deadlineMs: DRAIN_MS,
      },
      fault: (error) => this.#report.fault(error),
    })
    this.#served.swap(rules)
    try {
      this.#report.listening(await server.listen())
    } catch (error) {
      if (!(error instanceof ListenError)) throw error
      this.#report.findings(error.findings)
      return false
    }
    this.#server = server
    return true
  }

  async #openLog(): Promise<AccessLog | undefined> {
    const { accessLog: target } = this.#options
    const { createAccessLog } = await import('../node/access-log.ts')
    try {
      const { stream: stdout } = this.#terminal.out
      const log = createAccessLog({ target, stdout })
      this.#closers.push(() => log.close())
      this.#log = log
      return log
    } catch (error) {
      this.#report.logFailed(target, error)
      return undefined
    }
  }

  #reopenLog(): void {
    try {
      this.#log?.reopen()
    } catch (error) {
      this.#report.logFailed(this.#options.accessLog, error)
    }
  }

  /** Sockets that can be served. One that asks for TLS must not be opened without it. */
  #plainSockets({ snapshot }: LinkedRules): SocketEntry[] {
    const entries = [...snapshot.sockets.values()].map(({ entry }) => entry)
    const [plain, secure] = [entries.filter(isPlain), entries.filter((one) => !isPlain(one))]
    for (const entry of secure) this.#report.notSecured(entry)
    return plain
  }

  #watch(digest: string, fingerprint: string): void {
    const { rules } = this.#options
    const reloader = new Reloader({
      // Set in `start`, before there is anything to watch.
      build: (signal) => buildInThread(this.#order as BuildOrder, signal),
      apply: (good) => this.#replace(good),
      done: (reload) => this.#report.reload(reload),
      now: () => performance.now(),
      digest,
    })
    const changed = (): void => reloader.request()
    const watch = watchRules(rules.sources, { fingerprint, changed })
    this.#reloader = reloader
    this.#closers.push(
      () => watch.close(),
      () => reloader.close(),
    )
  }

  /** Opens what the new rules need and only then swaps: `false` keeps everything as it was. */
  async #replace(good: GoodRules): Promise<boolean> {
    const { ListenError } = await import('../node/server.ts')
    const linked = await this.#link(good)
    if (linked === undefined || this.#server === undefined) return false
    const sockets = this.#plainSockets(linked)
    if (sockets.length === 0) return this.#report.noSocket()
    this.#served.announce(linked.snapshot)
    try {
      this.#report.listening(await this.#server.update(sockets))
    } catch (error) {
      this.#served.announce(undefined)
      if (!(error instanceof ListenError)) throw error
      this.#report.findings(error.findings)
      return false
    }
    const before = this.#served.swap(linked)
    // By then no connection of a socket that went away is left.
    if (before !== undefined) setTimeout(() => this.#served.forget(before), DRAIN_MS + 1000).unref()
    return true
  }

  async #drain(cause: string): Promise<boolean> {
    // First: a reload that ended later would open sockets that nobody closes.
    await this.#reloader?.close()
    const drained = this.#server?.drain()
    // Said when it is true: without an admin listener the sockets are closed by now.
    this.#report.say(`${cause}: draining; requests have ${DRAIN_MS / 1000} s to end`)
    const result = await drained
    if (result !== undefined && result.reset > 0) {
      this.#report.say(`${result.reset} connections did not end in time and were closed`)
    }
    return !this.#report.faulty
  }

  #facts(): ServiceFacts {
    return {
      startedAtMs: this.#startedAtMs,
      nowMs: Date.now(),
      ready: this.#ready,
      revision: this.#served.current,
      server: this.#server,
      traffic: this.#traffic,
      log: this.#log,
      report: this.#report.facts,
    }
  }
}

function isPlain({ protocol }: SocketEntry): boolean {
  return protocol === 'HTTP'
}
