/** What `postern/cloudflare` offers: a Worker entry over rules of one's own. */
import type { Bundle } from '../../src/model/bundle.ts'
import { loadPatternCompiler } from '../../src/regex/engine.ts'
import { createDataWorker, type DataWorker } from './data-worker.ts'

export type { Background } from '../../src/store/cached-rules.ts'
export type { DataWorker } from './data-worker.ts'
export type { Environment } from './environment.ts'

/** How to make a Worker. */
export interface WorkerOptions {
  /** A Bundle, or its JSON: what `postern build --target worker` writes. */
  readonly rules: string | Bundle
  /**
   * Name of the KV binding that rules are published in; they come before `rules`. Give the handler
   * its third argument then, the execution context. Default: no binding is looked for.
   */
  readonly kv?: string
}

/**
 * The handler to export from a Worker's entry. Rules that are none answer 503 `no_rules`, so that a
 * deployment can be told from an outage. Service bindings are found in the environment by the names
 * that endpoints have as `binding:NAME`; `ACCESS_LOG` may be `off`.
 *
 * ```ts
 * export default createWorker({ rules })
 * ```
 */
export function createWorker(options: WorkerOptions): DataWorker {
  return createDataWorker({ ...options, loadPatterns: loadPatternCompiler })
}
