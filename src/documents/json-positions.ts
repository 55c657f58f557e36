/**
 * Finds where a value stands in a JSON text that is known to be well-formed. Nothing is recorded
 * while the text is parsed: a collection is indexed when somebody first asks for something inside
 * it. A million questions about the elements of one list cost one pass over that list.
 */
import type { Place } from './line-index.ts'
import type { LineIndex } from './line-index.ts'

/** A collection up to this many units is read again each time: cheaper than to remember it. */
const SMALL = 1024

/** Says that an object is too large to be read again each time. */
const NOT_SMALL = -2

const QUOTE = 0x22
const COMMA = 0x2c
const COLON = 0x3a
const BACKSLASH = 0x5c
const CLOSE_LIST = 0x5d
const CLOSE_OBJECT = 0x7d

/** Offsets inside one collection: of elements by number, or of keys by their text. */
type CollectionIndex =
  | { readonly type: 'list'; readonly elements: Uint32Array; readonly end: number }
  | { readonly type: 'object'; readonly keys: ReadonlyMap<string, number>; readonly end: number }

/** The places of one text. */
export class JsonPositions {
  readonly #text: string
  readonly #lines: LineIndex
  /** By the offset of the opening bracket. */
  readonly #indexes = new Map<number, CollectionIndex>()

  constructor(text: string, lines: LineIndex) {
    this.#text = text
    this.#lines = lines
  }

  /**
   * Place of the value at `path`, or of its key. Where the path leads to nothing, it is the place
   * of the last value on the way that exists.
   */
  locate(path: readonly (string | number)[], part: 'key' | 'value'): Place {
    let offset = skipSpace(this.#text, 0)
    for (const [i, step] of path.entries()) {
      const child = this.#child(offset, step)
      if (child < 0) break
      const last = i === path.length - 1
      offset =
        typeof step === 'string' && !(last && part === 'key') ? this.#behindKey(child) : child
    }
    return this.#lines.place(offset)
  }

  /** Offset of the element or key `step` of the collection at `offset`; -1 when there is none. */
  #child(offset: number, step: string | number): number {
    const index = this.#indexes.get(offset)
    if (index !== undefined) return lookUp(index, step)
    const opening = this.#text[offset]
    if (opening !== '{' && opening !== '[') return -1
    const found =
      opening === '{'
        ? findKey(this.#text, offset, String(step))
        : findElement(this.#text, offset, typeof step === 'number' ? step : Infinity)
    if (found !== NOT_SMALL) return found
    return lookUp(this.#index(offset, opening), step)
  }

  #behindKey(offset: number): number {
    const colon = skipSpace(this.#text, skipString(this.#text, offset))
    return skipSpace(this.#text, colon + 1)
  }

  #index(offset: number, opening: '{' | '['): CollectionIndex {
    const index = opening === '{' ? indexObject(this.#text, offset) : indexList(this.#text, offset)
    if (index.end - offset > SMALL) this.#indexes.set(offset, index)
    return index
  }
}

function lookUp(index: CollectionIndex, step: string | number): number {
  if (index.type === 'object') return index.keys.get(String(step)) ?? -1
  return typeof step === 'number' ? (index.elements[step] ?? -1) : -1
}

/**
 * Offset of a key in a small object, without an index; -1 when there is none, `NOT_SMALL` when the
 * object goes on for longer. Read to its end, since of two equal keys the later one counts.
 */
function findKey(text: string, offset: number, key: string): number {
  let found = -1
  let at = skipSpace(text, offset + 1)
  while (text.charCodeAt(at) !== CLOSE_OBJECT) {
    const behind = skipString(text, at)
    if (isKey(text, { start: at, end: behind, key })) found = at
    at = skipSpace(text, skipSpace(text, behind) + 1)
    at = skipSpace(text, skipValue(text, at))
    // Asked behind each value: what is large may be the last one.
    if (at - offset > SMALL) return NOT_SMALL
    if (text.charCodeAt(at) === COMMA) at = skipSpace(text, at + 1)
  }
  return found
}

/** Offset of an element of a small list, likewise. */
function findElement(text: string, offset: number, position: number): number {
  let at = skipSpace(text, offset + 1)
  for (let i = 0; text.charCodeAt(at) !== CLOSE_LIST; i++) {
    if (i === position) return at
    at = skipSpace(text, skipValue(text, at))
    if (at - offset > SMALL) return NOT_SMALL
    if (text.charCodeAt(at) === COMMA) at = skipSpace(text, at + 1)
  }
  return -1
}

/** Whether the string from `start` to `end`, quotes included, is `key`. */
function isKey(
  text: string,
  { start, end, key }: { readonly start: number; readonly end: number; readonly key: string },
): boolean {
  // An escape is longer than what it stands for.
  if (end - start - 2 < key.length) return false
  if (end - start - 2 === key.length) {
    return text.startsWith(key, start + 1) && !key.includes('\\')
  }
  return text.slice(start, end).includes('\\') && JSON.parse(text.slice(start, end)) === key
}

function indexList(text: string, offset: number): CollectionIndex {
  const elements: number[] = []
  let at = skipSpace(text, offset + 1)
  while (text.charCodeAt(at) !== CLOSE_LIST) {
    elements.push(at)
    at = skipSpace(text, skipValue(text, at))
    if (text.charCodeAt(at) === COMMA) at = skipSpace(text, at + 1)
  }
  return { type: 'list', elements: new Uint32Array(elements), end: at + 1 }
}

function indexObject(text: string, offset: number): CollectionIndex {
  const keys = new Map<string, number>()
  let at = skipSpace(text, offset + 1)
  while (text.charCodeAt(at) !== CLOSE_OBJECT) {
    const behind = skipString(text, at)
    // A later duplicate replaces an earlier one, as in the value itself.
    // A key in quotes parses to a string.
    keys.set(JSON.parse(text.slice(at, behind)) as string, at)
    at = skipSpace(text, skipSpace(text, behind) + 1)
    at = skipSpace(text, skipValue(text, at))
    if (text.charCodeAt(at) === COMMA) at = skipSpace(text, at + 1)
  }
  return { type: 'object', keys, end: at + 1 }
}

/** Offset behind the value that begins at `start`. */
function skipValue(text: string, start: number): number {
  let depth = 0
  let at = start
  do {
    const code = text.charCodeAt(at)
    if (code === QUOTE) {
      at = skipString(text, at)
      continue
    }
    // Brackets differ from each other in bit 5 alone: [ and { open, ] and } close.
    if ((code | 0x20) === 0x7b) depth++
    else if ((code | 0x20) === CLOSE_OBJECT) depth--
    else if (depth === 0) return skipScalar(text, at)
    at++
  } while (depth > 0)
  return at
}

function skipString(text: string, start: number): number {
  let at = start + 1
  for (let code = text.charCodeAt(at); code !== QUOTE; code = text.charCodeAt(at)) {
    at += code === BACKSLASH ? 2 : 1
  }
  return at + 1
}

/** Offset behind a number or a word, which end at a separator, a bracket or the end. */
function skipScalar(text: string, start: number): number {
  let at = start
  for (;;) {
    const code = text.charCodeAt(at)
    const ends = code === COMMA || code === COLON || (code | 0x20) === CLOSE_OBJECT || code <= 0x20
    if (ends || Number.isNaN(code)) return at
    at++
  }
}

function skipSpace(text: string, start: number): number {
  let at = start
  while (text.charCodeAt(at) <= 0x20) at++
  return at
}
