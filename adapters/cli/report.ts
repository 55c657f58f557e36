/** What a service says on standard error, and what of it is remembered for `/status`. */
import type { SocketAddress } from '../../src/compile/listeners.ts'
import type { Finding } from '../../src/errors.ts'
import type { SocketEntry } from '../../src/model/bundle.ts'
import type { Reload, ReloadableOutcome } from '../rules/reloader.ts'
import { systemErrorText } from '../rules/system-error.ts'
import type { BoundSocket } from '../node/listener.ts'
import { countFindings, countText, describeCounts, writeFindings } from './findings.ts'
import { describeFault } from './fault.ts'
import { formatSocket } from './socket-flag.ts'
import type { Output } from './terminal.ts'

/** What is remembered. */
export interface ReportFacts {
  /** Of the last build. */
  readonly findings: readonly Finding[]
  /** Whether the last build was refused. */
  readonly outdated: boolean
  readonly reloads: { readonly applied: number; readonly refused: number }
  readonly faults: number
}

/** Findings written at once: more would only push what was there before out of sight. */
const MAX_WRITTEN = 50

/** The reports of one service. Methods named for a failure give `false`, for their callers to. */
export class Report {
  readonly #output: Output
  readonly #urls = new Set<string>()
  readonly #reloads = { applied: 0, refused: 0 }
  #findings: readonly Finding[] = []
  #outdated = false
  #faults = 0

  constructor(output: Output) {
    this.#output = output
  }

  get facts(): ReportFacts {
    return {
      findings: this.#findings,
      outdated: this.#outdated,
      reloads: { ...this.#reloads },
      faults: this.#faults,
    }
  }

  get faulty(): boolean {
    return this.#faults > 0
  }

  say(text: string): void {
    this.#output.write(`${text}\n`)
  }

  findings(findings: readonly Finding[]): void {
    writeFindings(findings, this.#output)
  }

  /** What a build found. */
  build({ findings, findingCount }: Omit<ReloadableOutcome, 'rules'>): void {
    this.#findings = findings
    writeFindings(findings.slice(0, MAX_WRITTEN), this.#output)
    const left = findingCount - Math.min(findings.length, MAX_WRITTEN)
    if (left > 0) this.say(`… and ${countText(left, 'finding')} more; "postern check" shows all`)
  }

  refused(): false {
    const counts = describeCounts(countFindings(this.#findings))
    this.say(`${this.#output.style('red', 'not started')}: the rules are refused, ${counts}`)
    return false
  }

  /** Sockets that were not told before; `bound` are all that are open. */
  listening(bound: readonly BoundSocket[]): void {
    const urls = new Set(bound.map(({ url }) => url))
    for (const url of urls) if (!this.#urls.has(url)) this.say(`listening on ${url}`)
    for (const url of this.#urls) if (!urls.has(url)) this.say(`no longer listening on ${url}`)
    this.#urls.clear()
    for (const url of urls) this.#urls.add(url)
  }

  reload({ type, outcome, elapsedMs }: Reload<ReloadableOutcome>): void {
    if (type === 'unchanged') {
      this.say('rules unchanged')
      return
    }
    this.build(outcome)
    this.#outdated = type !== 'applied'
    const errors = countText(countFindings(outcome.findings).errors, 'error')
    if (type !== 'applied' || outcome.rules === undefined) {
      this.#reloads.refused++
      const word = this.#output.style('red', `rules ${type}`)
      // What failed behind sound rules was told as a finding of its own, and is no error of theirs.
      const count = type === 'refused' ? `: ${errors}` : ''
      this.say(`${word}${count}; the rules before go on serving`)
      return
    }
    this.#reloads.applied++
    const { routes, hosts } = outcome.rules.counts
    const size = `${countText(routes, 'route')}, ${countText(hosts, 'host')}, ${errors}`
    this.say(`rules reloaded: ${size} in ${Math.round(elapsedMs)} ms`)
  }

  noSocket(): false {
    return this.#told({
      severity: 'error',
      code: 'no-socket',
      message: 'no listener is left that can be served',
      remedy: 'add an HTTP listener to the rules, or give --http [ADDR:]PORT',
    })
  }

  notSecured({ key }: SocketEntry): void {
    this.#told({
      severity: 'warning',
      code: 'tls-not-available',
      message: `socket "${key}" is not opened: postern terminates no TLS yet`,
      value: key,
      remedy: 'let something in front terminate TLS, and serve HTTP behind it',
    })
  }

  notBound(flag: string, address: SocketAddress, error: unknown): false {
    const where = formatSocket(address)
    return this.#told({
      severity: 'error',
      code: 'socket-not-bound',
      message: `${flag} ${where} cannot be bound: ${systemErrorText(error)}`,
      value: where,
      remedy: 'choose another address or port, or stop the program that has this one',
    })
  }

  logFailed(path: string, error: unknown): false {
    return this.#told({
      severity: 'error',
      code: 'access-log-not-opened',
      message: `the access log "${path}" cannot be opened: ${systemErrorText(error)}`,
      value: path,
      remedy: 'name a file that can be written, - or off with --access-log',
    })
  }

  fault(error: unknown): void {
    this.#faults++
    this.say(describeFault(error, process.env))
  }

  #told(
    finding: Pick<Finding, 'severity' | 'code' | 'message' | 'remedy'> & {
      readonly value?: string
    },
  ): false {
    const place = { object: '', file: '', line: 0, column: 0 }
    this.findings([{ ...place, ...finding, value: finding.value }])
    return false
  }
}
