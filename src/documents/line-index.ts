/** Turns offsets in a text into lines and columns. */

/** A place in a text. */
export interface Place {
  /** One-based. */
  readonly line: number
  /** One-based, in UTF-16 units. */
  readonly column: number
}

const LINE_FEED = '\n'

/** The starts of all lines of one text, found when first asked for. */
export class LineIndex {
  readonly #text: string
  #starts: Uint32Array | undefined

  constructor(text: string) {
    this.#text = text
  }

  /** The place of the UTF-16 unit at `offset`; a line ends behind its line feed. */
  place(offset: number): Place {
    const starts = (this.#starts ??= findLineStarts(this.#text))
    let low = 0
    let high = starts.length - 1
    while (low < high) {
      const middle = (low + high + 1) >>> 1
      if ((starts[middle] ?? 0) <= offset) low = middle
      else high = middle - 1
    }
    return { line: low + 1, column: offset - (starts[low] ?? 0) + 1 }
  }
}

function findLineStarts(text: string): Uint32Array {
  // Counted first: a growing list of a hundred million numbers would be larger than the text.
  let lines = 1
  for (let at = text.indexOf(LINE_FEED); at >= 0; at = text.indexOf(LINE_FEED, at + 1)) lines++
  const starts = new Uint32Array(lines)
  let line = 1
  for (let at = text.indexOf(LINE_FEED); at >= 0; at = text.indexOf(LINE_FEED, at + 1)) {
    starts[line++] = at + 1
  }
  return starts
}
