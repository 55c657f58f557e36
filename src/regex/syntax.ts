/**
 * The syntax of patterns: a recursive-descent reader that accepts a subset of RE2's and tells how
 * large the compiled pattern will be. It builds nothing and knows no engine.
 */

/** Open groups at most; deeper nesting is nobody's handwriting and would cost the reader's stack. */
const MAX_DEPTH = 50
/** RE2's own limit for one counted repetition. */
const MAX_COUNT = 1000

/** Ends the reading; never leaves this file. */
class Refusal extends Error {}

/** Where the reader stands. */
interface Reader {
  readonly source: string
  position: number
  depth: number
  readonly names: Set<string>
}

/**
 * The number of engine instructions that `source` compiles to, rounded up; or, as text, the reason
 * why it is refused.
 */
export function measurePattern(source: string): number | string {
  const reader: Reader = { source, position: 0, depth: 0, names: new Set() }
  try {
    const size = readAlternation(reader)
    if (reader.position < source.length) return `has a ) too many at character ${reader.position}`
    return size
  } catch (error) {
    if (error instanceof Refusal) return error.message
    throw error
  }
}

function readAlternation(reader: Reader): number {
  let size = 0
  for (;;) {
    size += 1 + readSequence(reader)
    if (reader.source[reader.position] !== '|') return size
    reader.position++
  }
}

function readSequence(reader: Reader): number {
  const { source } = reader
  let size = 0
  while (reader.position < source.length) {
    const next = source.charAt(reader.position)
    if (next === '|' || next === ')') break
    const atom = readAtom(reader)
    if (atom !== undefined) size += readRepetition(reader, atom)
  }
  return size
}

/** Reads one atom and gives its size; `undefined` for flags, which nothing can repeat. */
function readAtom(reader: Reader): number | undefined {
  const next = reader.source.charAt(reader.position)
  reader.position++
  switch (next) {
    case '(':
      return readGroup(reader)
    case '[':
      return readClass(reader)
    case '\\':
      return readEscape(reader, false)
    case '*':
    case '+':
    case '?':
    case '{':
      throw refuse(reader, `repeats nothing with ${next}`)
    default:
      if (isSurrogate(next)) throw refuse(reader, 'holds a character beyond U+FFFF')
      return 1
  }
}

/** Reads a repetition behind an atom, if there is one, and gives the size of both. */
function readRepetition(reader: Reader, atom: number): number {
  const count = readCount(reader)
  if (count === undefined) return atom
  if (reader.source[reader.position] === '?') reader.position++
  if (readCount(reader) !== undefined) throw refuse(reader, 'repeats a repetition')
  // `x{2,5}` compiles to five copies, the last three with a jump each; `x{2,}` to two and a loop; and
  // a loop over what may be empty takes one jump more.
  return Math.max(1, count) * (atom + 1) + 1
}

/** Copies that a repetition makes; `undefined` when none stands here. */
function readCount(reader: Reader): number | undefined {
  const { source } = reader
  const next = source[reader.position]
  if (next === '*' || next === '+' || next === '?') {
    reader.position++
    return 1
  }
  if (next !== '{') return undefined
  const counted = /^\{(\d{1,5})(,(\d{0,5}))?\}/.exec(
    source.slice(reader.position, reader.position + 14),
  )
  // RE2 takes a brace that opens no count for itself, which is a typing error more often than not.
  if (counted === null) throw refuse(reader, 'holds a { that opens no repetition; write \\{')
  const from = Number(counted[1])
  const to = counted[3] === undefined || counted[3] === '' ? from : Number(counted[3])
  if (from > to || to > MAX_COUNT) throw refuse(reader, `has an invalid repetition ${counted[0]}`)
  reader.position += counted[0].length
  return counted[3] === '' ? from + 1 : to
}

function readGroup(reader: Reader): number | undefined {
  const capture = readGroupHead(reader)
  if (capture === undefined) return undefined
  if (++reader.depth > MAX_DEPTH) throw refuse(reader, `nests more than ${MAX_DEPTH} groups`)
  const size = readAlternation(reader)
  if (reader.source[reader.position] !== ')') throw refuse(reader, 'does not close a group')
  reader.position++
  reader.depth--
  return size + capture
}

/**
 * Reads what follows `(` and gives the instructions of the group itself; `undefined` for a group
 * that only sets flags, such as `(?i)`.
 */
