/** Rules for commands that look into them: built, and refused ones told. */
import { buildRules, isAcceptable, type RulesResult } from '../rules/build.ts'
import type { RulesOptions } from '../rules/options.ts'
import { withTarget } from '../rules/target.ts'
import type { Bundle } from '../../src/model/bundle.ts'
import { countFindings, describeCounts, writeFindings } from './findings.ts'
import { loadHere } from './load-here.ts'
import type { Target } from './target-flag.ts'
import type { Terminal } from './terminal.ts'

/** Rules with a Bundle. */
export type BuiltRules = RulesResult & { readonly bundle: Bundle }

/** How rules are built for a command. */
export interface BuildHereOptions {
  /** Whether warnings refuse. */
  readonly strict: boolean
  /** Where the rules will be served: what cannot be honoured there is a warning. */
  readonly target?: Target
  readonly terminal: Terminal
}

/**
 * The rules that `options` name; `undefined` where they are refused, after telling why on standard
 * error. Warnings of rules that are not refused are only counted: `check` has their text.
 */
export async function buildHere(
  options: RulesOptions,
  { strict, target, terminal }: BuildHereOptions,
): Promise<BuiltRules | undefined> {
  const built = buildRules(await loadHere(options, terminal))
  const result = target === undefined ? built : withTarget(built, { target, severity: 'warning' })
  const { bundle, findings } = result
  const { err } = terminal
  if (bundle === undefined || !isAcceptable(result, strict)) {
    writeFindings(findings, err)
    err.write(`${err.style('red', 'refused')}: ${describeCounts(countFindings(findings))}\n`)
    return undefined
  }
  writeFindings(
    findings.filter(({ severity }) => severity === 'error'),
    err,
  )
  const { warnings } = countFindings(findings)
  if (warnings > 0) {
    const text = describeCounts({ errors: 0, warnings, infos: 0 })
    const check = target === undefined ? 'check' : `check --target ${target}`
    err.write(`${err.style('yellow', 'note')}: ${text}; "postern ${check}" tells more\n`)
  }
  return { ...result, bundle }
}
