/**
 * Kubernetes service references to endpoints. Owns the order in which they are looked for:
 * `--service`, then Service and EndpointSlice objects among the rules, then the cluster's DNS name
 * where no Service object at all is among them.
 */
import type { Finding } from '../errors.ts'
import type {
  BackendTarget,
  EndpointSlice,
  Manifest,
  Service,
  ServicePort,
} from '../model/manifest.ts'
import { formatEndpoint, parseEndpointOrigin } from './endpoints.ts'
import { compareText, createFinding, type FindingText } from './finding.ts'
import {
  duplicateService,
  externalName,
  invalidOverride,
  nameSlice,
  noEndpoint,
  portNotFound,
  portNotTcp,
  portWithoutService,
  serviceNotFound,
  unusedOverride,
} from './service-findings.ts'
import { describeScheme, findServicePort, schemeOf } from './service-ports.ts'

/** One `--service NAMESPACE/NAME[:PORT]=URL`. */
export interface ServiceOverride {
  readonly namespace: string
  readonly name: string
  /** `undefined` stands for every port of the service. */
  readonly port: number | string | undefined
  /** An origin. Several overrides of one service and port are several endpoints. */
  readonly url: string
}

/** A reference to a service. */
export type ServiceTarget = Extract<BackendTarget, { type: 'service' }>

/** What a reference leads to. */
export type ServiceResolution =
  | {
      readonly type: 'resolved'
      /** `default/details:9080`; the same for a port's number and its name where that is known. */
      readonly name: string
      readonly endpoints: readonly string[]
      /** About the objects that were used, once for the service. */
      readonly findings: readonly Finding[]
    }
  /** Wrong: what to say about each reference. */
  | { readonly type: 'unresolved'; readonly text: FindingText }

/** Resolves the references of one manifest. */
export interface ServiceResolver {
  resolve(target: ServiceTarget): ServiceResolution
  /** Warnings about overrides that no reference asked for, nearly always a misspelt name. */
  unusedOverrides(): readonly Finding[]
}

/**
 * Suffix of service names in the cluster's DNS, with the domain that clusters have unless they were
 * set up with another. Fully qualified, so that the answer hangs on no search list.
 */
const CLUSTER_DNS_SUFFIX = 'svc.cluster.local'

/** A resolver over the objects of `manifest`; `overrides` come first. Duplicates are told. */
export function createServiceResolver(
  manifest: Manifest,
  overrides: readonly ServiceOverride[],
  findings: Finding[],
): ServiceResolver {
  const services = new Map<string, Service>()
  for (const service of manifest.services) {
    const key = `${service.namespace}/${service.name}`
    if (services.has(key)) findings.push(duplicateService(service))
    else services.set(key, service)
  }
  const slices = groupBy(manifest.endpointSlices, (one) => `${one.namespace}/${one.service}`)
  const overridden = groupBy(overrides, (one) => `${one.namespace}/${one.name}`)
  const used = new Set<ServiceOverride>()
  return {
    resolve: (target) => {
      const key = `${target.namespace}/${target.name}`
      const service = services.get(key)
      const port = service === undefined ? undefined : findServicePort(service, target.port)
      const chosen = chooseOverrides(overridden.get(key) ?? [], target, port)
      if (chosen.length > 0) {
        for (const one of chosen) used.add(one)
        return resolveOverrides(`${key}:${port?.port ?? target.port}`, chosen)
      }
      if (service !== undefined) {
        return resolveService({ target, service, port, slices: slices.get(key) })
      }
      return services.size > 0 ? unresolved(serviceNotFound(key)) : resolveByDns(target)
    },
    unusedOverrides: () => overrides.filter((one) => !used.has(one)).map(unusedOverride),
  }
}

/** Those that name the port, by number or by name, else those that name none. */
function chooseOverrides(
  overrides: readonly ServiceOverride[],
  target: ServiceTarget,
  port: ServicePort | undefined,
): readonly ServiceOverride[] {
  const exact = overrides.filter(
    (one) =>
      one.port !== undefined &&
      (one.port === target.port || one.port === port?.port || one.port === port?.name),
  )
  return exact.length > 0 ? exact : overrides.filter((one) => one.port === undefined)
}