function readGroupHead(reader: Reader): number | undefined {
  const rest = reader.source.slice(reader.position)
  if (!rest.startsWith('?')) return 2
  if (/^\?<?[=!]/.test(rest))
    throw refuse(reader, 'uses look-around, which has no linear-time form')
  if (rest.startsWith('?P=')) throw refuse(reader, BACK_REFERENCE)
  const name = /^\?P?<([A-Za-z0-9_]+)>/.exec(rest)
  if (name !== null) return readName(reader, name)
  const flags = /^\?[imsU]*(?:-[imsU]+)?([:)])/.exec(rest)
  if (flags === null || flags[0] === '?)') throw refuse(reader, 'opens a group of unknown kind')
  reader.position += flags[0].length
  return flags[1] === ')' ? undefined : 0
}

function readName(reader: Reader, found: RegExpExecArray): number {
  const name = found[1] as string // the expression has one group, and it takes part in every match
  if (reader.names.has(name)) throw refuse(reader, `names two groups ${name}`)
  reader.names.add(name)
  reader.position += found[0].length
  return 2
}

const BACK_REFERENCE = 'uses a back-reference, which has no linear-time form'

/** Reads what follows a backslash. Inside a class only what stands for characters is allowed. */
function readEscape(reader: Reader, inClass: boolean): number {
  const next = reader.source.charAt(reader.position)
  if (next === '') throw refuse(reader, 'ends with a backslash')
  reader.position++
  if (/[1-9]|k/.test(next)) throw refuse(reader, BACK_REFERENCE)
  if (next === 'x') return readHex(reader)
  if (/[dDsSwWafnrtv]/.test(next)) return 1
  if (!inClass && /[AbBz]/.test(next)) return 1
  if (/[!-/:-@[-`{-~]/.test(next)) return 1
  throw refuse(reader, `uses the unknown escape \\${next}`)
}

function readHex(reader: Reader): number {
  const digits = /^(?:[0-9A-Fa-f]{2}|\{[0-9A-Fa-f]{1,4}\})/.exec(
    reader.source.slice(reader.position, reader.position + 6),
  )
  if (digits === null) throw refuse(reader, 'uses \\x without two hexadecimal digits')
  reader.position += digits[0].length
  return 1
}

const POSIX_CLASS =
  /^\[:\^?(?:alnum|alpha|ascii|blank|cntrl|digit|graph|lower|print|punct|space|upper|word|xdigit):\]/

/** Reads a character class behind its `[`. */
function readClass(reader: Reader): number {
  const { source } = reader
  if (source[reader.position] === '^') reader.position++
  for (let first = true; ; first = false) {
    const next = source.charAt(reader.position)
    if (next === '') throw refuse(reader, 'does not close a character class')
    if (next === ']' && !first) {
      reader.position++
      return 1
    }
    const posix =
      next === '[' ? POSIX_CLASS.exec(source.slice(reader.position, reader.position + 12)) : null
    if (posix !== null) reader.position += posix[0].length
    else readRange(reader)
  }
}

/** Reads one character of a class, or two with a hyphen between. */
function readRange(reader: Reader): void {
  const low = readClassCharacter(reader)
  const { source, position } = reader
  if (source[position] !== '-' || source[position + 1] === ']') return
  reader.position++
  const high = readClassCharacter(reader)
  if (low === undefined || high === undefined || low > high) {
    throw refuse(reader, 'has an invalid range in a character class')
  }
}

/** The character that stands here, or `undefined` for a whole set such as `\d`. */
function readClassCharacter(reader: Reader): string | undefined {
  const start = reader.position
  const next = reader.source.charAt(start)
  if (next === '') throw refuse(reader, 'does not close a character class')
  if (next === '[' && /[:.=]/.test(reader.source.charAt(start + 1))) {
    throw refuse(reader, 'uses an unknown character class')
  }
  if (isSurrogate(next)) throw refuse(reader, 'holds a character beyond U+FFFF')
  reader.position++
  if (next !== '\\') return next
  readEscape(reader, true)
  const escape = reader.source.slice(start + 1, reader.position)
  if (/^[dDsSwW]$/.test(escape)) return undefined
  if (escape.startsWith('x'))
    return String.fromCharCode(Number.parseInt(escape.replace(/[x{}]/g, ''), 16))
  const control = 'afnrtv'.indexOf(escape)
  return control === -1 ? escape : '\u0007\f\n\r\t\v'.charAt(control)
}

function isSurrogate(character: string): boolean {
  return character >= '\ud800' && character <= '\udfff'
}

function refuse(reader: Reader, why: string): Refusal {
  return new Refusal(`${why} (at character ${reader.position})`)
}
