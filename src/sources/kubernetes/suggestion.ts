/** Finds what a misspelt word was meant to be. Knows nothing about where the words come from. */

/**
 * The one of `choices` that `word` most likely stands for: the same in another case, or at most
 * two single-character edits away and less than half of the word; `undefined` where none is near.
 */
export function suggest(word: string, choices: readonly string[]): string | undefined {
  if (word.length > 64) return undefined
  const lower = word.toLowerCase()
  let best: string | undefined
  let bestDistance = Math.min(3, Math.ceil(word.length / 2))
  for (const choice of choices) {
    const distance = editDistance(lower, choice.toLowerCase())
    if (distance >= bestDistance) continue
    best = choice
    bestDistance = distance
  }
  return best
}

/** Levenshtein distance in one row of memory. */
function editDistance(from: string, to: string): number {
  let row = Array.from({ length: to.length + 1 }, (_, index) => index)
  for (let i = 1; i <= from.length; i++) {
    const next = [i]
    for (let j = 1; j <= to.length; j++) {
      const replaced = (row[j - 1] ?? 0) + (from[i - 1] === to[j - 1] ? 0 : 1)
      next.push(Math.min(replaced, (row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1))
    }
    row = next
  }
  return row[to.length] ?? 0
}
