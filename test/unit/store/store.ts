/** A store in memory that a test can slow down and damage, and the writer of a publication. */
import { createHash } from 'node:crypto'
import type { RuleStoreReader } from '../../../src/store/rule-store.ts'

/** What the format says, written down a second time: keys, digest, pointer. */
export interface Written {
  readonly digest: string
  /** Keys and values in the order in which they have to be written. */
  readonly entries: readonly (readonly [key: string, value: string])[]
}

/** A publication of `root` as a publisher writes it. */
export function publication(revision: number, root: unknown): Written {
  const text = typeof root === 'string' ? root : JSON.stringify(root)
  const digest = createHash('sha256').update(text).digest('hex')
  const pointer = { format: 1, revision, root: digest, time: '2026-11-22T12:00:00Z' }
  return {
    digest,
    entries: [
      [`postern/documents/${digest}`, text],
      ['postern/current', JSON.stringify(pointer)],
    ],
  }
}

export class MemoryStore implements RuleStoreReader {
  readonly values = new Map<string, string>()
  /** `key maxAgeSeconds` of each read. */
  readonly reads: string[] = []
  /** Called before each answer. */
  before: (key: string) => Promise<void> = () => Promise.resolve()

  publish({ entries }: Written): void {
    for (const [key, value] of entries) this.values.set(key, value)
  }

  async read(key: string, maxAgeSeconds: number): Promise<ArrayBuffer | undefined> {
    this.reads.push(`${key} ${maxAgeSeconds}`)
    await this.before(key)
    const value = this.values.get(key)
    return value === undefined ? undefined : new TextEncoder().encode(value).buffer
  }
}
