/**
 * Which bytes a request target may hold, as one table of classes. RFC 3986 names the characters;
 * what it leaves out is refused here, since parsers after us would each repair it their own way.
 * Square brackets are taken although RFC 3986 §3.3 has none in paths: browsers send them as typed.
 */

/** What a byte is in a path; 0 is refused. */
export const CLASS = {
  /** Means itself wherever it stands. */
  plain: 1,
  slash: 2,
  /** Means something as the only character of an element. */
  dot: 3,
  percent: 4,
  /** Begins what some servers cut off as parameters of an element. */
  semicolon: 5,
  /** Begins the query; taken within it, refused in a path. */
  question: 6,
} as const

const PLAIN = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_~!$&'()*+,=:@[]"

/** Class of each byte, indexed by its value; 0 for what no target may hold. */
export const TARGET_CLASS: Uint8Array = createClasses()

/** What browsers send in a query as typed (WHATWG URL, query state); nothing is routed by it. */
const TYPED_IN_QUERY = '{}|^\\`'

const QUERY_CLASS: Uint8Array = createQueryClasses()

/** Whether every byte of `text` from `start` on may stand in a query. Escapes are not looked at. */
export function isQuery(text: string, start: number): boolean {
  for (let i = start; i < text.length; i++) {
    // A character above 255 has no entry; the comparison then holds for no class.
    if (!((QUERY_CLASS[text.charCodeAt(i)] ?? 0) > 0)) return false
  }
  return true
}

function createQueryClasses(): Uint8Array {
  const classes = TARGET_CLASS.slice()
  for (let i = 0; i < TYPED_IN_QUERY.length; i++) {
    classes[TYPED_IN_QUERY.charCodeAt(i)] = CLASS.plain
  }
  return classes
}

function createClasses(): Uint8Array {
  const classes = new Uint8Array(256)
  for (let i = 0; i < PLAIN.length; i++) classes[PLAIN.charCodeAt(i)] = CLASS.plain
  classes[0x2f] = CLASS.slash
  classes[0x2e] = CLASS.dot
  classes[0x25] = CLASS.percent
  classes[0x3b] = CLASS.semicolon
  classes[0x3f] = CLASS.question
  return classes
}
