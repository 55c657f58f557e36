/**
 * A Bundle as a fetch handler: what an application embeds and what the Worker is made of. Owns
 * nothing but the wiring of reader, snapshot and engine.
 */
import { WORKERS_WAIVERS } from '../canonical/gate.ts'
import { PosternError } from '../errors.ts'
import type { AccessRecord, Begin } from '../exchange.ts'
import { begin } from '../gateway/begin.ts'
import { openBundle } from '../gateway/bundle-reader.ts'
import { link } from '../gateway/link.ts'
import { beginRefused } from '../gateway/refusal.ts'
import { Runtime } from '../gateway/runtime.ts'
import type { Snapshot } from '../gateway/snapshot.ts'
import type { Bundle, BundleReader, SocketEntry } from '../model/bundle.ts'
import type { PatternCompiler } from '../regex/pattern.ts'
import { refusePatterns } from '../regex/engine.ts'
import type { FetchFunction } from './attempt.ts'
import { createFetchEngine } from './engine.ts'
import { toPeer, type FetchPeer } from './peer.ts'
import type { FetchTraits } from './traits.ts'

/** What a gateway over fetch needs beside its rules. */
export interface GatewaySettings {
  /** Sends requests to endpoints. */
  readonly fetch: FetchFunction
  /** Default: those of the Fetch standard. */
  readonly traits?: FetchTraits
  /** The fetch of the service that an endpoint `binding:NAME` names. Default: there is none. */
  readonly binding?: (name: string) => FetchFunction | undefined
  /** Takes the access record of each request. */
  readonly log: (record: AccessRecord) => void
  /** Learns of broken promises inside postern; the request is answered 500 all the same. */
  readonly fault: (error: unknown) => void
  /** Loads the regular-expression engine; called once, and only where the rules have patterns. */
  readonly loadPatterns: () => Promise<PatternCompiler>
  /**
   * What outlives rules, from `createRuntime`, so that new ones reset nothing. Default: one of the
   * gateway's own.
   */
  readonly runtime?: Runtime
}

/** Answers one request by the rules. Never rejects. */
export type Gateway = (request: Request, peer: FetchPeer) => Promise<Response>

/**
 * A gateway over `bundle`, whose type is a claim: the format is checked. Throws `no_rules` where
 * the bundle was written by another version or is none.
 */
export function openGateway(bundle: Bundle, settings: GatewaySettings): Gateway {
  const { reader, sockets } = openRules(bundle)
  const { runtime = createRuntime() } = settings
  runtime.sweep(reader)
  const open = (patterns: PatternCompiler): Gateway =>
    serve(link(reader, { runtime, patterns }), { sockets, settings })
  return reader.root.patterns === true ? openLater(open, settings) : open(refusePatterns)
}

interface OpenedRules {
  readonly reader: BundleReader
  /** As the rules have them. */
  readonly sockets: readonly SocketEntry[]
}

function openRules(bundle: Bundle): OpenedRules {
  try {
    const { sockets, hosts, clusters } = bundle
    if (!isObject(hosts) || !isObject(clusters)) throw new TypeError('no hosts or no clusters')
    // The runtime accepts connections where it likes, and clients are told what they connected to:
    // a socket on port 0 has the port of its connection.
    const opened = openBundle({ ...bundle, sockets: sockets.map(withoutPort) })
    if (opened.type === 'refused') throw new PosternError('no_rules', opened.finding.message)
    const { reader } = opened
    // What is no list of listeners is found now, not by the first request.
    link(reader, { runtime: createRuntime(), patterns: refusePatterns })
    return { reader, sockets }
  } catch (cause) {
    if (cause instanceof PosternError) throw cause
    throw new PosternError('no_rules', 'what was given is no bundle of rules', { cause })
  }
}

function isObject(value: unknown): boolean {
  return typeof value === 'object' && value !== null
}

/** Opens with the first request; where the engine cannot be loaded, the next one tries again. */
function openLater(
  open: (patterns: PatternCompiler) => Gateway,
  settings: GatewaySettings,
): Gateway {
  let opened: Promise<Gateway> | undefined
  return async (request, peer) => {
    opened ??= settings.loadPatterns().then(open)
    try {
      const gateway = await opened
      return await gateway(request, peer)
    } catch (error) {
      opened = undefined
      settings.fault(error)
      const detail = 'the regular-expression engine cannot be loaded'
      return await refuseAll('internal_error', detail, settings)(request, peer)
    }
  }
}

/** A gateway without rules: every request is refused for `reason`, with a record. */
export function refuseAll(
  reason: 'no_rules' | 'internal_error',
  detail: string,
  settings: Omit<GatewaySettings, 'loadPatterns'>,
): Gateway {
  const runtime = createRuntime()
  const refusal = { reason, detail, close: false }
  const handle = createFetchEngine({
    ...settings,
    begin: (head, peer) => beginRefused(head, peer, { runtime, refusal }),
  })
  return (request, peer) => handle(request, toPeer(request.url, peer, []))
}

/** What gateways of one process share: the state of endpoints, the clock and chance. */
export function createRuntime(): Runtime {
  return new Runtime({ now: Date.now, monotonic: () => performance.now(), random: Math.random })
}

interface Served {
  readonly sockets: readonly SocketEntry[]
  readonly settings: GatewaySettings
}

function serve(snapshot: Snapshot, { sockets, settings }: Served): Gateway {
  const { runtime } = snapshot
  const beginSafely: Begin = (head, peer) => {
    try {
      return begin(head, peer, snapshot, WORKERS_WAIVERS)
    } catch (error) {
      // A host or an action of the bundle that is none: the other hosts are served.
      settings.fault(error)
      const refusal = { reason: 'internal_error', detail: String(error), close: false } as const
      return beginRefused(head, peer, { runtime, refusal })
    }
  }
  const handle = createFetchEngine({ ...settings, begin: beginSafely })
  return (request, peer) => handle(request, toPeer(request.url, peer, sockets))
}

function withoutPort(socket: SocketEntry): SocketEntry {
  return { ...socket, port: 0 }
}
