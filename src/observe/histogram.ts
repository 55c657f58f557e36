/** Counting how often values fall between bounds, without allocating. */
import type { HistogramValue } from './metrics.ts'

/**
 * Where buckets end. Values are counted as whole parts of the unit that is exposed: sums of whole
 * numbers are exact, and V8 hands small ones from call to call without boxing them.
 */
export interface Buckets {
  /** Inclusive upper ends in parts, ascending. */
  readonly limits: readonly number[]
  /** How many parts make one of what is exposed. */
  readonly partsPerUnit: number
}

/** Microseconds, exposed in seconds: 1-2.5-5 from half a millisecond to a minute. */
export const DURATION_BUCKETS: Buckets = {
  limits: [
    500, 1000, 2500, 5000, 10_000, 25_000, 50_000, 100_000, 250_000, 500_000, 1_000_000, 2_500_000,
    5_000_000, 10_000_000, 30_000_000, 60_000_000,
  ],
  partsPerUnit: 1_000_000,
}

/** Bytes: powers of four from 256 B to 64 MiB. */
export const SIZE_BUCKETS: Buckets = {
  limits: [256, 1024, 4096, 16_384, 65_536, 262_144, 1_048_576, 4_194_304, 16_777_216, 67_108_864],
  partsPerUnit: 1,
}

/** One histogram. */
export class Histogram implements HistogramValue {
  readonly #buckets: Buckets
  /** A count for each bucket, then the sum: a typed array holds numbers of any size unboxed. */
  readonly #cells: Float64Array

  constructor(buckets: Buckets) {
    this.#buckets = buckets
    this.#cells = new Float64Array(buckets.limits.length + 2)
  }

  /** Counts a value of `parts`, a whole number that is not negative. */
  observe(parts: number): void {
    const { limits } = this.#buckets
    const cells = this.#cells
    let bucket = 0
    // Most values are small and limits are few: shorter than halving.
    while (bucket < limits.length && parts > (limits[bucket] ?? Infinity)) bucket++
    cells[bucket] = (cells[bucket] ?? 0) + 1
    const sum = limits.length + 1
    cells[sum] = (cells[sum] ?? 0) + parts
  }

  get bounds(): readonly number[] {
    const { limits, partsPerUnit } = this.#buckets
    return limits.map((limit) => limit / partsPerUnit)
  }

  countAt(index: number): number {
    return index <= this.#buckets.limits.length ? (this.#cells[index] ?? 0) : 0
  }

  get sum(): number {
    const { limits, partsPerUnit } = this.#buckets
    return (this.#cells[limits.length + 1] ?? 0) / partsPerUnit
  }

  /** Whether nothing was observed yet. */
  get empty(): boolean {
    for (let i = 0; i <= this.#buckets.limits.length; i++) if (this.countAt(i) > 0) return false
    return true
  }
}
