/** The signals of a service, and what must not end it without a word. */

/** What to do about them. */
export interface SignalActions {
  /** SIGHUP. */
  readonly reload: () => void
  /** The first SIGTERM or SIGINT, or a fault; called once. */
  readonly end: (cause: string) => void
  /** An exception that nobody caught. */
  readonly fault: (error: unknown) => void
}

/**
 * Listens for signals until closed. A second SIGINT ends the process at once with code 1: whoever
 * presses Ctrl-C twice does not want to wait. An exception that nobody caught leaves nobody knows
 * what behind, so it ends the service, but as a signal does: requests under way may finish.
 */
export function onSignals({ reload, end, fault }: SignalActions): { readonly close: () => void } {
  let ending = false
  const endOnce = (cause: string): void => {
    if (ending) return
    ending = true
    end(cause)
  }
  const terminate = (): void => endOnce('SIGTERM')
  const interrupt = (): void => {
    if (ending) process.exit(1)
    endOnce('SIGINT')
  }
  const crash = (error: unknown): void => {
    fault(error)
    endOnce('internal error')
  }
  process.on('SIGHUP', reload)
  process.on('SIGTERM', terminate)
  process.on('SIGINT', interrupt)
  process.on('uncaughtException', crash)
  process.on('unhandledRejection', crash)
  return {
    close: () => {
      process.off('SIGHUP', reload)
      process.off('SIGTERM', terminate)
      process.off('SIGINT', interrupt)
      process.off('uncaughtException', crash)
      process.off('unhandledRejection', crash)
    },
  }
}
