/**
 * Measures matching: postern beside a bare Map, rou3, find-my-way and Hono's routers; then what a
 * million routes weigh and what a reload to them costs the requests meanwhile.
 *
 *     npm run bench:match [-- --json] [--rounds N] [--only match|memory|reload]
 *
 * Each part runs in a process of its own, so that no heap and no compiled code is inherited.
 */
import { spawnSync } from 'node:child_process'
import { parseArgs } from 'node:util'
import { weigh, type Weight } from './memory.ts'
import { measureReload, type Reload } from './pause.ts'
import { describeMachine, showComparison, showReload, showWeights, type Report } from './report.ts'
import { compare, type Comparison } from './timing.ts'
import { createWorkload, SCENARIOS, type ScenarioName } from './workload.ts'

const ROUNDS = 21
const LARGEST = SCENARIOS['1,000,000 routes']
/** Libraries need gigabytes for the largest size. */
const HEAP_MB = 12_288

const { values } = parseArgs({
  options: {
    json: { type: 'boolean', default: false },
    rounds: { type: 'string', default: String(ROUNDS) },
    only: { type: 'string' },
    /** For the processes that this one starts. */
    part: { type: 'string' },
  },
})

if (values.part === undefined) runAll()
else process.stdout.write(JSON.stringify(await runPart(values.part)))

async function runPart(part: string): Promise<unknown> {
  const [kind = '', name = ''] = part.split('=')
  switch (kind) {
    case 'match':
      // The name comes from `runAll`, which takes it from the scenarios.
      return compare(createWorkload(name as ScenarioName), Number(values.rounds))
    case 'memory':
      return weigh({ ...LARGEST, backendsPerHost: Number(name) })
    case 'reload':
      return measureReload(LARGEST)
    default:
      throw new Error(`unknown part ${part}`)
  }
}

function runAll(): void {
  const wants = (kind: string): boolean => values.only === undefined || values.only === kind
  const show = (text: string): void => {
    if (!values.json) console.log(text)
  }
  const machine = describeMachine()
  show(machine)
  const comparisons: Comparison[] = []
  for (const name of wants('match') ? Object.keys(SCENARIOS) : []) {
    const comparison = startPart(`match=${name}`) as Comparison // as runPart gives it
    comparisons.push(comparison)
    show(showComparison(comparison))
  }
  const weights = (wants('memory') ? ['2', '10'] : []).map(
    (backends) => startPart(`memory=${backends}`) as Weight, // likewise
  )
  if (weights.length > 0) show(showWeights(weights))
  const reload = wants('reload') ? (startPart('reload') as Reload) : undefined // likewise
  if (reload !== undefined) show(showReload(reload))
  const report: Report = { machine, comparisons, weights, reload }
  if (values.json) console.log(JSON.stringify(report, undefined, 2))
}

/** What `runPart` gives for `part` in a process of its own. */
function startPart(part: string): unknown {
  const { status, stdout } = spawnSync(
    process.execPath,
    [
      '--expose-gc',
      `--max-old-space-size=${HEAP_MB}`,
      import.meta.filename,
      `--part=${part}`,
      `--rounds=${values.rounds}`,
    ],
    { stdio: ['ignore', 'pipe', 'inherit'], encoding: 'utf8', maxBuffer: 1 << 24 },
  )
  if (status !== 0) throw new Error(`${part} ended with ${status}`)
  return JSON.parse(stdout)
}
