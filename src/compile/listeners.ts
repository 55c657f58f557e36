/**
 * Which listeners are served and on which sockets. Owns addresses, ports and conflicts between
 * listeners; what is attached to a listener is decided elsewhere.
 */
import type { Finding, Origin } from '../errors.ts'
import type { SocketEntry } from '../model/bundle.ts'
import type { Listener, Manifest } from '../model/manifest.ts'
import { compareText, createFinding, describeOrigin } from './finding.ts'
import { ANY_HOST, compareHostKeys, describePattern } from './hosts.ts'

/** Where to accept connections. */
export interface SocketAddress {
  /** IP literal without brackets; `undefined` binds every address. */
  readonly address: string | undefined
  /** 0 to 65535; 0 lets the system choose. */
  readonly port: number
}

/** Addresses from the command line, which replace those in the rules. */
export interface SocketOptions {
  /** Where every HTTP listener is served; empty serves none. */
  readonly http: readonly SocketAddress[]
  /** Where every HTTPS listener is served; empty serves none. */
  readonly https: readonly SocketAddress[]
}

/** The listeners that some socket serves. */
export interface ListenerPlan {
  /** By name; a socket refers to them by index. */
  readonly listeners: readonly Listener[]
  /** By protocol, port and address. */
  readonly sockets: readonly SocketEntry[]
}

/** Port of the listener that stands in where the rules name none. */
const DEFAULT_PORT = 8080

interface Socket {
  readonly protocol: Listener['protocol']
  readonly address: SocketAddress
  /** By host key. */
  readonly listeners: Map<string, Listener>
}

/** Plans the sockets of `manifest`; what cannot be served is told in `findings`. */
export function planListeners(
  manifest: Manifest,
  options: SocketOptions | undefined,
  findings: Finding[],
): ListenerPlan {
  const sockets: Socket[] = []
  const byPort = new Map<number, Socket[]>()
  for (const listener of listedListeners(manifest, options)) {
    const addresses = listenerAddresses(listener, options)
    if (addresses.length === 0) findings.push(notServed(listener))
    for (const address of addresses) {
      const neighbours = byPort.get(address.port) ?? []
      byPort.set(address.port, neighbours)
      let socket = neighbours.find((one) => isSameSocket(one, listener, address))
      const rival = neighbours.find((one) => one !== socket && isInTheWay(one, address))
      if (socket === undefined && rival !== undefined) {
        findings.push(socketConflict(listener, address, rival))
        continue
      }
      if (socket === undefined) {
        socket = { protocol: listener.protocol, address, listeners: new Map() }
        sockets.push(socket)
        neighbours.push(socket)
      }
      admit(socket, listener, findings)
    }
  }
  return orderPlan(sockets)
}

/** Name of a listener in the Bundle: `web`, or `namespace/gateway/name`. */
export function listenerName(listener: Listener): string {
  return listener.gateway === undefined ? listener.name : `${listener.gateway}/${listener.name}`
}

/** Host key of a listener. Its wildcards admit any number of labels, so one key says it all. */
export function listenerHostKey(listener: Listener): string {
  return describePattern(listener.hostname)
}

/** The listeners of the rules, and a default for each protocol that is asked for and not there. */
function listedListeners(manifest: Manifest, options: SocketOptions | undefined): Listener[] {
  const listeners = [...manifest.listeners]
  const lacks = (protocol: Listener['protocol']): boolean =>
    !listeners.some((listener) => listener.protocol === protocol)
  if (options === undefined) {
    if (listeners.length === 0) listeners.push(defaultListener('HTTP'))
    return listeners
  }
  if (options.http.length > 0 && lacks('HTTP')) listeners.push(defaultListener('HTTP'))
  if (options.https.length > 0 && lacks('HTTPS')) listeners.push(defaultListener('HTTPS'))
  return listeners
}

function defaultListener(protocol: Listener['protocol']): Listener {
  const name = protocol === 'HTTP' ? 'http' : 'https'
  const origin: Origin = { object: `default listener ${name}`, file: '', line: 0, column: 0 }
  return {
    name,
    gateway: undefined,
    address: undefined,
    port: DEFAULT_PORT,
    protocol,
    hostname: { type: 'any' },
    clientAddress: undefined,
    policy: undefined,
    pathAmbiguity: 'policy',
    mergeSlashes: false,
    origin,
  }
}

