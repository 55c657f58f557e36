/** A fault of postern's own in one line: people are shown stacks only when they ask for them. */

/** The line; with POSTERN_DEBUG=1 in `env` the stack as well. */
export function describeFault(error: unknown, env: NodeJS.ProcessEnv): string {
  // Anything can be thrown.
  const { message: text, stack } = error instanceof Error ? error : new Error(String(error))
  if (env['POSTERN_DEBUG'] === '1') return `postern: internal error: ${text}\n${stack}`
  return `postern: internal error: ${text} (POSTERN_DEBUG=1 shows where)`
}
