/**
 * A session of `postern dev`: builds rules, hands them to the Worker's server, watches, and tells
 * what happens. Owns the order of these steps; the Worker and its socket are the server's.
 */
import { once } from 'node:events'
import type { DevServer } from '../miniflare/dev-server.ts'
import { buildRules, isAcceptable, type RuleCounts } from '../rules/build.ts'
import { findFiles } from '../rules/files.ts'
import { loadRules, type StandardInput } from '../rules/load.ts'
import type { RulesOptions } from '../rules/options.ts'
import { Reloader, type ReloadableOutcome } from '../rules/reloader.ts'
import { withTarget } from '../rules/target.ts'
import { watchRules } from '../rules/watch.ts'
import { DevReport } from './dev-report.ts'
import { readPiped } from './load-here.ts'
import { Report } from './report.ts'
import { onSignals } from './signals.ts'
import type { Terminal } from './terminal.ts'

/** What to run. */
export interface DevOptions {
  readonly rules: RulesOptions
  /** Whether warnings refuse rules, as errors do. */
  readonly strict: boolean
  /** On loopback; 0 lets the system choose. */
  readonly port: number
}

/** Nobody else's requests come in: the front would take their word for nothing, but rules are drafts. */
const ADDRESS = '127.0.0.1'

/** Runs until a signal ends it. `false` when it could not start, or a fault ended it. */
export async function runDevSession(options: DevOptions, terminal: Terminal): Promise<boolean> {
  const session = new DevSession(options, terminal)
  try {
    return (await session.start()) && (await session.untilEnd())
  } finally {
    await session.close()
  }
}

/** Rules as the Worker takes them. */
interface DevRules {
  readonly digest: string
  readonly counts: RuleCounts
  /** The Bundle as JSON. */
  readonly text: string
}

interface DevOutcome extends ReloadableOutcome {
  readonly rules: DevRules | undefined
  /** What the rules need and a deployed Worker lacks. */
  readonly unmet: number
}

class DevSession {
  readonly #options: DevOptions
  readonly #terminal: Terminal
  readonly #report: Report
  readonly #devReport: DevReport
  readonly #closers: (() => unknown)[] = []
  /** Aborted by the first signal, whatever is under way then. */
  readonly #stop = new AbortController()
  #standardInput: StandardInput | undefined
  #server: DevServer | undefined
  #reloader: Reloader<DevOutcome> | undefined

  constructor(options: DevOptions, terminal: Terminal) {
    this.#options = options
    this.#terminal = terminal
    this.#report = new Report(terminal.err)
    this.#devReport = new DevReport(this.#report, terminal.err)
  }

  /** `false` when it cannot, which has been told; `true` also where a signal came first. */
  async start(): Promise<boolean> {
    const { rules } = this.#options
    this.#listenForSignals()
    this.#standardInput = await readPiped(rules, this.#terminal)
    // Before the rules are read, so that no change falls between reading and watching.
    const { fingerprint } = await findFiles(rules.sources)
    const outcome = await this.#build()
    if (this.#stop.signal.aborted) return true
    this.#report.build(outcome)
    if (outcome.rules === undefined) return this.#report.refused()
    if (!(await this.#serve(outcome.rules))) return false
    this.#devReport.unmet(outcome.unmet)
    this.#watch(outcome.rules.digest, fingerprint)
    return true
  }

  /** Resolves when a signal has come; `false` when it was a fault. */
  async untilEnd(): Promise<boolean> {
    const { signal } = this.#stop
    if (!signal.aborted) await once(signal, 'abort')
    this.#report.say(`${String(signal.reason)}: ending`)
    return !this.#report.faulty
  }

  async close(): Promise<void> {
    for (const close of this.#closers.toReversed()) await close()
  }

  #listenForSignals(): void {
    const signals = onSignals({
      reload: () => this.#reloader?.request(),
      end: (cause) => {
        this.#stop.abort(cause)
        // Nobody waits for the rest of it any more.
        this.#terminal.input.destroy()
      },
      fault: (error) => this.#report.fault(error),
    })
    this.#closers.push(() => signals.close())
  }

  async #build(): Promise<DevOutcome> {
    const { rules: options, strict } = this.#options
    const result = buildRules(await loadRules(options, this.#standardInput))
    const { bundle, digest, counts, findings } = result
    const accepted = bundle !== undefined && isAcceptable(result, strict)
    const rules = accepted ? { digest, counts, text: JSON.stringify(bundle) } : undefined
    // Not among the findings: here, on loopback, most of what a deployed Worker lacks is there.
    const checked = withTarget(result, { target: 'worker', severity: 'warning' })
    const unmet = checked.findings.length - findings.length
    return { rules, findings, findingCount: findings.length, unmet }
  }

  async #serve({ text }: DevRules): Promise<boolean> {
    const miniflare = await loadMiniflare()
    if (miniflare === undefined) return this.#devReport.missingPackages()
    const { startDevServer, DevServer } = miniflare
    const { createAccessLog } = await import('../node/access-log.ts')
    const records = createAccessLog({ target: '-', stdout: this.#terminal.out.stream })
    this.#closers.push(() => records.close())
    const { port } = this.#options
    const started = await startDevServer({
      address: ADDRESS,
      port,
      rules: text,
      log: (entry) => this.#devReport.log(entry, (record) => records.write(record)),
      codeChanged: (change) => this.#devReport.code(change),
    })
    if (!(started instanceof DevServer)) {
      return this.#devReport.notStarted(started, { address: ADDRESS, port })
    }
    this.#server = started
    this.#closers.push(() => started.close())
    this.#report.say(`listening on ${started.url}`)
    return true
  }

  #watch(digest: string, fingerprint: string): void {
    const reloader = new Reloader<DevOutcome>({
      build: () => this.#build(),
      apply: (rules) => this.#replace(rules),
      done: (reload) => {
        this.#report.reload(reload)
        if (reload.type === 'applied') this.#devReport.unmet(reload.outcome.unmet)
      },
      now: () => performance.now(),
      digest,
    })
    const changed = (): void => reloader.request()
    const watch = watchRules(this.#options.rules.sources, { fingerprint, changed })
    this.#reloader = reloader
    this.#closers.push(
      () => watch.close(),
      () => reloader.close(),
    )
  }

  async #replace({ text }: DevRules): Promise<boolean> {
    try {
      const finding = await this.#server?.useRules(text)
      if (finding === undefined) return true
      this.#report.findings([finding])
    } catch (error) {
      this.#report.say(`the Worker does not answer: ${String(error)}`)
    }
    return false
  }
}

/** The adapter, loaded here so that no other command pays for it; `undefined` where it lacks a package. */
async function loadMiniflare() {
  try {
    return await import('../miniflare/dev-server.ts')
  } catch (error) {
    const { code } = error as { readonly code?: unknown } // reading a field of anything is safe
    if (code === 'ERR_MODULE_NOT_FOUND') return undefined
    throw error
  }
}
