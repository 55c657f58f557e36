/**
 * The core alone: a head goes in, and the steps that come out are carried out by a transport that
 * records. No byte is parsed, so only cases with requests in parts run here.
 */
import { begin } from '../../../src/gateway/begin.ts'
import type { Snapshot } from '../../../src/gateway/snapshot.ts'
import type { AttemptStep, Exchange, Step } from '../../../src/exchange.ts'
import type { Peer, RequestHead } from '../../../src/head.ts'
import type { RequestSpec, RuleSet } from '../case.ts'
import { buildAccepted, findSocket, listPods, openSnapshot } from '../rules.ts'
import type { Answer, ReceivedRequest, ReceivedResponse, Served, Target } from '../target.ts'

/** The port that the core's cases come in on where the rules leave it open. */
const LOCAL_PORT = 8080

/** A target without sockets. */
export function createCoreTarget(): Target {
  const opened = new Map<string, Promise<Served>>()
  return {
    name: 'core',
    open(rules) {
      const known = opened.get(rules.name) ?? serve(rules)
      opened.set(rules.name, known)
      return known
    },
    close: () => Promise.resolve(),
  }
}

async function serve(rules: RuleSet): Promise<Served> {
  const services = new Map<string, string>()
  const pods = listPods(rules, (service) => {
    const url = `http://127.0.0.1:${10_000 + services.size}`
    services.set(url, service)
    return url
  })
  const snapshot = await openSnapshot(buildAccepted(rules, pods))
  return {
    send: (request) => Promise.resolve(new Drive(snapshot, services, request).run()),
  }
}

/** One exchange, driven to its end. */
class Drive {
  readonly #services: ReadonlyMap<string, string>
  readonly #request: RequestSpec
  readonly #exchange: Exchange
  readonly #upstream: ReceivedRequest[] = []

  constructor(snapshot: Snapshot, services: ReadonlyMap<string, string>, request: RequestSpec) {
    this.#services = services
    this.#request = request
    const socket = findSocket(snapshot, request.gateway)
    this.#exchange = begin(toHead(request), toPeer(request, socket.key), snapshot)
  }

  run(): Answer {
    let step = this.#exchange.next({ type: 'start' })
    while (step.type === 'attempt') step = this.#answer(step)
    const response = this.#receive(step)
    const record = this.#exchange.end({
      failure: undefined,
      requestBytes: this.#request.body.length,
      responseBytes: response.body.length,
    })
    return { response, upstream: this.#upstream, record }
  }

  #answer(step: AttemptStep): Step {
    const { method, target, host, fields } = step.head
    this.#upstream.push({
      service: this.#services.get(step.endpoint.url) ?? step.endpoint.url,
      pod: step.endpoint.url,
      method,
      target,
      fields: ['Host', host, ...fields],
      body: this.#request.body,
      trailers: [],
      complete: true,
      abandoned: false,
      closed: false,
    })
    const sent = this.#request.backendSets.flat()
    return this.#exchange.next({
      type: 'head',
      head: { status: 200, reason: 'OK', fields: [...sent, 'Content-Length', '0'] },
      replayable: true,
    })
  }

  #receive(step: Step): ReceivedResponse {
    if (step.type === 'respond') return { ...step.response, complete: true }
    if (step.type !== 'relay') throw new Error(`no case provides for ${step.type}`)
    return { status: step.head.status, fields: step.head.fields, body: '', complete: true }
  }
}

function toHead({ method, path, host, headers, body }: RequestSpec): RequestHead {
  return {
    method,
    target: path,
    version: '1.1',
    fields: ['Host', host, ...headers.flat()],
    authority: undefined,
    bodyLength: body.length,
  }
}

function toPeer({ peer }: RequestSpec, socket: string): Peer {
  return {
    address: peer ?? undefined,
    port: 40_000,
    localPort: LOCAL_PORT,
    socket,
    tls: undefined,
  }
}
