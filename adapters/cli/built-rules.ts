/** Rules for commands that look into them: built, and refused ones told. */
import { buildRules, isAcceptable, type RulesResult } from '../rules/build.ts'
import type { RulesOptions } from '../rules/options.ts'
import type { Bundle } from '../../src/model/bundle.ts'
import { countFindings, describeCounts, writeFindings } from './findings.ts'
import { loadHere } from './load-here.ts'
import type { Terminal } from './terminal.ts'

/** Rules with a Bundle. */
export type BuiltRules = RulesResult & { readonly bundle: Bundle }

/**
 * The rules that `options` name; `undefined` where they are refused, after telling why on standard
 * error. Warnings of rules that are not refused are only counted: `check` has their text.
 */
export async function buildHere(
  options: RulesOptions,
  { strict, terminal }: { readonly strict: boolean; readonly terminal: Terminal },
): Promise<BuiltRules | undefined> {
  const result = buildRules(await loadHere(options, terminal))
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
    err.write(`${err.style('yellow', 'note')}: ${text}; "postern check" tells more\n`)
  }
  return { ...result, bundle }
}
