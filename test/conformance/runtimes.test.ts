/** What runtimes are excused from is said in one table, and the page about it is that table. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { root } from '../architecture/files.ts'
import { PAGE, writePage } from '../runtimes/page.ts'
import { DIFFERENCES, findMissing, lacks, type TargetName } from './capabilities.ts'
import { trafficCases } from './suites/all.ts'

describe('what a runtime cannot pass', () => {
  const cases = new Map(trafficCases().map((one) => [one.id, one]))

  it.each([...DIFFERENCES])(
    '%s is a case, and named by what the runtime lacks',
    (id, difference) => {
      const one = cases.get(id)
      expect(one).toBeDefined()
      for (const [name, capability] of Object.entries(difference)) {
        const target = name as TargetName // of the file's own shape
        expect(lacks(target, capability)).toBe(true)
        expect(findMissing(target, one?.needs ?? [])).toBeUndefined()
      }
    },
  )

  it(`is what ${PAGE} says; "node test/runtimes/main.ts" writes it anew`, () => {
    expect(readFileSync(join(root, PAGE), 'utf8')).toBe(writePage())
  })
})
