/** All cases on the Worker in workerd. */
import { describeConformance } from './runner.ts'
import { createSocketTarget } from './targets/sockets.ts'
import { startWorkerRuntime } from './wire/worker-server.ts'

const runtime = await startWorkerRuntime()
const target = createSocketTarget('worker', runtime.start)

describeConformance({
  ...target,
  async close() {
    await target.close()
    await runtime.close()
  },
})
