/** Weighted choice among the backends of a rule. */

/** Anything that has a share. */
export interface Weighted {
  /** Not negative. */
  readonly weight: number
}

/**
 * The backend that `random` (0 ≤ random < 1) falls on, in proportion to the weights; `undefined`
 * when there is none or every weight is 0.
 */
export function pickWeighted<T extends Weighted>(
  backends: readonly T[],
  random: () => number,
): T | undefined {
  const only = backends[0]
  if (backends.length === 1 && only !== undefined) return only.weight > 0 ? only : undefined
  let total = 0
  for (const backend of backends) total += backend.weight
  if (total <= 0) return undefined
  let left = random() * total
  for (const backend of backends) {
    left -= backend.weight
    if (left < 0) return backend
  }
  return undefined
}
