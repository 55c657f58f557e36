/** Reads the listeners of a routes file. */
import { parseAddress } from '../../ip/address.ts'
import type { ClientAddressSettings, Listener } from '../../model/manifest.ts'
import type { ListenerInput } from './input.ts'
import { readClientAddress, readPolicy } from './policy.ts'
import type { Path, Report } from './report.ts'

/** Where the one listener stands that a file gets which has settings for listeners and none. */
const DEFAULT_PORT = 8080

/**
 * The listener at `path`. `clientAddress` is the file's own, for a listener without. An address
 * that is none is an error.
 */
export function readListener(
  input: ListenerInput,
  {
    path,
    report,
    clientAddress,
  }: {
    readonly path: Path
    readonly report: Report
    readonly clientAddress: ClientAddressSettings | undefined
  },
): Listener {
  const { name, port, tls, policy, pathAmbiguity = 'policy', mergeSlashes = false } = input
  if (tls !== undefined) warnTls(path, report)
  return {
    name,
    gateway: undefined,
    address: readAddress(input.address, [...path, 'address'], report),
    port,
    protocol: tls === undefined ? 'HTTP' : 'HTTPS',
    hostname: { type: 'any' },
    clientAddress:
      input.clientAddress === undefined
        ? clientAddress
        : readClientAddress(input.clientAddress, [...path, 'clientAddress'], report),
    policy: policy === undefined ? undefined : readPolicy(policy, [...path, 'policy'], report),
    pathAmbiguity,
    mergeSlashes,
    origin: report.originOf(path),
  }
}

/**
 * The listener that carries the file's `clientAddress` where it names no listener: without it the
 * setting would be lost, and every proxy in front would pass for the client.
 */
export function createDefaultListener(
  clientAddress: ClientAddressSettings,
  report: Report,
): Listener {
  return {
    name: 'http',
    gateway: undefined,
    address: undefined,
    port: DEFAULT_PORT,
    protocol: 'HTTP',
    hostname: { type: 'any' },
    clientAddress,
    policy: undefined,
    pathAmbiguity: 'policy',
    mergeSlashes: false,
    origin: report.originOf(['clientAddress']),
  }
}

/** Reports names and sockets that two listeners claim; `entries` have their position in the file. */
export function checkListeners(
  entries: readonly { readonly listener: Listener; readonly index: number }[],
  report: Report,
): void {
  const names = new Set<string>()
  const byPort = new Map<number, Listener[]>()
  for (const { listener, index } of entries) {
    const { name, port } = listener
    if (names.has(name)) {
      report.add({
        code: 'repeated-name',
        path: ['listeners', index, 'name'],
        value: name,
        text: 'is the name of another listener',
        remedy: 'give every listener a name of its own',
      })
    }
    names.add(name)
    const neighbours = byPort.get(port) ?? []
    const rival = neighbours.find((other) => shareAddress(other, listener))
    byPort.set(port, [...neighbours, listener])
    if (rival === undefined) continue
    report.add({
      code: 'socket-conflict',
      path: ['listeners', index, 'port'],
      value: port,
      text: `is taken by listener ${rival.name}`,
      remedy: 'choose another port, or give both listeners an address of their own',
    })
  }
}

function shareAddress(a: Listener, b: Listener): boolean {
  return a.address === b.address || bindsAll(a) || bindsAll(b)
}

/** Systems bind the unspecified addresses to every interface. */
function bindsAll({ address }: Listener): boolean {
  return address === undefined || address === '0.0.0.0' || address === '::'
}

function readAddress(text: string | undefined, path: Path, report: Report): string | undefined {
  if (text === undefined) return undefined
  const address = parseAddress(text)
  if (address === undefined) {
    report.add({
      code: 'invalid-address',
      path,
      value: text,
      text: 'is not an IP address',
      remedy: 'write it as 127.0.0.1 or ::1, without brackets and port',
    })
  }
  return address?.text
}

function warnTls(path: Path, report: Report): void {
  report.add({
    severity: 'warning',
    code: 'tls-not-served',
    path: [...path, 'tls'],
    part: 'key',
    text: 'is read, but certificates of a routes file are not served yet',
    remedy: 'terminate TLS in front of this listener for now',
  })
}
