/** An access log whose records are counted on their way, with one place for both to hook into. */
import type { RequestMetrics } from '../../src/observe/request-metrics.ts'
import type { AccessLog } from '../node/access-log.ts'

/** `log`, with each record counted in `traffic` first: what the log has to drop is counted, too. */
export function meterLog(log: AccessLog, traffic: RequestMetrics): AccessLog {
  return {
    write(record) {
      traffic.record(record)
      log.write(record)
    },
    reopen: () => log.reopen(),
    close: () => log.close(),
    get dropped() {
      return log.dropped
    },
  }
}
