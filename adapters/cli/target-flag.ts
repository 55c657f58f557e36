/** Reads `worker|node`, the value of --target. */
import type { RuntimeName } from '../../src/compile/capabilities.ts'
import { unknownWord, type UsageMistake } from './usage.ts'

/** Where rules are checked or built for. */
export type Target = Extract<RuntimeName, 'worker' | 'node'>

const TARGETS: readonly Target[] = ['worker', 'node']

/** The target that `text` names; `undefined` where the option was not given. */
export function parseTarget(text: string | undefined): Target | undefined | UsageMistake {
  if (text === undefined) return undefined
  return TARGETS.find((target) => target === text) ?? unknownWord('target', text, TARGETS)
}
