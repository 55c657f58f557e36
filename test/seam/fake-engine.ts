/**
 * The smallest engine there can be: no sockets, a transport that is a function. It shows that the
 * seam is complete in itself, and it is what tests of the core may drive exchanges with.
 */
import type {
  AttemptStep,
  CallStep,
  Exchange,
  ExchangeEvent,
  Outcome,
  RelayStep,
} from '../../src/exchange.ts'
import type { ResponseHead } from '../../src/head.ts'
import { CLOSE, encodeFrame, NORMAL_CLOSURE, TEXT } from './frames.ts'
import type { ClientBehaviour, OriginBehaviour, Script } from './script.ts'

/** Answers requests in memory: which origin, and what it got. */
export type FakeTransport = (origin: string, request: string) => OriginBehaviour

/** A transport over a script's origins that keeps what each got. */
export function fakeTransport(
  script: Script,
  seen: Readonly<Record<string, string[]>>,
): FakeTransport {
  return (origin, request) => {
    const behaviours = script.origins[origin] ?? []
    const got = seen[origin] ?? []
    const behaviour = behaviours[Math.min(got.length, behaviours.length - 1)] ?? { type: 'hold' }
    if (behaviour.type === 'refuse') return behaviour
    const text = behaviour.type === 'early' ? request.replace(/ ".*$/, ' early') : request
    got.push(text)
    return behaviour
  }
}

/** Carries the exchange out, and gives what the client got. */
export async function runFakeEngine(
  script: Script,
  exchange: Exchange,
  transport: FakeTransport,
): Promise<string> {
  return await new FakeRun(script, exchange, transport).run()
}

class FakeRun {
  readonly #script: Script
  readonly #exchange: Exchange
  readonly #transport: FakeTransport
  readonly #body: string
  #read = 0
  #answer: OriginBehaviour = { type: 'hold' }

  constructor(script: Script, exchange: Exchange, transport: FakeTransport) {
    this.#script = script
    this.#exchange = exchange
    this.#transport = transport
    this.#body = 'body' in script.client ? script.client.body : ''
  }

  async run(): Promise<string> {
    let step = this.#exchange.next({ type: 'start' })
    for (;;) {
      switch (step.type) {
        case 'respond':
          this.#end(step.response.body.length)
          return `${step.response.status} ${step.response.body}`
        case 'wait':
          step = this.#exchange.next({ type: 'elapsed' })
          break
        case 'call': {
          const event = this.#call(step)
          if (event === undefined) return 'none'
          step = this.#exchange.next(event)
          break
        }
        case 'attempt': {
          const event = this.#attempt(step)
          if (event === undefined) return 'none'
          step = this.#exchange.next(event)
          break
        }
        case 'relay':
          return this.#relay(step)
        default:
          return step satisfies never
      }
      await Promise.resolve()
    }
  }

  #call({ request }: CallStep): ExchangeEvent | undefined {
    if (request.type === 'shard') {
      const body = this.#script.shards[request.key]
      const status = body === undefined ? 404 : 200
      return { type: 'result', response: { status, fields: [], body: body ?? '' } }
    }
    const url = new URL(request.url)
    const behaviour = this.#transport(url.hostname, `GET ${url.pathname}${url.search} ""`)
    if (behaviour.type === 'answer') {
      const { status, body } = behaviour
      const text = body.slice(0, request.maxBytes)
      return { type: 'result', response: { status, fields: [], body: text } }
    }
    // The origin holds, and this client leaves.
    this.#transport(url.hostname, 'gone')
    this.#end(0, this.#outcome('client', 'request', 'client_gone'))
    return undefined
  }

  #attempt(step: AttemptStep): ExchangeEvent | undefined {
    const { endpoint, head, upgrade, replayBytes } = step
    const body = upgrade === undefined ? `"${this.#body}"` : upgrade
    const behaviour = this.#transport(endpoint.hostname, `${head.method} ${head.target} ${body}`)
    this.#answer = behaviour
    if (behaviour.type === 'refuse') {
      return { type: 'failed', outcome: this.#outcome('upstream', 'connect', 'connect_failed') }
    }
    if (behaviour.type === 'hold') {
      this.#transport(endpoint.hostname, 'gone')
      if (this.#script.client.type !== 'leaves') {
        return { type: 'failed', outcome: this.#outcome('upstream', 'sent', 'first_byte_timeout') }
      }
      this.#end(0, this.#outcome('client', 'sent', 'client_gone'))
      return undefined
    }
    this.#read = behaviour.type === 'early' ? this.#body.length / 2 : this.#body.length
    const replayable = this.#read <= replayBytes
    if (behaviour.type === 'switch' && upgrade === undefined) {
      const outcome = this.#outcome('upstream', 'head', 'upstream_unexpected_upgrade')
      return { type: 'failed', outcome }
    }
    return { type: 'head', head: responseHead(behaviour), replayable }
  }

  #relay({ head }: RelayStep): string {
    const answer = this.#answer
    if (this.#script.client.type === 'websocket') return this.#tunnel(this.#script.client)
    const body = 'body' in answer ? answer.body : ''
    const trailers = 'trailers' in answer ? (answer.trailers ?? []) : []
    const passed = this.#exchange.trailers('response', trailers)
    this.#end(body.length)
    const lines: string[] = []
    for (let i = 0; i < passed.length; i += 2) lines.push(`${passed[i]}: ${passed[i + 1]}`)
    return `${head.status} ${body} ${lines.join(', ')}`.trim()
  }

  #tunnel({ text }: Extract<ClientBehaviour, { type: 'websocket' }>): string {
    const payload = Buffer.from(text)
    const size = (masked: boolean): number =>
      encodeFrame(TEXT, payload, masked).length + encodeFrame(CLOSE, NORMAL_CLOSURE, masked).length
    this.#read = size(true)
    this.#end(size(false))
    return `101 ${text}`
  }

  #outcome(side: Outcome['side'], phase: Outcome['phase'], reason: Outcome['reason']): Outcome {
    return { side, phase, bytesSent: 0, reused: false, replayable: this.#read === 0, reason }
  }

  #end(responseBytes: number, failure?: Outcome): void {
    this.#exchange.end({ failure, requestBytes: this.#read, responseBytes })
  }
}

function responseHead(behaviour: OriginBehaviour): ResponseHead {
  const status = 'status' in behaviour ? behaviour.status : 101
  return { status, reason: '', fields: [] }
}