function listenerAddresses(
  listener: Listener,
  options: SocketOptions | undefined,
): readonly SocketAddress[] {
  if (options === undefined) return [{ address: listener.address, port: listener.port }]
  return listener.protocol === 'HTTP' ? options.http : options.https
}

function isSameSocket(socket: Socket, listener: Listener, { address }: SocketAddress): boolean {
  return socket.protocol === listener.protocol && socket.address.address === address
}

/** Whether the system would refuse to bind `address` beside the socket. Port 0 is never taken. */
function isInTheWay(socket: Socket, { address, port }: SocketAddress): boolean {
  const other = socket.address.address
  return port !== 0 && (address === other || address === undefined || other === undefined)
}

function admit(socket: Socket, listener: Listener, findings: Finding[]): void {
  const key = listenerHostKey(listener)
  const first = socket.listeners.get(key)
  if (first === undefined) socket.listeners.set(key, listener)
  else if (first !== listener) findings.push(duplicateListener(listener, first, socket))
}

function orderPlan(sockets: readonly Socket[]): ListenerPlan {
  const served = new Set(sockets.flatMap((socket) => [...socket.listeners.values()]))
  const listeners = [...served].toSorted((a, b) => compareText(listenerName(a), listenerName(b)))
  const indexes = new Map(listeners.map((listener, index) => [listener, index]))
  const ordered = sockets.toSorted(compareSockets)
  return { listeners, sockets: ordered.map((socket) => socketEntry(socket, indexes)) }
}

function socketEntry(socket: Socket, indexes: ReadonlyMap<Listener, number>): SocketEntry {
  const { address, port } = socket.address
  const byHost = [...socket.listeners].toSorted(([a], [b]) => compareHostKeys(a, b))
  return {
    key: socketKey(socket.protocol, socket.address),
    protocol: socket.protocol,
    ...(address === undefined ? {} : { address }),
    port,
    listeners: byHost.map(([, listener]) => indexes.get(listener) as number), // all are indexed
  }
}

function socketKey(protocol: Listener['protocol'], { address, port }: SocketAddress): string {
  const host = address === undefined ? ANY_HOST : address.includes(':') ? `[${address}]` : address
  return `${protocol.toLowerCase()}:${host}:${port}`
}

function compareSockets(a: Socket, b: Socket): number {
  return (
    compareText(a.protocol, b.protocol) ||
    a.address.port - b.address.port ||
    compareText(a.address.address ?? '', b.address.address ?? '')
  )
}

function notServed(listener: Listener): Finding {
  const flag = listener.protocol === 'HTTP' ? '--http' : '--https'
  return createFinding(listener.origin, {
    severity: 'info',
    code: 'listener-not-served',
    message: `listener "${listenerName(listener)}" is not served: no ${flag} was given`,
    value: listenerName(listener),
    remedy: `add ${flag}, or leave both flags out to use the rules' own addresses`,
  })
}

function socketConflict(listener: Listener, address: SocketAddress, rival: Socket): Finding {
  const wanted = socketKey(listener.protocol, address)
  const taken = socketKey(rival.protocol, rival.address)
  return createFinding(listener.origin, {
    severity: 'error',
    code: 'socket-conflict',
    message: `listener "${listenerName(listener)}" cannot have ${wanted}: ${taken} is in the way`,
    value: wanted,
    remedy: 'choose another port, or the same protocol and address for both listeners',
  })
}

function duplicateListener(listener: Listener, first: Listener, socket: Socket): Finding {
  const key = socketKey(socket.protocol, socket.address)
  const host = describePattern(listener.hostname)
  return createFinding(listener.origin, {
    severity: 'warning',
    code: 'duplicate-listener',
    message:
      `listener "${listenerName(listener)}" is not served on ${key}: host "${host}" belongs to ` +
      `listener "${listenerName(first)}" there, ${describeOrigin(first.origin)}`,
    value: host,
    remedy: 'give one of them another hostname, port or address',
  })
}
