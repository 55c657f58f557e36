/** The end of an exchange: its record, and that it is counted no more. */
import type { EndOutcome, Exchange } from '../../../src/exchange.ts'
import type { RunContext } from './run-context.ts'

/** Ends `exchange`, `undefined` where the core gave none, and logs its record. */
export function recordExchange(
  context: RunContext,
  exchange: Exchange | undefined,
  outcome: EndOutcome,
): void {
  try {
    const record = exchange?.end(outcome)
    if (record !== undefined) context.log(record)
  } catch (error) {
    context.fault(error)
  }
  context.exchanges.end()
}
