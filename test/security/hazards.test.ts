/** Every hazard has a test or says what it waits for, and the page about them is fresh. */
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { root } from '../architecture/files.ts'
import { findCoverage } from '../hazards/coverage.ts'
import { PAGE, writePage } from '../hazards/page.ts'

describe('hazards', () => {
  const coverage = findCoverage()

  it('have distinct names', () => {
    const ids = coverage.map(({ hazard }) => hazard.id)
    expect(new Set(ids).size).toBe(ids.length)
  })

  it('have a test each, or name what they wait for', () => {
    const gaps = coverage
      .filter(({ cases, files, waiting }) => cases.length + files.length + waiting.length === 0)
      .map(({ hazard }) => hazard.id)
    expect(gaps).toEqual([])
  })

  it('point at tests that are there', () => {
    const files = coverage.flatMap(({ hazard }) => hazard.tests ?? [])
    expect(files.filter((file) => !existsSync(join(root, file)))).toEqual([])
  })

  it('stand on a page that `node test/hazards/main.ts` has just written', () => {
    expect(readFileSync(join(root, PAGE), 'utf8')).toBe(writePage(coverage))
  })
})
