/**
 * What the rest of postern knows of regular expressions: a compiled pattern, who compiles one, and
 * which patterns are let in. The engine is a module of its own; nothing here loads it.
 */
import { measurePattern } from './syntax.ts'

/** A compiled pattern. */
export interface Pattern {
  /** Whether the whole of `text` matches, in time linear in its length. */
  test(text: string): boolean
}

/**
 * Compiles a pattern that `checkPattern` let in.
 * Throws `invalid_route` for any other: by then it is a broken promise, not a user's mistake.
 */
export type PatternCompiler = (source: string) => Pattern

/** Longest pattern in UTF-16 units. Hand-written rules stay far below; generated ones are split. */
export const MAX_PATTERN_LENGTH = 1024

/**
 * Largest compiled pattern in engine instructions, repetitions written out. Time for one match is
 * bounded by instructions times characters. The worst pattern found at this size took 40 ms for the
 * first path of 8 KiB, while the engine built its automaton, and below 2 ms from then on.
 */
export const MAX_PATTERN_SIZE = 1000

/**
 * Why a pattern is refused, as the end of a sentence that begins with the pattern; `undefined` when
 * it is accepted. Needs no engine, so rules are checked without loading one. What is accepted is a
 * subset of RE2's syntax: `\p` and `\C` are left out, since paths are ASCII and field values bytes.
 */
export function checkPattern(source: string): string | undefined {
  if (source.length === 0) return 'is empty'
  if (source.length > MAX_PATTERN_LENGTH) {
    return `has ${source.length} characters; at most ${MAX_PATTERN_LENGTH} are allowed`
  }
  const measured = measurePattern(source)
  if (typeof measured === 'string') return measured
  if (measured > MAX_PATTERN_SIZE) {
    return `is too large with its repetitions written out (${measured}, at most ${MAX_PATTERN_SIZE})`
  }
  return undefined
}
