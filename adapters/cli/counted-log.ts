/** Counts what passes into an access log. */
import type { AccessRecord } from '../../src/exchange.ts'
import type { AccessLog } from '../node/access-log.ts'

/** Exchanges that ended, by the class of the status sent; 499 stands among `4xx`. */
export type StatusCounts = Readonly<Record<'1xx' | '2xx' | '3xx' | '4xx' | '5xx', number>>

/** A log that counts. */
export interface CountedLog {
  readonly log: AccessLog
  readonly counts: () => StatusCounts
}

/** Wraps `log`. */
export function countRecords(log: AccessLog): CountedLog {
  const byClass = [0, 0, 0, 0, 0, 0]
  return {
    log: {
      write(record: AccessRecord) {
        const index = Math.floor(record.status / 100)
        byClass[index] = (byClass[index] ?? 0) + 1
        log.write(record)
      },
      reopen: () => log.reopen(),
      close: () => log.close(),
      get dropped() {
        return log.dropped
      },
    },
    counts: () => {
      const [, informational = 0, success = 0, redirect = 0, client = 0, server = 0] = byClass
      return {
        '1xx': informational,
        '2xx': success,
        '3xx': redirect,
        '4xx': client,
        '5xx': server,
      }
    },
  }
}
