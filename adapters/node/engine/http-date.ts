/** The Date field, made once a second. */

/** The date of the moment as HTTP writes it (RFC 9110 §5.6.7). */
export class HttpDate {
  #second = -1
  #text = ''

  /** `Sun, 06 Nov 1994 08:49:37 GMT`. */
  get text(): string {
    const nowMs = Date.now()
    const second = Math.floor(nowMs / 1000)
    if (second !== this.#second) {
      this.#second = second
      this.#text = new Date(nowMs).toUTCString()
    }
    return this.#text
  }
}
