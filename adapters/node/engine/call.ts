/** Carries out steps beside the request's way: calls of the core's own, and time to let pass. */
import type {
  CallResult,
  CallStep,
  ExchangeEvent,
  HttpCall,
  WaitStep,
} from '../../../src/exchange.ts'
import type { Reason } from '../../../src/errors.ts'
import type { ResponseHead } from '../../../src/head.ts'
import { encodeRequestHead } from '../../../src/http1/encode-head.ts'
import type { ParsedResponse } from '../../../src/http1/response-parser.ts'
import { expectsBody } from './outbound-fields.ts'
import type { UpstreamConnection, UpstreamUser } from './upstream-connection.ts'
import type { Lease, UpstreamPools } from './upstream-pool.ts'

/** Reads one document of the rules; `undefined` when there is none under the key. */
export type ReadShard = (key: string, signal: AbortSignal) => Promise<string | undefined>

/** What calls are carried out with. */
export interface CallOptions {
  readonly pools: UpstreamPools
  readonly readShard: ReadShard | undefined
}

/** The event that answers a step. */
type Answer = Extract<ExchangeEvent, { type: 'result' | 'elapsed' }>

/** Carries out the step; `done` comes once, unless what is given back was called before. */
export function startPause(
  step: CallStep | WaitStep,
  options: CallOptions,
  done: (event: Answer) => void,
): () => void {
  if (step.type === 'call') return startCall(step, options, done)
  const timer = setTimeout(done, step.ms, { type: 'elapsed' })
  return () => clearTimeout(timer)
}

function startCall(
  step: CallStep,
  options: CallOptions,
  done: (event: Answer) => void,
): () => void {
  const abort = new AbortController()
  let open = true
  const finish = (event: Answer): void => {
    if (!open) return
    open = false
    clearTimeout(timer)
    done(event)
  }
  const timer = setTimeout(() => {
    finish({ type: 'result', response: undefined, reason: 'call_timeout' })
    abort.abort()
  }, step.timeoutMs)
  const { request } = step
  const result =
    request.type === 'http'
      ? httpCall(request, options.pools, abort.signal)
      : shardRead(request.key, options.readShard, abort.signal)
  result.then(
    (response) => finish({ type: 'result', response }),
    // Whatever it was: the core knows one failure of a call.
    () => finish({ type: 'result', response: undefined, reason: 'call_failed' }),
  )
  return () => {
    open = false
    clearTimeout(timer)
    abort.abort()
  }
}

async function shardRead(
  key: string,
  read: ReadShard | undefined,
  signal: AbortSignal,
): Promise<CallResult | undefined> {
  if (read === undefined) throw new Error('no reader of shards')
  const body = await read(key, signal)
  if (body === undefined) return { status: 404, fields: [], body: '' }
  return { status: 200, fields: [], body }
}

function httpCall(call: HttpCall, pools: UpstreamPools, signal: AbortSignal): Promise<CallResult> {
  return new Promise((resolve, reject) => {
    const url = new URL(call.url)
    const scheme = url.protocol === 'https:' ? 'https' : 'http'
    const hostname = url.hostname.replace(/^\[(.*)\]$/, '$1')
    const port = Number(url.port) || (scheme === 'https' ? 443 : 80)
    const user = new CallUser(call, url, { resolve, reject })
    const lease = pools.acquire({ scheme, hostname, port }, user, false)
    signal.addEventListener('abort', () => user.cancel(lease))
  })
}

/** How a call ends. */
interface Settle {
  readonly resolve: (result: CallResult) => void
  readonly reject: (error: Error) => void
}

/** Asks and collects the answer. */
class CallUser implements UpstreamUser {
  readonly #call: HttpCall
  readonly #url: URL
  readonly #settle: Settle
  readonly #chunks: Buffer[] = []
  #left: number
  #connection: UpstreamConnection | undefined
  #head: ResponseHead | undefined

  constructor(call: HttpCall, url: URL, settle: Settle) {
    this.#call = call
    this.#url = url
    this.#settle = settle
    this.#left = call.maxBytes
  }

  cancel(lease: Lease): void {
    if (this.#connection === undefined) lease.cancel(this)
    // A connection that has gone on to somebody else is none of ours.
    else if (this.#connection.isFor(this)) this.#connection.destroy()
  }

  connected(connection: UpstreamConnection): void {
    this.#connection = connection
    const { method, fields } = this.#call
    const { pathname, search, host } = this.#url
    const added = expectsBody(method) ? ['Content-Length', '0'] : []
    let text
    try {
      text = encodeRequestHead({ method, target: pathname + search, host, fields }, added)
    } catch (error) {
      this.broken('internal_error', String(error))
      connection.destroy()
      return
    }
    connection.expect(method)
    connection.writer.head(text, false)
    connection.writer.flush()
    connection.requestSent = true
  }

  head({ head, interim }: ParsedResponse): void {
    if (!interim) this.#head = head
  }

  content(bytes: Buffer, start: number, end: number): void {
    const size = Math.min(end - start, this.#left)
    if (size > 0) this.#chunks.push(Buffer.from(bytes.subarray(start, start + size)))
    this.#left -= end - start
    if (this.#left >= 0) return
    // The rest is dropped, and its connection with it: it may be endless.
    this.whole()
    this.#connection?.destroy()
  }

  whole(): void {
    const { status = 0, fields = [] } = this.#head ?? {}
    const body = Buffer.concat(this.#chunks).toString()
    this.#settle.resolve({ status, fields, body })
  }

  switched(): void {
    this.broken('upstream_unexpected_upgrade', '')
    this.#connection?.destroy()
  }

  unavailable(reason: Reason, detail: string): void {
    this.broken(reason, detail)
  }

  broken(reason: Reason, detail: string): void {
    this.#settle.reject(new Error(`${reason}: ${detail}`))
  }

  pause(): void {}

  drained(): void {}
}
