/** The one place that calls the YAML library: text to syntax trees, bounded in depth and time. */
import { Composer, Lexer, Parser } from 'yaml'
import type { CST, Document } from 'yaml'

import { MAX_DEPTH } from './limits.ts'
import { tooDeep } from './problem.ts'
import type { Problem } from './problem.ts'

/** A document as the library composes it. */
export type YamlTree = Document.Parsed

/** YAML 1.2 whatever a `%YAML` directive says. Keys are checked by us, in linear time. */
const OPTIONS = {
  version: '1.2',
  schema: 'core',
  merge: false,
  resolveKnownTags: false,
  uniqueKeys: false,
  prettyErrors: false,
  logLevel: 'silent',
} as const

/** The documents of `text`, or the error that it is too deep: composing is recursive. */
export function parseTrees(text: string): readonly YamlTree[] | Problem {
  const parser = new Parser()
  const tokens: CST.Token[] = []
  for (const lexeme of new Lexer().lex(text)) {
    for (const token of parser.next(lexeme)) tokens.push(token)
    // The document and the token being read lie on the stack as well, so it is a bound to test first.
    if (parser.stack.length > MAX_DEPTH && collections(parser) > MAX_DEPTH) {
      return tooDeep(parser.offset - lexeme.length)
    }
  }
  for (const token of parser.end()) tokens.push(token)
  return withoutStackTraces(() => [...new Composer(OPTIONS).compose(tokens, true, text.length)])
}

function collections(parser: Parser): number {
  let count = 0
  for (const { type } of parser.stack) {
    if (type === 'block-map' || type === 'block-seq' || type === 'flow-collection') count++
  }
  return count
}

/**
 * Runs `compose` without capturing stack traces. The library makes an Error for each mistake, and
 * in 5 MiB of commas the traces alone take over a minute. Nothing else runs meanwhile.
 */
function withoutStackTraces<T>(compose: () => T): T {
  // V8's own property, which the neutral library does not declare; without V8 it has no effect.
  const errors = Error as { stackTraceLimit?: number }
  const { stackTraceLimit } = errors
  if (stackTraceLimit === undefined) return compose()
  try {
    errors.stackTraceLimit = 0
    return compose()
  } finally {
    errors.stackTraceLimit = stackTraceLimit
  }
}
