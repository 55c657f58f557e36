/** Carries out the core's side calls over fetch. */
import type { CallResult, CallStep, ExchangeEvent, HttpCall } from '../exchange.ts'
import type { FetchFunction } from './attempt.ts'

/** Reads one document of the rules; `undefined` when there is none under the key. */
export type ReadShard = (key: string, signal: AbortSignal) => Promise<string | undefined>

/** What calls are carried out with. */
export interface CallContext {
  readonly fetch: FetchFunction
  readonly readShard?: ReadShard
}

/** The event that answers the call. Never rejects; `client` aborts it. */
export async function performCall(
  step: CallStep,
  context: CallContext,
  client: AbortSignal,
): Promise<ExchangeEvent> {
  const timeout = AbortSignal.timeout(step.timeoutMs)
  const signal = AbortSignal.any([client, timeout])
  const { request } = step
  try {
    const response =
      request.type === 'http'
        ? await httpCall(request, context.fetch, signal)
        : await shardRead(request.key, context.readShard, signal)
    return { type: 'result', response }
  } catch {
    // Whatever it was: the core knows two failures of a call.
    const reason = timeout.aborted ? 'call_timeout' : 'call_failed'
    return { type: 'result', response: undefined, reason }
  }
}

async function shardRead(
  key: string,
  read: ReadShard | undefined,
  signal: AbortSignal,
): Promise<CallResult> {
  if (read === undefined) throw new Error('no reader of shards')
  const body = await read(key, signal)
  if (body === undefined) return { status: 404, fields: [], body: '' }
  return { status: 200, fields: [], body }
}

async function httpCall(
  { url, method, fields, maxBytes }: HttpCall,
  fetch: FetchFunction,
  signal: AbortSignal,
): Promise<CallResult> {
  const headers = new Headers()
  for (let i = 0; i < fields.length; i += 2) {
    headers.append(fields[i] as string, fields[i + 1] as string) // the list holds pairs
  }
  const response = await fetch(new Request(url, { method, headers, redirect: 'manual', signal }))
  const body = await readText(response, maxBytes)
  return { status: response.status, fields: [...response.headers].flat(), body }
}

/** The first `maxBytes` of the body; the rest is cancelled. */
async function readText({ body }: Response, maxBytes: number): Promise<string> {
  if (body === null) return ''
  const decoder = new TextDecoder()
  const reader = body.getReader()
  let text = ''
  let left = maxBytes
  while (left > 0) {
    const { done, value } = await reader.read()
    if (done) return text + decoder.decode()
    text += decoder.decode(value.subarray(0, left), { stream: true })
    left -= value.byteLength
  }
  await reader.cancel()
  return text + decoder.decode()
}
