/** The Node adapter over real sockets on loopback, between a raw client and recording endpoints. */
import type { RequestSpec, RuleSet } from '../case.ts'
import { listPods } from '../rules.ts'
import type { Answer, Served, Target } from '../target.ts'
import { dial } from '../wire/client.ts'
import { startNodeServer, type NodeServer } from '../wire/node-server.ts'
import { play } from '../wire/play.ts'
import { openUpstream, type Upstream } from '../wire/upstream.ts'

/** How long a case may take before its client gives up. */
const PATIENCE_MS = 5000

/** A target over sockets. */
export function createNodeTarget(): Target {
  const opened = new Map<string, Promise<NodeServed>>()
  return {
    name: 'node',
    open(rules) {
      const known = opened.get(rules.name) ?? serve(rules)
      opened.set(rules.name, known)
      return known
    },
    play,
    async close() {
      for (const one of await Promise.allSettled(opened.values())) {
        if (one.status === 'fulfilled') await one.value.close()
      }
    },
  }
}

async function serve(rules: RuleSet): Promise<NodeServed> {
  const served = new NodeServed()
  await served.start(rules)
  return served
}

/** One server with its endpoints, asked one request after the other. */
class NodeServed implements Served {
  readonly #upstreams: Upstream[] = []
  #server: NodeServer | undefined
  #backendSets: RequestSpec['backendSets'] = []

  async start(rules: RuleSet): Promise<void> {
    const services = rules.services.flatMap((service) =>
      Array.from({ length: rules.pods?.[service] ?? 1 }, () => service),
    )
    for (const service of services) {
      this.#upstreams.push(await openUpstream({ service, sets: () => this.#backendSets }))
    }
    const urls = this.#upstreams.map(({ url }) => url).values()
    const pods = listPods(rules, () => urls.next().value ?? '')
    this.#server = await startNodeServer(rules, pods, {})
  }

  async send(request: RequestSpec): Promise<Answer> {
    const server = this.#server
    if (server === undefined) throw new Error('not started')
    for (const upstream of this.#upstreams) upstream.reset()
    this.#backendSets = request.backendSets
    const recorded = server.nextRecord()
    const received = await dial({
      port: server.portOf(request.gateway),
      connected: (port) => server.setPeer(port, request.peer),
      script: [{ type: 'send', bytes: toBytes(request) }],
      haste: 1,
      methods: [request.method],
      patienceMs: PATIENCE_MS,
      enough: ({ responses }) => responses[0]?.complete === true,
    })
    const [response] = received.responses
    if (response === undefined) throw new Error(`no response: ${JSON.stringify(received)}`)
    const upstream = this.#upstreams.flatMap((one) => one.requests())
    return { response, upstream, record: await recorded }
  }

  async close(): Promise<void> {
    await this.#server?.close()
    await Promise.all(this.#upstreams.map((one) => one.close()))
  }
}

function toBytes({ method, path, host, headers, body }: RequestSpec): string {
  const fields = [['Host', host], ...headers].map(([name, value]) => `${name}: ${value}\r\n`)
  const length = body === '' ? '' : `Content-Length: ${body.length}\r\n`
  return `${method} ${path} HTTP/1.1\r\n${fields.join('')}${length}\r\n${body}`
}
