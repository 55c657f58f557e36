/** Mistakes in how postern was called, as values: each is told in one line, and the exit code is 2. */
import { suggest } from '../../src/sources/kubernetes/suggestion.ts'

/** A mistake of the caller. */
export interface UsageMistake {
  readonly type: 'usage-mistake'
  /** Lower-case, quotes what was given. */
  readonly message: string
  /** What would be right, as an instruction. */
  readonly remedy: string
}

/** A mistake of the caller. */
export function usageMistake(message: string, remedy: string): UsageMistake {
  return { type: 'usage-mistake', message, remedy }
}

/** Whether parsing ended in a mistake. */
export function isMistake(value: unknown): value is UsageMistake {
  return (
    typeof value === 'object' &&
    value !== null &&
    (value as { readonly type?: unknown }).type === 'usage-mistake'
  )
}

/** The mistake of a word that is none of `choices`; names the nearest one, else all of them. */
export function unknownWord(kind: string, word: string, choices: readonly string[]): UsageMistake {
  const near = suggest(word, choices)
  return usageMistake(
    `unknown ${kind} "${word}"`,
    near === undefined ? `use one of ${choices.join(', ')}` : `did you mean ${near}?`,
  )
}
