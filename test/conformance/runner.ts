/** Runs every case on one target: one test for each, named by its id. */
import { afterAll, describe, expect, it } from 'vitest'
import type { TrafficCase } from './case.ts'
import { findMissing, SKIPS, type Capability } from './capabilities.ts'
import { judge } from './judge.ts'
import { trafficCases } from './suites/all.ts'
import type { Answer, Target } from './target.ts'

/** Declares the tests of `target`. */
export function describeConformance(target: Target): void {
  const cases = trafficCases()
  const runnable = cases.filter(({ needs }) => findMissing(target.name, needs) === undefined)
  describe(`conformance of ${target.name}`, () => {
    afterAll(() => target.close())

    it('skips no more cases than each missing capability may cost', () => {
      expect(countSkips(target, cases)).toEqual(SKIPS[target.name])
    })

    it.each(runnable.map((one) => ({ ...one, title: `${one.id}: ${one.text}` })))(
      '$title',
      async (one) => {
        expect(await run(target, one)).toEqual([])
      },
    )
  })
}

/** Runs a case; gives what is not as it must be. */
async function run(target: Target, one: TrafficCase): Promise<string[]> {
  if (one.type === 'wire') throw new Error('not yet')
  const served = await target.open(one.rules)
  const answers: Answer[] = []
  for (let i = 0; i < one.request.times; i++) answers.push(await served.send(one.request))
  return judge(one.request, one.expect, answers)
}

function countSkips(target: Target, cases: readonly TrafficCase[]): Record<string, number> {
  const counts: Partial<Record<Capability, number>> = {}
  for (const { needs } of cases) {
    const missing = findMissing(target.name, needs)
    if (missing !== undefined) counts[missing] = (counts[missing] ?? 0) + 1
  }
  return counts
}
