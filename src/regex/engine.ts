/**
 * The one place that loads the regular-expression engine, and only when asked: most rule sets hold
 * no pattern, and the data Worker's static graph must not reach a package.
 */
import { PosternError } from '../errors.ts'
import { checkPattern, type Pattern, type PatternCompiler } from './pattern.ts'

/**
 * Loads the engine and gives its compiler. Each compiler keeps what it has compiled, so equal
 * patterns of one rule set are one object; make a new one for each snapshot.
 */
export async function loadPatternCompiler(): Promise<PatternCompiler> {
  const { RE2JS } = await import('re2js')
  const compiled = new Map<string, Pattern>()
  return (source) => {
    const known = compiled.get(source)
    if (known !== undefined) return known
    const refusal = checkPattern(source)
    if (refusal !== undefined) throw invalidPattern(source, refusal)
    try {
      const engine = RE2JS.compile(source)
      const pattern: Pattern = { test: (text) => engine.testExact(text) }
      compiled.set(source, pattern)
      return pattern
    } catch (cause) {
      throw invalidPattern(source, 'is not understood by the engine', cause)
    }
  }
}

/** A compiler for rule sets without patterns: it throws `invalid_route` when it is asked at all. */
export function refusePatterns(source: string): Pattern {
  throw invalidPattern(source, 'was not announced, so no engine is loaded')
}

function invalidPattern(source: string, why: string, cause?: unknown): PosternError {
  const options = cause === undefined ? undefined : { cause }
  return new PosternError('invalid_route', `pattern ${JSON.stringify(source)} ${why}`, options)
}
