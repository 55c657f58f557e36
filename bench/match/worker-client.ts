/** Starts the thread that makes rules and waits for what it gives. */
import { Worker } from 'node:worker_threads'
import type { RulesSize } from './rules.ts'

/** What the thread is asked for. */
export type WorkerTask =
  /** A packed rule set out of the generator. */
  | { readonly type: 'pack'; readonly size: RulesSize }
  /** A routes file as text, then what reading, compiling and packing it gives. */
  | { readonly type: 'compile'; readonly size: RulesSize }

/** Its heap must hold a million routes in every stage at once. */
const WORKER_HEAP_MB = 8192

/**
 * Runs `task` in a thread and gives its answer, once the thread has ended and its memory is free.
 * A thread that says `ready` has its inputs; `started` is called and it goes on.
 */
export function runWorker<T>(task: WorkerTask, started?: () => void): Promise<T> {
  return new Promise((resolve, reject) => {
    const worker = new Worker(new URL('worker.ts', import.meta.url), {
      workerData: task,
      resourceLimits: { maxOldGenerationSizeMb: WORKER_HEAP_MB },
    })
    let answer: { readonly value: T } | undefined
    worker.on('message', (message: { type: 'ready' } | { type: 'done'; value: T }) => {
      if (message.type === 'done') {
        answer = message
        return
      }
      started?.()
      // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a thread has no origin
      worker.postMessage('go')
    })
    worker.on('error', reject)
    worker.on('exit', (code) => {
      if (answer !== undefined) resolve(answer.value)
      else reject(new Error(`the thread ended with ${code} and gave nothing`))
    })
  })
}
