/**
 * The Worker as deployed, but for three things that each request says: its clock, which KV binding
 * holds its rules, and which rules are built in. Each new name is a Worker that knows nothing yet.
 */
import {
  createWorker,
  type DataWorker,
  type Background,
} from '../../../../adapters/cloudflare/index.ts'
import { ORDER_FIELD, type Order } from './published-order.ts'

/** A namespace that never answers, which miniflare's cannot be made to do. */
const SILENT = { SILENT: { get: () => new Promise(() => {}) } }

/** A namespace that asks the test for each value. */
function namespaceBehind(url: string): { get(key: string): Promise<ArrayBuffer> } {
  return { get: async (key) => await (await fetch(`${url}/${key}`)).arrayBuffer() }
}

const workers = new Map<string, DataWorker>()
let nowMs = 0
// workerd's own stands still while code runs, and a test would have to wait for it.
Object.defineProperty(globalThis, 'performance', { value: { now: () => nowMs } })

const worker = {
  async fetch(
    request: Request,
    environment: Readonly<Record<string, unknown>>,
    context: Background,
  ): Promise<Response> {
    const order = JSON.parse(request.headers.get(ORDER_FIELD) ?? '') as Order // the test's
    nowMs = order.nowMs
    const { kv, rules, url } = order
    const bindings = { ...environment, ...SILENT }
    if (url !== undefined) Object.assign(bindings, { BEHIND_FETCH: namespaceBehind(url) })
    let served = workers.get(order.worker)
    if (served === undefined) {
      served = createWorker({ rules, kv })
      workers.set(order.worker, served)
    }
    return await served.fetch(request, bindings, context)
  },
}

// oxlint-disable-next-line import/no-default-export -- workerd looks for it
export default worker
