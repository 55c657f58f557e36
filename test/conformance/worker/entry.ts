/**
 * The Worker of the cases: the gateway that the Worker of adapters/cloudflare makes, over the rules
 * of one case after the other. It stands for the edge too: it says who the client is.
 */
import { startGateway } from '../../../adapters/cloudflare/data-worker.ts'
import type { Gateway } from '../../../src/fetch/gateway.ts'
import { loadPatternCompiler } from '../../../src/regex/engine.ts'
import type { WorkerOrder } from './order.ts'

const gateways = new Map<number, Gateway>()
let order: WorkerOrder | undefined

/** Where a test says what comes next. */
export const Control = {
  async fetch(request: Request, environment: Readonly<Record<string, unknown>>): Promise<Response> {
    order = (await request.json()) as WorkerOrder // of this repository's tests
    const { rules, bundle } = order
    if (bundle !== undefined) {
      gateways.set(rules, startGateway(bundle, { environment, loadPatterns: loadPatternCompiler }))
    }
    return new Response(null, { status: 204 })
  },
}

const worker = {
  async fetch(request: Request): Promise<Response> {
    const gateway = order === undefined ? undefined : gateways.get(order.rules)
    if (order === undefined || gateway === undefined) throw new Error('nothing was ordered')
    return await gateway(request, { address: order.peer ?? undefined, socket: order.socket })
  },
}

// oxlint-disable-next-line import/no-default-export -- workerd looks for it
export default worker
