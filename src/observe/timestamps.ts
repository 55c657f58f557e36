/** Points in time as a log writes them. */

const MS_PER_SECOND = 1000

/**
 * Formats times that mostly lie in one second: what `toISOString` gives, whose work is done once a
 * second instead of once a request.
 */
export class Timestamps {
  #second = Number.NaN
  /** Up to the point behind the seconds. */
  #start = ''

  /** ISO 8601 in UTC with milliseconds; `ms` is since the epoch, fractions are dropped. */
  format(ms: number): string {
    const whole = Math.floor(ms)
    const second = Math.floor(whole / MS_PER_SECOND)
    if (second !== this.#second) {
      this.#start = new Date(second * MS_PER_SECOND).toISOString().slice(0, -'000Z'.length)
      this.#second = second
    }
    const rest = whole - second * MS_PER_SECOND
    return `${this.#start}${rest < 10 ? '00' : rest < 100 ? '0' : ''}${rest}Z`
  }
}
