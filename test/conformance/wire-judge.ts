/** Judges what came of bytes: the class of the outcome, and what has to hold with every outcome. */
import type { WireCase, WireChecks } from './case.ts'
import { differFromOutcome, hasPair } from './outcomes.ts'
import type { ReceivedRequest, WireObservation } from './target.ts'
import { readingsOf } from './wire/readings.ts'

/** A verdict. */
export interface Verdict {
  /** What is wrong; empty for an outcome that is accepted. */
  readonly differences: readonly string[]
  /** Whether it is the outcome preferred. */
  readonly preferred: boolean
}

/** The verdict on `seen`. */
export function judgeWire(wire: WireCase, seen: WireObservation): Verdict {
  const always = differFromChecks(wire.checks, seen)
  const told: string[] = []
  for (const [index, outcome] of [wire.outcome, ...wire.also].entries()) {
    const differences = differFromOutcome(outcome, wire, seen)
    if (differences.length === 0) return { differences: always, preferred: index === 0 }
    told.push(`not ${outcome}: ${differences.join('; ')}`)
  }
  return { differences: [...always, ...told, summary(seen)], preferred: false }
}

/** What has to hold whichever of the outcomes it was. */
function differFromChecks(checks: WireChecks, seen: WireObservation): string[] {
  const { upstream, concurrent, attempts, tookMs, faults } = seen
  const told: string[] = []
  const forbid = (wrong: boolean, text: string): void => {
    if (wrong) told.push(text)
  }
  const { upMax, upMaxConcurrent, upAttempts, withinMs } = checks
  forbid(upMax !== undefined && upstream.length > upMax, `${upstream.length} requests upstream`)
  forbid(
    upMaxConcurrent !== undefined && concurrent > upMaxConcurrent,
    `${concurrent} requests at once`,
  )
  forbid(upAttempts !== undefined && attempts !== upAttempts, `${attempts} attempts`)
  forbid(withinMs !== undefined && tookMs > withinMs, `took ${Math.round(tookMs)} ms`)
  forbid(checks.upClosed === true && upstream.some((one) => !one.closed), 'connection kept')
  forbid(faults.length > 0, `faults: ${faults.map(String).join('; ')}`)
  return [...told, ...upstream.flatMap((one) => differFromRequestChecks(checks, one))]
}

function differFromRequestChecks(checks: WireChecks, request: ReceivedRequest): string[] {
  const { service, target, method } = request
  const told: string[] = []
  if (service === 'default/adm') told.push('the endpoint behind the policy was reached')
  if (method.startsWith('unreadable')) told.push(method)
  if (checks.upName !== undefined && service !== `default/${checks.upName}`) {
    told.push(`${service} was asked`)
  }
  if (checks.upPath !== undefined && target !== checks.upPath) told.push(`target ${target}`)
  if (checks.method !== undefined && method !== checks.method) told.push(`method ${method}`)
  const { neverUpstreamPath: never } = checks
  if (never !== undefined) {
    const reading = readingsOf(target).find((one) => one === never || one.startsWith(`${never}/`))
    if (reading !== undefined) told.push(`${target} may be read as ${reading}`)
  }
  for (const name of checks.absent ?? []) {
    if (hasPair(request, name)) told.push(`the endpoint got ${name}`)
  }
  for (const name of checks.present ?? []) {
    if (!hasPair(request, name)) told.push(`the endpoint did not get ${name}`)
  }
  return told
}

/** What it was, for whoever reads a failure. */
function summary({ responses, closed, upstream, records }: WireObservation): string {
  const statuses = responses.map(({ status, complete }) => `${status}${complete ? '' : ' (part)'}`)
  const reasons = records.map(({ reason, detail }) => `${reason ?? 'none'} (${detail ?? ''})`)
  const paths = upstream.map(({ service, method, target }) => `${service} ${method} ${target}`)
  return `was: ${statuses.join(', ') || 'no response'}; ${closed ?? 'open'}; upstream ${
    paths.join(', ') || 'nothing'
  }; reasons ${reasons.join(', ')}`
}
