/** A server over real sockets on loopback, between a raw client and recording endpoints. */
import type { AccessRecord } from '../../../src/exchange.ts'
import type { RequestSpec, RuleSet } from '../case.ts'
import { listPods } from '../rules.ts'
import type { TargetName } from '../capabilities.ts'
import type { Answer, Served, Target } from '../target.ts'
import { dial } from '../wire/client.ts'
import { play } from '../wire/play.ts'
import type { RuleServer, StartServer } from '../wire/server.ts'
import { openUpstream, type Upstream } from '../wire/upstream.ts'

/** How long a case may take before its client gives up. */
const PATIENCE_MS = 5000

/** How long after the response its record may come. */
const RECORD_MS = 1000

/** A target over sockets, by servers that `start` starts. */
export function createSocketTarget(name: TargetName, start: StartServer): Target {
  const opened = new Map<string, Promise<SocketServed>>()
  return {
    name,
    open(rules) {
      const known = opened.get(rules.name) ?? serve(rules, start)
      opened.set(rules.name, known)
      return known
    },
    play: (wire) => play(wire, start),
    async close() {
      for (const one of await Promise.allSettled(opened.values())) {
        if (one.status === 'fulfilled') await one.value.close()
      }
    },
  }
}

async function serve(rules: RuleSet, start: StartServer): Promise<SocketServed> {
  const served = new SocketServed()
  await served.start(rules, start)
  return served
}

/** One server with its endpoints, asked one request after the other. */
class SocketServed implements Served {
  readonly #upstreams: Upstream[] = []
  #server: RuleServer | undefined
  #backendSets: RequestSpec['backendSets'] = []

  async start(rules: RuleSet, start: StartServer): Promise<void> {
    const services = rules.services.flatMap((service) =>
      Array.from({ length: rules.pods?.[service] ?? 1 }, () => service),
    )
    for (const service of services) {
      this.#upstreams.push(await openUpstream({ service, sets: () => this.#backendSets }))
    }
    const urls = this.#upstreams.map(({ url }) => url).values()
    const pods = listPods(rules, () => urls.next().value ?? '')
    this.#server = await start(rules, pods, 1)
  }

  async send(request: RequestSpec): Promise<Answer> {
    const server = this.#server
    if (server === undefined) throw new Error('not started')
    for (const upstream of this.#upstreams) upstream.reset()
    this.#backendSets = request.backendSets
    const { gateway, peer } = request
    const entrance = await server.admit({ gateway, peer })
    const recorded = server.nextRecord()
    const received = await dial({
      ...entrance,
      script: [{ type: 'send', bytes: toBytes(request) }],
      haste: 1,
      methods: [request.method],
      patienceMs: PATIENCE_MS,
      enough: ({ responses }) => responses[0]?.complete === true,
    })
    const [response] = received.responses
    if (response === undefined) throw new Error(`no response: ${JSON.stringify(received)}`)
    const upstream = this.#upstreams.flatMap((one) => one.requests())
    return { response, upstream, record: await soon(recorded) }
  }

  async close(): Promise<void> {
    await this.#server?.close()
    await Promise.all(this.#upstreams.map((one) => one.close()))
  }
}

/** A runtime that answered by itself writes no record. */
async function soon(recorded: Promise<AccessRecord>): Promise<AccessRecord> {
  const { promise, reject } = Promise.withResolvers<never>()
  const timer = setTimeout(() => reject(new Error('no record was written')), RECORD_MS)
  try {
    return await Promise.race([recorded, promise])
  } finally {
    clearTimeout(timer)
  }
}

function toBytes({ method, path, host, headers, body }: RequestSpec): string {
  const fields = [['Host', host], ...headers].map(([name, value]) => `${name}: ${value}\r\n`)
  const length = body === '' ? '' : `Content-Length: ${body.length}\r\n`
  return `${method} ${path} HTTP/1.1\r\n${fields.join('')}${length}\r\n${body}`
}
