/**
 * Steps 2 to 4 of a request's way: gate, client address, listener policy, match, host and route
 * policy. Pure but for the links it makes on first use; `begin` and `explain` both come here.
 */
import { admit, type Admitted, type GateWaivers } from '../canonical/gate.ts'
import { canonicalPath, type CanonicalPath } from '../canonical/path.ts'
import { resolveClientAddress, type ClientAddress } from '../client-address/resolve.ts'
import type { Reason } from '../errors.ts'
import type { ParseFailure, Peer, RequestHead } from '../head.ts'
import type { IpAddress } from '../ip/address.ts'
import { parseSocketAddress } from '../ip/host-address.ts'
import type { BundleRoute } from '../model/bundle.ts'
import { admits, samePolicy } from '../policy/network-policy.ts'
import type { MatchRequest } from '../routing/conditions.ts'
import { isMisdirected, selectListener } from '../routing/listener.ts'
import type { LinkedAction, LinkedHost } from './linked-host.ts'
import type { LinkedListener, LinkedSocket, Snapshot } from './snapshot.ts'

/** Why postern answers by itself. */
export interface Refusal {
  readonly reason: Reason
  /** For the log. */
  readonly detail: string | undefined
  /** The framing of what follows is in doubt, so the connection must end. */
  readonly close: boolean
}

/**
 * All that was found out about a request, in the order it was found out; what lies behind a
 * refusal stays `undefined`. Filled by `decide` alone.
 */
export interface Decision {
  readonly head: RequestHead | undefined
  readonly peer: Peer
  readonly peerAddress: IpAddress | undefined
  socket: LinkedSocket | undefined
  listener: LinkedListener | undefined
  admitted: Admitted | undefined
  path: CanonicalPath | undefined
  client: ClientAddress | undefined
  host: LinkedHost | undefined
  route: BundleRoute | undefined
  /** Of the route, or of the listener's default backend when `route` is `undefined`. */
  action: LinkedAction | undefined
  /** `OPTIONS *`, or OPTIONS that may go no further; answered here once policy admits it. */
  asterisk: boolean
  refusal: Refusal | undefined
}

const NO_LISTENERS: readonly LinkedListener[] = []

/** Decides about one request. Never throws for anything a client can send. */
export function decide(
  head: RequestHead | ParseFailure,
  peer: Peer,
  snapshot: Snapshot,
  waivers: GateWaivers,
): Decision {
  const decision = createDecision(head, peer, snapshot.sockets.get(peer.socket))
  decision.refusal =
    'type' in head
      ? { reason: head.reason, detail: head.detail, close: true }
      : judge(decision, head, waivers)
  return decision
}

/** A decision of which nothing but the socket is known yet. */
export function createDecision(
  head: RequestHead | ParseFailure,
  peer: Peer,
  socket: LinkedSocket | undefined,
): Decision {
  return {
    head: 'type' in head ? undefined : head,
    peer,
    peerAddress: parseSocketAddress(peer.address),
    socket,
    listener: undefined,
    admitted: undefined,
    path: undefined,
    client: undefined,
    host: undefined,
    route: undefined,
    action: undefined,
    asterisk: false,
    refusal: undefined,
  }
}

function judge(decision: Decision, head: RequestHead, waivers: GateWaivers): Refusal | undefined {
  const gate = admit(head, waivers)
  if (gate.type === 'refused') return gate
  if (gate.type === 'asterisk') {
    decision.asterisk = true
    return enter(decision, head, gate.host.name) ?? refuseByHost(decision, gate.host.name)
  }
  decision.admitted = gate
  decision.path = gate.path
  // RFC 9110 §7.6.2: whoever gets 0 is the recipient.
  decision.asterisk = gate.maxForwards === 0
  const refusal = enter(decision, head, gate.host.name)
  const { listener } = decision
  if (refusal !== undefined || listener === undefined) return refusal
  if (listener.entry.mergeSlashes) {
    decision.path = canonicalPath(gate.rawPath, true) ?? gate.path
  }
  return route(decision, head, listener)
}

