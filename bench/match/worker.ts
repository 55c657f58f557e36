/** The thread that makes rules; see `worker-client.ts`. */
import { once } from 'node:events'
import { parentPort, workerData } from 'node:worker_threads'
import { packedBuffers, type PackedBundle } from '../../src/model/packed.ts'
import { createPacked } from './rules.ts'
import type { WorkerTask } from './worker-client.ts'

const task = workerData as WorkerTask // `runWorker` is the only one who starts this
if (parentPort === null) throw new Error('this runs as a thread')

if (task.type === 'pack') {
  const value = createPacked(task.size)
  parentPort.postMessage({ type: 'done', value }, packedBuffers(value))
} else {
  // Loaded here alone, so that weighing does not carry the compiler along.
  const { compileRoutes, createRoutesFile } = await import('./routes-file.ts')
  const text = createRoutesFile(task.size)
  // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a thread has no origin
  parentPort.postMessage({ type: 'ready' })
  await once(parentPort, 'message')
  const value: { packed: PackedBundle } = compileRoutes(text)
  parentPort.postMessage({ type: 'done', value }, packedBuffers(value.packed))
}
parentPort.close()
