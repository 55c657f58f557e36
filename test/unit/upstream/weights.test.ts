import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { RetryBudget } from '../../../src/upstream/retry-budget.ts'
import { pickWeighted } from '../../../src/upstream/weights.ts'

describe('pickWeighted', () => {
  it('gives each backend its share of evenly spread chance', () => {
    const backends = [
      { name: 'a', weight: 9 },
      { name: 'b', weight: 1 },
      { name: 'c', weight: 0 },
    ]
    const counts = new Map<string, number>()
    for (let i = 0; i < 1000; i++) {
      const name = pickWeighted(backends, () => (i + 0.5) / 1000)?.name ?? 'none'
      counts.set(name, (counts.get(name) ?? 0) + 1)
    }
    expect([...counts]).toEqual([
      ['a', 900],
      ['b', 100],
    ])
  })

  it('never gives a backend of weight 0, and one of a positive weight whenever there is one', () => {
    const weights = fc.array(fc.nat({ max: 1_000_000 }), { maxLength: 8 })
    const chance = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true })
    fc.assert(
      fc.property(weights, chance, (list, random) => {
        const picked = pickWeighted(
          list.map((weight) => ({ weight })),
          () => random,
        )
        if (list.some((weight) => weight > 0)) expect(picked?.weight).toBeGreaterThan(0)
        else expect(picked).toBeUndefined()
      }),
    )
  })
})

describe('RetryBudget', () => {
  it('lets a fifth of the requests be retried in the long run', () => {
    const budget = new RetryBudget()
    while (budget.withdraw()) continue
    let retries = 0
    for (let i = 0; i < 1000; i++) {
      budget.deposit()
      if (budget.withdraw()) retries++
    }
    expect(retries).toBeGreaterThanOrEqual(199)
    expect(retries).toBeLessThanOrEqual(200)
  })
})
