/** The origins of one script, running. */
import { startOrigin, type Origin } from './origin.ts'
import type { Endpoints, Observed, Script } from './script.ts'

/** Origins with what they got. */
export interface Sites {
  readonly endpoints: Endpoints
  /** Resolves when any origin has got something. */
  readonly busy: Promise<void>
  seen(): Observed['origins']
  /** Resolves when each origin has got as much as is expected of it. */
  settled(expected: Observed['origins']): Promise<void>
  close(): Promise<void>
}

/** Starts them. */
export async function startSites(script: Script): Promise<Sites> {
  const origins = new Map<string, Origin>()
  for (const [name, behaviours] of Object.entries(script.origins)) {
    origins.set(name, await startOrigin(behaviours))
  }
  const running = [...origins]
  return {
    endpoints: Object.fromEntries(running.map(([name, { endpoint }]) => [name, endpoint])),
    busy: Promise.race(running.map(([, origin]) => origin.sees(1))),
    seen: () => Object.fromEntries(running.map(([name, { seen }]) => [name, [...seen]])),
    async settled(expected) {
      for (const [name, origin] of running) await origin.sees(expected[name]?.length ?? 0)
    },
    async close() {
      for (const [, origin] of running) await origin.close()
    },
  }
}
