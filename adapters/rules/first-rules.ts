/** The rules of a start: those that were named, or the last good ones where they cannot be read. */
import type { Finding } from '../../src/errors.ts'
import { buildInThread } from './build-thread.ts'
import { readKeptRules, type KeptRules } from './state.ts'
import type { BuildOrder, BuildOutcome } from './thread-messages.ts'

/**
 * Builds the rules of `order`. Where a source cannot be read, which says nothing about the rules,
 * the last good ones of the same sources stand in, with a warning; not where warnings refuse. Rules
 * that can be read and are wrong are refused: whoever starts postern is there to mend them.
 * `signal` breaks the build off.
 */
export async function buildFirst(order: BuildOrder, signal?: AbortSignal): Promise<BuildOutcome> {
  const outcome = await buildInThread(order, signal)
  const { state, strict } = order
  if (outcome.rules !== undefined || !outcome.unreadable || state === undefined || strict) {
    return outcome
  }
  const kept = await readKeptRules(state.folder, state.key)
  if (kept === 'none') return outcome
  const findings = [...outcome.findings, typeof kept === 'string' ? unusable(kept) : standIn(kept)]
  const rules = typeof kept === 'string' ? undefined : kept.rules
  return { ...outcome, rules, findings, findingCount: outcome.findingCount + 1 }
}

function standIn({ rules, keptAtMs }: KeptRules): Finding {
  return stateFinding({
    code: 'last-good-rules',
    message: `the last good rules are served, kept on ${new Date(keptAtMs).toISOString()}`,
    value: rules.digest,
    remedy: 'make the sources readable; they are then read by themselves',
  })
}

function unusable(why: 'foreign' | 'damaged'): Finding {
  return stateFinding({
    code: 'kept-rules-unusable',
    message:
      why === 'foreign'
        ? 'the last good rules are not used: others may write their file'
        : 'the last good rules are not used: their file is damaged or of another version',
    value: undefined,
    remedy: 'make the sources readable, or remove the state folder',
  })
}

function stateFinding(text: Pick<Finding, 'code' | 'message' | 'value' | 'remedy'>): Finding {
  return { severity: 'warning', object: '', file: '', line: 0, column: 0, ...text }
}
