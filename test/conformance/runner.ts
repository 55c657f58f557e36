/** Runs every case on one target: one test for each, named by its id. */
import { afterAll, describe, expect, it } from 'vitest'
import type { TrafficCase } from './case.ts'
import {
  findSkip,
  lacks,
  SECOND_CHOICES,
  SKIPS,
  type Capability,
  type TargetName,
} from './capabilities.ts'
import { judge, type HostField } from './judge.ts'
import { trafficCases } from './suites/all.ts'
import type { Answer, Target } from './target.ts'
import { judgeWire, type Verdict } from './wire-judge.ts'

/** Declares the tests of `target`. */
export function describeConformance(target: Target): void {
  const cases = trafficCases()
  const runnable = cases.filter((one) => findSkip(target.name, one) === undefined)
  describe(`conformance of ${target.name}`, () => {
    const secondChoices: string[] = []
    afterAll(() => target.close())

    it('skips no more cases than each missing capability may cost', () => {
      expect(countSkips(target, cases)).toEqual(SKIPS[target.name])
    })

    it.each(runnable.map((one) => [`${one.id}: ${one.text}`, one] as const))(
      '%s',
      async (_, one) => {
        const { differences, preferred } = await run(target, one)
        expect(differences).toEqual([])
        if (!preferred) secondChoices.push(one.id)
      },
    )

    it('ends in the outcome preferred but where the list says otherwise', () => {
      expect(secondChoices.sort()).toEqual(SECOND_CHOICES[target.name])
    })
  })
}

async function run(target: Target, one: TrafficCase): Promise<Verdict> {
  if (one.type === 'wire') {
    if (target.play === undefined) throw new Error(`${target.name} plays no bytes`)
    return judgeWire(one, await target.play(one))
  }
  const served = await target.open(one.rules)
  const answers: Answer[] = []
  for (let i = 0; i < one.request.times; i++) answers.push(await served.send(one.request))
  return {
    differences: judge(one.request, one.expect, answers, hostFieldOf(target.name)),
    preferred: true,
  }
}

/** Which field endpoints learn the host from. */
function hostFieldOf(name: TargetName): HostField {
  return lacks(name, 'keep-host') ? 'x-forwarded-host' : 'host'
}

function countSkips(target: Target, cases: readonly TrafficCase[]): Record<string, number> {
  const counts: Partial<Record<Capability, number>> = {}
  for (const one of cases) {
    const missing = findSkip(target.name, one)
    if (missing !== undefined) counts[missing] = (counts[missing] ?? 0) + 1
  }
  return counts
}
