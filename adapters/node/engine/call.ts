/** Carries out steps beside the request's way: calls of the core's own, and time to let pass. */
import type {
  CallResult,
  CallStep,
  ExchangeEvent,
  HttpCall,
  WaitStep,
} from '../../../src/exchange.ts'
import type { Transport } from './transport.ts'

/** Reads one document of the rules; `undefined` when there is none under the key. */
export type ReadShard = (key: string, signal: AbortSignal) => Promise<string | undefined>

/** What calls are carried out with. */
export interface CallOptions {
  readonly transport: Transport
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
      ? httpCall(request, options.transport, abort.signal)
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

async function httpCall(
  call: HttpCall,
  transport: Transport,
  signal: AbortSignal,
): Promise<CallResult> {
  const url = new URL(call.url)
  const scheme = url.protocol === 'https:' ? 'https' : 'http'
  const hostname = url.hostname.replace(/^\[(.*)\]$/, '$1')
  const port = Number(url.port) || (scheme === 'https' ? 443 : 80)
  const request = transport.open({
    endpoint: { scheme, hostname, port },
    method: call.method,
    target: url.pathname + url.search,
    fields: ['Host', url.host, ...call.fields],
  })
  return await new Promise((resolve, reject) => {
    signal.addEventListener('abort', () => request.destroy())
    request.on('error', reject)
    request.once('close', () => reject(new Error('closed')))
    request.once('upgrade', (_message, socket) => socket.destroy())
    request.once('response', (message) => {
      const chunks: Buffer[] = []
      let left = call.maxBytes
      const finish = (): void => {
        const { statusCode: status = 0, rawHeaders: fields } = message
        resolve({ status, fields, body: Buffer.concat(chunks).toString() })
      }
      message.on('data', (chunk: Buffer) => {
        if (chunk.length > 0 && left > 0) chunks.push(chunk.subarray(0, left))
        left -= chunk.length
        if (left >= 0) return
        // The rest is dropped, and its connection with it: it may be endless.
        finish()
        request.destroy()
      })
      message.on('end', finish)
      message.on('error', reject)
    })
    request.end()
  })
}