/** Finds the listener and the client, and asks the listener's policy. */
function enter(decision: Decision, head: RequestHead, host: string): Refusal | undefined {
  const { peer } = decision
  const listeners = decision.socket?.listeners ?? NO_LISTENERS
  const listener = selectListener(listeners, peer.tls?.serverName, host)
  if (listener === undefined) {
    return isMisdirected(listeners, peer.tls?.serverName, host)
      ? refuse('misdirected', `TLS was asked for ${peer.tls?.serverName ?? 'no name'}`)
      : refuse('no_route', `no listener admits ${host}`)
  }
  decision.listener = listener
  decision.client = resolveClientAddress(listener.clientAddress, decision.peerAddress, head.fields)
  if (listener.policy !== undefined && !admits(listener.policy, decision.client.address)) {
    return refuse('policy_denied', `policy of listener ${listener.entry.name}`)
  }
  return undefined
}

function route(
  decision: Decision,
  head: RequestHead,
  listener: LinkedListener,
): Refusal | undefined {
  const { admitted, path } = decision
  if (admitted === undefined || path === undefined) return undefined
  const denied = refuseByHost(decision, admitted.host.name)
  const { host } = decision
  const request: MatchRequest = {
    method: head.method,
    path: path.canonical,
    query: admitted.query,
    fields: head.fields,
  }
  decision.route = host?.table.match(request)
  decision.action =
    host !== undefined && decision.route !== undefined
      ? host.action(decision.route.action)
      : listener.fallback?.action
  // Not before the route is known: the log names it for requests that are denied as well.
  if (denied !== undefined) return denied
  if (decision.action === undefined) return refuse('no_route', undefined)
  return refuseAmbiguity(decision, request, listener) ?? refuseByRoute(decision)
}

/** Finds the host and asks its policy. */
function refuseByHost(decision: Decision, name: string): Refusal | undefined {
  const host = decision.listener?.hosts.lookup(name)
  decision.host = host
  if (host?.policy === undefined || admits(host.policy, decision.client?.address)) return undefined
  return refuse('policy_denied', `policy of host ${host.document.host}`)
}

function refuseByRoute(decision: Decision): Refusal | undefined {
  const { action, client } = decision
  if (action?.policy !== undefined && !admits(action.policy, client?.address)) {
    return refuse('policy_denied', 'policy of the route')
  }
  if (action?.invalid === true) return refuse('invalid_route', 'the rule has errors')
  return undefined
}

/**
 * The two-view rule: where another reading of the path meets a route that demands something else,
 * nobody can know which of the two the backend will serve.
 */
function refuseAmbiguity(
  decision: Decision,
  request: MatchRequest,
  listener: LinkedListener,
): Refusal | undefined {
  const { host, path, action } = decision
  if (path === undefined || host === undefined || action === undefined) return undefined
  let refusal: Refusal | undefined
  for (const reading of path.readings) {
    const other = host.table.match({ ...request, path: reading })
    if (other === decision.route) continue
    const otherAction = other === undefined ? listener.fallback?.action : host.action(other.action)
    const reason = ambiguity(decision, otherAction, listener)
    // A denial says more than a doubt, so it is what the client and the log are told.
    if (reason === 'policy_denied') return refuse(reason, `a backend may read ${reading}`)
    if (reason !== undefined) refusal ??= refuse(reason, `a backend may read ${reading}`)
  }
  return refusal
}

function ambiguity(
  { action, client }: Decision,
  other: LinkedAction | undefined,
  listener: LinkedListener,
): 'policy_denied' | 'ambiguous_path' | undefined {
  if (!samePolicy(action?.policy, other?.policy)) {
    const admitted =
      admits(action?.policy, client?.address) && admits(other?.policy, client?.address)
    return admitted ? 'ambiguous_path' : 'policy_denied'
  }
  if (other?.invalid === true) return 'ambiguous_path'
  return listener.entry.pathAmbiguity === 'refuse' && action !== other
    ? 'ambiguous_path'
    : undefined
}

function refuse(reason: Reason, detail: string | undefined): Refusal {
  return { reason, detail, close: false }
}
