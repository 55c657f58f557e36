/**
 * The thread that builds rules while another serves: reads, compiles, packs, keeps, hands over bytes
 * and ends. Whatever a rule set costs in time and memory is paid here.
 */
import { parentPort, workerData } from 'node:worker_threads'
import { pack } from '../../src/compile/pack.ts'
import type { Finding } from '../../src/errors.ts'
import type { Bundle } from '../../src/model/bundle.ts'
import { packedBuffers } from '../../src/model/packed.ts'
import { buildRules, isAcceptable, type RulesResult } from './build.ts'
import { isUnreadable } from './files.ts'
import { loadRules } from './load.ts'
import { keepRules } from './state.ts'
import { systemErrorText } from './system-error.ts'
import {
  MAX_TOLD,
  type BuildOrder,
  type BuildOutcome,
  type GoodRules,
  type StatePlace,
} from './thread-messages.ts'

async function build(order: BuildOrder): Promise<BuildOutcome> {
  const input = await loadRules(order.options, order.standardInput)
  const result = buildRules(input)
  const { bundle } = result
  const accepted = bundle !== undefined && isAcceptable(result, order.strict)
  const rules = accepted ? goodRules(bundle, result) : undefined
  const findings = [...result.findings]
  if (rules !== undefined && order.state !== undefined) {
    const failure = await keep(order.state, rules)
    if (failure !== undefined) findings.push(failure)
  }
  return {
    rules,
    findings: told(findings),
    findingCount: findings.length,
    unreadable: input.findings.some(isUnreadable),
  }
}

function goodRules(bundle: Bundle, { digest, counts }: RulesResult): GoodRules {
  // Hashes that begin with chance: names cannot be chosen beforehand to fall on one slot.
  const seed = crypto.getRandomValues(new Int32Array(1))[0] ?? 0
  const clusters = Object.values(bundle.clusters).slice(0, MAX_TOLD)
  return {
    packed: pack(bundle, { seed }),
    digest,
    counts,
    clusters: clusters.map(({ name, endpoints }) => ({ name, endpoints })),
  }
}

async function keep({ folder, key }: StatePlace, rules: GoodRules): Promise<Finding | undefined> {
  try {
    await keepRules(folder, key, { rules, keptAtMs: Date.now() })
    return undefined
  } catch (error) {
    return {
      severity: 'info',
      code: 'rules-not-kept',
      message: `the rules cannot be kept in "${folder}": ${systemErrorText(error)}`,
      object: '',
      file: '',
      line: 0,
      column: 0,
      value: folder,
      remedy: 'give a folder that can be written with --state; serving goes on without it',
    }
  }
}

/** Where not all can be told, errors are what must not be missing. */
function told(findings: readonly Finding[]): readonly Finding[] {
  if (findings.length <= MAX_TOLD) return findings
  const isError = ({ severity }: Finding): boolean => severity === 'error'
  const errors = findings.filter(isError)
  const others = findings.filter((finding) => !isError(finding))
  return [...errors, ...others].slice(0, MAX_TOLD)
}

// The only one who starts this file is `buildInThread`, which gives it an order.
const outcome = await build(workerData as BuildOrder)
const { rules } = outcome
parentPort?.postMessage(outcome, rules === undefined ? [] : packedBuffers(rules.packed))
