/** RequestHeaderModifier and ResponseHeaderModifier on a flat field list. */
import type { HeaderModifier } from '../model/manifest.ts'

/**
 * Fields after `set` (replaces every line of that name), `add` (appends a line) and `remove`, in
 * that order. Names compare without case. The given list is not changed.
 */
export function modifyFields(fields: readonly string[], by: HeaderModifier): string[] {
  const gone = new Set<string>(by.remove)
  for (const { name } of by.set) gone.add(name.toLowerCase())
  const out: string[] = []
  for (let i = 0; i < fields.length; i += 2) {
    const name = fields[i] as string // pairs, so both indexes exist
    if (gone.size === 0 || !gone.has(name.toLowerCase())) out.push(name, fields[i + 1] as string)
  }
  const removed = new Set(by.remove)
  for (const { name, value } of by.set) if (!removed.has(name.toLowerCase())) out.push(name, value)
  for (const { name, value } of by.add) if (!removed.has(name.toLowerCase())) out.push(name, value)
  return out
}
