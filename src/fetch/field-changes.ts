/**
 * What has to be done to a copy of a message's fields, so that it holds others. Owns the difference
 * alone: a runtime copies all fields in less time than it takes a few from JavaScript.
 */
import type { Fields } from '../head.ts'

/** What to do to a copy. */
export interface FieldChanges {
  /** Names to delete, before anything is added. */
  readonly removed: readonly string[]
  /** Fields to append. */
  readonly added: Fields
}

/**
 * What makes `wanted` of `received`, which is in the order that Headers iterate in. The field `keep`
 * stays although it is not wanted. `undefined` where one of several lines of a name has to go, since
 * deleting takes all of them.
 */
export function findFieldChanges(
  received: Fields,
  wanted: Fields,
  keep?: string,
): FieldChanges | undefined {
  const removed: string[] = []
  // Fields that stay are in the same order on both sides, and those that are new come last.
  let stayed = 0
  for (let i = 0; i < received.length; i += 2) {
    const name = received[i] as string // the list holds pairs, so both indexes exist
    if (name === wanted[stayed] && received[i + 1] === wanted[stayed + 1]) stayed += 2
    else if (name !== keep) {
      if (name === received[i - 2] || name === received[i + 2]) return undefined
      removed.push(name)
    }
  }
  return { removed, added: wanted.slice(stayed) }
}

/** Carries them out on a copy. */
export function changeFields(headers: Headers, { removed, added }: FieldChanges): void {
  for (const name of removed) headers.delete(name)
  for (let i = 0; i < added.length; i += 2) {
    headers.append(added[i] as string, added[i + 1] as string) // the list holds pairs
  }
}
