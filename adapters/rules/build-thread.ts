/** Builds rules in a thread of their own, so that the one that serves never parses any. */
import { Worker } from 'node:worker_threads'
import type { Finding } from '../../src/errors.ts'
import type { BuildOrder, BuildOutcome } from './thread-messages.ts'

/**
 * Megabytes of heap for one build. A bound, not a reservation; past it the thread ends, and the
 * process with its requests does not. A million routes of routes.json brought the whole process,
 * their text included, to 2,429 MB resident (Node 24.21).
 */
const MAX_HEAP_MB = 4096

/** This module's own ending: the source runs as it stands, the built package is JavaScript. */
const EXTENSION = import.meta.url.endsWith('.ts') ? 'ts' : 'js'

/**
 * Builds the rules of `order` in a new thread and ends it. Never rejects: a thread that dies has
 * refused the rules. `signal` ends a build that nobody waits for any more.
 */
export function buildInThread(order: BuildOrder, signal?: AbortSignal): Promise<BuildOutcome> {
  const worker = new Worker(new URL(`./build-worker.${EXTENSION}`, import.meta.url), {
    workerData: order,
    resourceLimits: { maxOldGenerationSizeMb: MAX_HEAP_MB },
    name: 'postern rules',
  })
  return new Promise((resolve) => {
    const abort = (): void => void worker.terminate()
    signal?.addEventListener('abort', abort, { once: true })
    const finish = (outcome: BuildOutcome): void => {
      signal?.removeEventListener('abort', abort)
      resolve(outcome)
    }
    worker.once('message', (outcome: BuildOutcome) => {
      finish(outcome)
      // It ends by itself; one that does not must not hold its memory.
      void worker.terminate()
    })
    worker.once('error', (error) => finish(refused(failureOf(error))))
    worker.once('exit', (code) => finish(refused(failureOf(new Error(`it ended with ${code}`)))))
    if (signal?.aborted === true) abort()
  })
}

function refused(finding: Finding): BuildOutcome {
  return { rules: undefined, findings: [finding], findingCount: 1, unreadable: false }
}

function failureOf(error: Error & { readonly code?: string }): Finding {
  const full = error.code === 'ERR_WORKER_OUT_OF_MEMORY'
  return {
    severity: 'error',
    code: full ? 'rules-too-large' : 'build-failed',
    message: full
      ? `the rules need more than ${MAX_HEAP_MB} MB of memory to be compiled`
      : `the rules could not be compiled: ${error.message}`,
    object: '',
    file: '',
    line: 0,
    column: 0,
    value: undefined,
    remedy: full
      ? 'split the rules among several routers'
      : 'this is a fault of postern: report it with the rules that cause it',
  }
}
