/**
 * Finds what tests each hazard: conformance cases that name it, test files that name it, and files
 * that the list itself points at where their tests go by other names.
 */
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { listFiles, root } from '../architecture/files.ts'
import { findMissing, type Capability } from '../conformance/capabilities.ts'

/** A hazard as the list has it. */
export interface Hazard {
  readonly id: string
  readonly text: string
  /** Test files that cover it without naming it. */
  readonly tests?: readonly string[]
  /** What has to be there before it can be tested, or tested whole. */
  readonly waits?: string
}

/** What tests a hazard. */
export interface Coverage {
  readonly hazard: Hazard
  /** Ids of conformance cases that run. */
  readonly cases: readonly string[]
  /** Test files, relative to the root. */
  readonly files: readonly string[]
  /** Capabilities that further cases, or all of them, wait for. */
  readonly waiting: readonly string[]
}

/** The coverage of every hazard, in the order of the list. */
export function findCoverage(): Coverage[] {
  const cases = listCases()
  const named = listNamed()
  return readHazards().map((hazard) => {
    const own = cases.filter(({ covers }) => covers.includes(hazard.id))
    const missing = own.map(({ needs }) => findMissing('node', needs))
    const files = new Set([...(hazard.tests ?? []), ...(named.get(hazard.id) ?? [])])
    const waiting = new Set<string>(missing.filter((one) => one !== undefined))
    if (hazard.waits !== undefined) waiting.add(hazard.waits)
    return {
      hazard,
      cases: own.filter((_, i) => missing[i] === undefined).map(({ id }) => id),
      files: [...files].sort(),
      waiting: [...waiting].sort(),
    }
  })
}

function readHazards(): Hazard[] {
  const text = readFileSync(join(root, 'test/hazards/hazards.json'), 'utf8')
  return JSON.parse(text) as Hazard[] // the list beside this file
}

type StatedCase = Omit<NamedCase, 'needs'> & Partial<Pick<NamedCase, 'needs'>>

interface NamedCase {
  readonly id: string
  readonly covers: readonly string[]
  readonly needs: readonly Capability[]
}

function listCases(): NamedCase[] {
  const folder = join(root, 'test/conformance/cases')
  return readdirSync(folder).flatMap((name) =>
    collectCases(JSON.parse(readFileSync(join(folder, name), 'utf8'))),
  )
}

function collectCases(value: unknown): NamedCase[] {
  if (typeof value !== 'object' || value === null) return []
  if ('id' in value && 'covers' in value) {
    const { id, covers, needs } = value as StatedCase // the shape of every such case
    return [{ id, covers, needs: needs ?? [] }]
  }
  return Object.values(value).flatMap(collectCases)
}

/** `H-01`, and `H-01 to H-05` for all of them. */
const MENTION = /\b([HFCGO])-(\d\d)(?: to \1-(\d\d))?\b/g

/** Test files by the hazards that they name. */
function listNamed(): Map<string, string[]> {
  const named = new Map<string, string[]>()
  for (const file of listFiles('test')) {
    if (!file.endsWith('.test.ts') || file.startsWith('test/hazards/')) continue
    const text = readFileSync(join(root, file), 'utf8')
    for (const [, family = '', first = '', last = first] of text.matchAll(MENTION)) {
      for (let number = Number(first); number <= Number(last); number++) {
        const id = `${family}-${String(number).padStart(2, '0')}`
        const files = named.get(id) ?? []
        if (!files.includes(file)) named.set(id, [...files, file])
      }
    }
  }
  return named
}
