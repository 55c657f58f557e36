/**
 * The Worker that the scripts run in: the fetch engine around the script that the request names.
 * What was seen stays in the isolate until it is asked for.
 */
import { createFetchEngine } from '../../src/fetch/engine.ts'
import { WORKERS_FETCH } from '../../src/fetch/traits.ts'
import { SEAM_FIELD, ScriptedExchange, type SeamRequest } from './script.ts'
import { SCRIPTS } from './scripts.ts'

const exchanges = new Map<string, ScriptedExchange>()

const worker = {
  async fetch(request: Request): Promise<Response> {
    const url = new URL(request.url)
    // Asked for by the test when the client has gone its way.
    if (url.pathname === '/events') {
      const exchange = exchanges.get(url.searchParams.get('script') ?? '')
      return Response.json(exchange?.events ?? [])
    }
    // The test writes the field itself.
    const { script: name, endpoints } = JSON.parse(
      request.headers.get(SEAM_FIELD) ?? '{}',
    ) as SeamRequest
    const script = SCRIPTS.find((one) => one.name === name)
    if (script === undefined) return new Response('no such script', { status: 500 })
    const exchange = new ScriptedExchange(script, endpoints)
    exchanges.set(name, exchange)
    const handle = createFetchEngine({
      begin: () => exchange,
      fetch: (upstream) => fetch(upstream),
      traits: WORKERS_FETCH,
      log: () => {},
      fault: (error) => {
        throw error
      },
      readShard: (key) => Promise.resolve(script.shards[key]),
    })
    const peer = { address: undefined, port: 0, localPort: 0, socket: 'seam', tls: undefined }
    return await handle(request, peer)
  },
}

// oxlint-disable-next-line import/no-default-export -- workerd looks for it
export default worker
