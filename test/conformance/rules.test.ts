/** Rules that are refused, with the findings that say why, and twins that are accepted. */
import { describe, expect, it } from 'vitest'
import { build } from './rules.ts'
import { rulesCases } from './suites/all.ts'

/** Cases that wait for something beside a set of files, by what it is. */
const WAITING = { store: 1 }

describe('conformance of rules', () => {
  const cases = rulesCases()
  const runnable = cases.filter(({ needs }) => needs.length === 0)

  it('leaves out no more cases than the list says', () => {
    const counts: Record<string, number> = {}
    for (const need of cases.flatMap(({ needs }) => needs)) counts[need] = (counts[need] ?? 0) + 1
    expect(counts).toEqual(WAITING)
  })

  it.each(runnable.map((one) => [`${one.id}: ${one.text}`, one] as const))('%s', (_, one) => {
    const { bundle, findings } = build(one.rules, [])
    const told = findings.map(({ code }) => code)
    expect({ accepted: bundle !== undefined, told }).toEqual({ accepted: one.accepted, told })
    expect(told).toEqual(expect.arrayContaining([...one.codes]))
    expect(Object.hasOwn(Object.prototype, 'admin')).toBe(false)
  })

  it.each(runnable.flatMap(({ id, twin }) => (twin === undefined ? [] : [[id, twin] as const])))(
    '%s: accepts the twin without that mistake',
    (_, twin) => {
      const { bundle, findings } = build(twin, [])
      expect(findings.filter(({ severity }) => severity === 'error')).toEqual([])
      expect(bundle).toBeDefined()
    },
  )
})
