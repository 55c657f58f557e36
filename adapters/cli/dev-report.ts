/** What a session of `postern dev` says beside what every service says. */
import { showText } from '../../src/documents/shown-text.ts'
import type { AccessRecord } from '../../src/exchange.ts'
import type { SocketAddress } from '../../src/compile/listeners.ts'
import type { CodeChange, StartFailure } from '../miniflare/dev-server.ts'
import type { WorkerLog } from '../miniflare/running-worker.ts'
import { describeCounts } from './findings.ts'
import type { Report } from './report.ts'
import type { Output } from './terminal.ts'

/** Longest text shown of one thing that the Worker wrote. */
const MAX_TEXT = 10_000

/** The reports of one session. */
export class DevReport {
  readonly #report: Report
  readonly #output: Output
  #unmet = 0

  constructor(report: Report, output: Output) {
    this.#report = report
    this.#output = output
  }

  /** What the Worker wrote: its access records go to `write`, which it has from console.log. */
  log({ level, message }: WorkerLog, write: (record: AccessRecord) => void): void {
    const record = level === 'log' ? readRecord(message) : undefined
    if (record !== undefined) write(record)
    else this.#report.say(`worker ${level}: ${showText(message, MAX_TEXT)}`)
  }

  /** Gives `false`, for its caller to. */
  notStarted(failure: StartFailure, address: SocketAddress): false {
    switch (failure.type) {
      case 'not-bound':
        return this.#report.notBound('--port', address, failure.error)
      case 'not-bundled':
        for (const message of failure.messages) this.#report.say(message)
        break
      case 'not-started':
        this.#report.say(failure.message)
        break
      case 'refused':
        this.#report.findings([failure.finding])
        break
      default:
        return failure satisfies never
    }
    this.#report.say(`${this.#output.style('red', 'not started')}: the Worker does not run`)
    return false
  }

  /** Gives `false`, for its caller to. */
  missingPackages(): false {
    this.#report.say(
      'postern dev needs the packages miniflare and esbuild, which are not installed',
    )
    this.#report.say('  remedy: npm install --save-dev miniflare esbuild')
    return false
  }

  code(change: CodeChange): void {
    if (change.type === 'replaced') {
      this.#report.say(`code reloaded in ${Math.round(change.elapsedMs)} ms`)
      return
    }
    for (const message of change.messages) this.#report.say(message)
    const word = this.#output.style('red', 'code refused')
    this.#report.say(`${word}: the code before goes on serving`)
  }

  /** How many things the rules need that a deployed Worker lacks. */
  unmet(count: number): void {
    // Said when it changes: it is no news at every save.
    if (count === this.#unmet) return
    this.#unmet = count
    const text = describeCounts({ errors: 0, warnings: count, infos: 0 })
    const tells = '"postern check --target worker" tells more'
    this.#report.say(
      count === 0
        ? 'the rules hold for a deployed Worker too'
        : `${this.#output.style('yellow', 'note')}: ${text} about a deployed Worker; ${tells}`,
    )
  }
}

function readRecord(message: string): AccessRecord | undefined {
  try {
    // Our own Worker wrote it; whatever else is JSON there is written as JSON again.
    return JSON.parse(message) as AccessRecord
  } catch {
    // Somebody debugs with console.log.
    return undefined
  }
}
