/** Step 7: the request as it goes out, built afresh for each attempt from validated parts. */
import { appendForwarded, believedOrigin, type ForwardedInput } from '../client-address/written.ts'
import type { EndpointAddress, OutboundHead } from '../exchange.ts'
import { forwardableRequestFields } from '../fields.ts'
import type { RequestDraft } from '../filters/draft.ts'
import type { UpstreamHost } from '../model/manifest.ts'
import { endpointHost } from '../upstream/endpoint.ts'
import type { Decision } from './decide.ts'

/** A request on its way out: what filters work on, and what endpoints are told about its client. */
export interface Outbound {
  readonly draft: RequestDraft
  readonly told: ForwardedInput
}

/** The request before its filters; `undefined` for one that was refused. */
export function createOutbound(decision: Decision): Outbound | undefined {
  const { head, admitted, path, client, route } = decision
  const told = forwardedInput(decision)
  if (!head || !admitted || !path || !client || !told) return undefined
  const origin = believedOrigin(told)
  const fields: string[] = []
  forwardableRequestFields(head.fields, fields, client.trusted)
  const draft: RequestDraft = {
    scheme: origin.scheme,
    hostname: admitted.host.name,
    port: origin.port,
    prefix: route !== undefined && route.type === undefined ? route.path : undefined,
    requestPath: path.canonical,
    path: path.canonical,
    query: admitted.query,
    host: undefined,
    fields,
  }
  return { draft, told }
}

/** Where an attempt goes. */
export interface AttemptTarget {
  readonly endpoint: EndpointAddress
  readonly host: UpstreamHost
  readonly requestId: string
}

/**
 * The head for one attempt. Fields that postern owns come last and after every filter, so that
 * neither a client nor a rule can put another value beside them.
 */
export function finishHead(
  { head, admitted }: Decision,
  { draft, told }: Outbound,
  target: AttemptTarget,
): OutboundHead {
  const fields = draft.fields.slice()
  appendForwarded(told, fields)
  fields.push('X-Request-Id', target.requestId)
  if (admitted?.maxForwards !== undefined) {
    fields.push('Max-Forwards', String(admitted.maxForwards - 1))
  }
  return {
    method: head?.method ?? '',
    target: draft.query === undefined ? draft.path : `${draft.path}?${draft.query}`,
    host: draft.host ?? outboundHost(target, admitted?.hostField ?? ''),
    fields,
  }
}

function outboundHost({ endpoint, host }: AttemptTarget, received: string): string {
  switch (host.type) {
    case 'preserve':
      return received
    case 'endpoint':
      return endpointHost(endpoint)
    case 'fixed':
      return host.value
    default:
      return host satisfies never
  }
}

function forwardedInput(decision: Decision): ForwardedInput | undefined {
  const { head, admitted, client, listener, socket, peer, peerAddress } = decision
  if (!head || !admitted || !client || !listener) return undefined
  return {
    rule: listener.clientAddress,
    client,
    peerAddress,
    scheme: peer.tls === undefined ? 'http' : 'https',
    host: admitted.hostField,
    // A socket on port 0 got its number from the system, which only the engine knows.
    port: socket === undefined || socket.entry.port === 0 ? peer.localPort : socket.entry.port,
    fields: head.fields,
  }
}
