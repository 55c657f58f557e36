/** Ports of Kubernetes services: which one a reference means, and what is spoken there. */
import type { Service, ServicePort, ServicePortRef } from '../model/manifest.ts'
import type { FindingText } from './finding.ts'

/**
 * What `appProtocol` says about the scheme (KEP-3726 and the names that IANA and service meshes
 * gave before it). Compared in lower case; not named at all means http.
 */
const SCHEMES: ReadonlyMap<string, 'http' | 'https'> = new Map([
  ['http', 'http'],
  ['kubernetes.io/ws', 'http'],
  ['ws', 'http'],
  ['https', 'https'],
  ['kubernetes.io/wss', 'https'],
  ['wss', 'https'],
])

/** The port that a reference means; TCP before others, since DNS has one number for both. */
export function findServicePort(service: Service, ref: ServicePortRef): ServicePort | undefined {
  const meant = service.ports.filter(
    (one) => (typeof ref === 'number' ? one.port : one.name) === ref,
  )
  return meant.find((one) => one.protocol === 'TCP') ?? meant[0]
}

/** Scheme of the endpoints behind a port. */
export function schemeOf(port: ServicePort): 'http' | 'https' {
  return SCHEMES.get(port.appProtocol?.toLowerCase() ?? 'http') ?? 'http'
}

/** What to say about an `appProtocol` that is treated as http although it says otherwise. */
export function describeScheme({ appProtocol }: ServicePort): FindingText | undefined {
  if (appProtocol === undefined || SCHEMES.has(appProtocol.toLowerCase())) return undefined
  return {
    severity: 'warning',
    code: 'unsupported-app-protocol',
    message: `appProtocol "${appProtocol}" is not spoken to endpoints; HTTP/1.1 is used`,
    value: appProtocol,
    remedy: `use one of ${[...SCHEMES.keys()].join(', ')}, or leave it out`,
  }
}
