/** A fault of postern's own in one line: people are shown stacks only when they ask for them. */

/** The line; with POSTERN_DEBUG=1 in `env` the stack as well. */
export function describeFault(error: unknown, env: NodeJS.ProcessEnv): string {
  const { message, stack } = error as { readonly message?: unknown; readonly stack?: unknown }
  const text = typeof message === 'string' && message !== '' ? message : String(error)
  const debug = env['POSTERN_DEBUG'] === '1' && typeof stack === 'string'
  if (debug) return `postern: internal error: ${text}\n${stack}`
  return `postern: internal error: ${text} (POSTERN_DEBUG=1 shows where)`
}
