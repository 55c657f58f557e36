/** The way of one request as a row of candidates, each of which goes a step further. */
import type { Peer, RequestHead } from '../../src/head.ts'
import type { Core } from './core.ts'
import { RESPONSE } from './messages.ts'

/** One length of the way. */
export interface Stage {
  readonly name: string
  /** Goes that far with a new head; gives a number that hangs on the work. */
  readonly run: () => number
}

const WHOLE = { failure: undefined, requestBytes: 0, responseBytes: 512 }

/** The stages, shortest first; the first is the making of the head alone. */
export function createStages(core: Core, nextHead: () => RequestHead): readonly Stage[] {
  const { snapshot, waivers } = core
  const peer: Peer = {
    address: '203.0.113.7',
    port: 40_000,
    localPort: 8080,
    socket: core.socket,
    tls: undefined,
  }
  return [
    { name: 'head', run: () => nextHead().fields.length },
    { name: 'gate', run: () => core.admit(nextHead(), waivers).type.length },
    {
      name: 'decide',
      run: () => core.decide(nextHead(), peer, snapshot, waivers).route?.action ?? 0,
    },
    {
      name: 'start',
      run: () => core.begin(nextHead(), peer, snapshot).next({ type: 'start' }).type.length,
    },
    { name: 'response', run: () => relay(core, peer, nextHead()).status },
    { name: 'end', run: () => relay(core, peer, nextHead(), true).status },
    {
      name: 'log line',
      run: () => core.formatRecord(relay(core, peer, nextHead(), true)).length,
    },
  ]
}

const NO_RECORD = { status: 0 }

function relay(core: Core, peer: Peer, head: RequestHead, ends: true): ReturnType<typeof end>
function relay(core: Core, peer: Peer, head: RequestHead): { readonly status: number }
function relay(core: Core, peer: Peer, head: RequestHead, ends?: true): { status: number } {
  const exchange = core.begin(head, peer, core.snapshot)
  exchange.next({ type: 'start' })
  const step = exchange.next({ type: 'head', head: RESPONSE, replayable: true })
  if (step.type !== 'relay') throw new Error(`expected relay, got ${step.type}`)
  return ends === undefined ? NO_RECORD : end(exchange)
}

function end(exchange: ReturnType<Core['begin']>): ReturnType<typeof exchange.end> {
  return exchange.end(WHOLE)
}
