/** Rules together with what the place they are meant for cannot honour. */
import { checkTarget, type TargetCheck } from '../../src/compile/check-target.ts'
import { compareFindings } from '../../src/compile/finding.ts'
import type { RulesResult } from './build.ts'

/** `result` with the findings of `check` among its own; refused rules have nothing to look into. */
export function withTarget(result: RulesResult, check: TargetCheck): RulesResult {
  const { bundle } = result
  if (bundle === undefined) return result
  const unmet = checkTarget(bundle, check)
  return { ...result, findings: [...result.findings, ...unmet].sort(compareFindings) }
}