function resolveOverrides(name: string, overrides: readonly ServiceOverride[]): ServiceResolution {
  const endpoints: string[] = []
  const findings: Finding[] = []
  for (const one of overrides) {
    const parsed = parseEndpointOrigin(one.url, 'operator')
    if (parsed.type === 'origin') endpoints.push(parsed.origin)
    else findings.push(invalidOverride(one, parsed.type === 'forbidden' ? parsed.what : undefined))
  }
  return { type: 'resolved', name, endpoints: [...new Set(endpoints)], findings }
}

function resolveByDns(target: ServiceTarget): ServiceResolution {
  const { namespace, name, port } = target
  if (typeof port === 'string') return unresolved(portWithoutService(target))
  return {
    type: 'resolved',
    name: `${namespace}/${name}:${port}`,
    endpoints: [`http://${name}.${namespace}.${CLUSTER_DNS_SUFFIX}:${port}`],
    findings: [],
  }
}

interface FoundService {
  readonly target: ServiceTarget
  readonly service: Service
  readonly port: ServicePort | undefined
  readonly slices: readonly EndpointSlice[] | undefined
}

function resolveService({ target, service, port, slices }: FoundService): ServiceResolution {
  if (service.type === 'externalName') return unresolved(externalName(service))
  if (port === undefined) return unresolved(portNotFound(target, service))
  if (port.protocol !== 'TCP') return unresolved(portNotTcp(target, port))
  const findings: Finding[] = []
  const unknown = describeScheme(port)
  if (unknown !== undefined) findings.push(createFinding(service.origin, unknown))
  const endpoints =
    slices === undefined
      ? clusterIpEndpoints(service, port, findings)
      : slices.flatMap((slice) => sliceEndpoints(slice, port, findings))
  if (endpoints.length === 0) findings.push(noEndpoint(service, slices !== undefined))
  return {
    type: 'resolved',
    name: `${service.namespace}/${service.name}:${port.port}`,
    // Slices come in no order that means anything; sorted, the same set is the same Bundle.
    endpoints: [...new Set(endpoints)].sort(compareText),
    findings,
  }
}

/** Without slices the cluster balances; a headless service has no address and thus no endpoint. */
function clusterIpEndpoints(service: Service, port: ServicePort, findings: Finding[]): string[] {
  if (service.type === 'headless' || service.clusterIp === undefined) return []
  const url = formatEndpoint(schemeOf(port), service.clusterIp, port.port)
  return admitEndpoint(url, service, findings)
}

function sliceEndpoints(slice: EndpointSlice, port: ServicePort, findings: Finding[]): string[] {
  if (slice.addressType === 'FQDN') {
    findings.push(nameSlice(slice))
    return []
  }
  const scheme = schemeOf(port)
  const ports = slice.ports.filter((one) => (one.name ?? '') === (port.name ?? ''))
  const ready = slice.endpoints.filter((endpoint) => endpoint.ready)
  return ready.flatMap(({ addresses }) => {
    // All addresses of an endpoint are the same pod; Kubernetes itself uses the first alone.
    const address = addresses[0]
    if (address === undefined) return []
    const urls = ports.map((one) => formatEndpoint(scheme, address, one.port))
    return urls.flatMap((url) => admitEndpoint(url, slice, findings))
  })
}

function admitEndpoint(
  url: string,
  { origin }: Service | EndpointSlice,
  findings: Finding[],
): string[] {
  const parsed = parseEndpointOrigin(url, 'cluster')
  if (parsed.type === 'origin') return [parsed.origin]
  const what = parsed.type === 'forbidden' ? `a ${parsed.what} address` : 'no address'
  findings.push(
    createFinding(origin, {
      severity: 'error',
      code: 'forbidden-endpoint',
      message: `endpoint "${url}" is ${what} and is left out`,
      value: url,
      remedy: 'name an address of a pod or a service of the cluster',
    }),
  )
  return []
}

function unresolved(text: FindingText): ServiceResolution {
  return { type: 'unresolved', text }
}

function groupBy<T>(list: readonly T[], key: (one: T) => string): Map<string, T[]> {
  const groups = new Map<string, T[]>()
  for (const one of list) {
    const group = groups.get(key(one))
    if (group === undefined) groups.set(key(one), [one])
    else group.push(one)
  }
  return groups
}
