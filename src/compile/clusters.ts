/**
 * Backend references to clusters. Owns the clusters' names and makes each cluster once, however
 * many rules refer to it.
 */
import type { Finding } from '../errors.ts'
import type { Cluster } from '../model/bundle.ts'
import type { Backend, BackendRef, BackendTarget, Manifest } from '../model/manifest.ts'
import { parseEndpointOrigin, type EndpointOrigin } from './endpoints.ts'
import { compareText, createFinding, describeOrigin, type FindingText } from './finding.ts'
import type { ServiceResolver } from './services.ts'

/** Makes clusters of references. */
export interface ClusterRegistry {
  /**
   * Name of the cluster that a reference leads to; `undefined` where it is invalid, which is told
   * for each reference. Names are injective: `backend/api`, `service/default/details:9080`,
   * `url/http://127.0.0.1:9000`.
   */
  clusterOf(ref: BackendRef): string | undefined
  /** All clusters so far by name, in the order of the names. */
  clusters(): Readonly<Record<string, Cluster>>
}

/** What a target leads to, remembered for the next reference to it. */
type Resolved =
  | { readonly type: 'cluster'; readonly name: string }
  | { readonly type: 'unresolved'; readonly text: FindingText }

/** Parts of a registry. */
export interface ClusterRegistryOptions {
  readonly manifest: Manifest
  readonly services: ServiceResolver
  readonly findings: Finding[]
}

/** A registry over the named backends of the manifest and its services. */
export function createClusterRegistry(options: ClusterRegistryOptions): ClusterRegistry {
  return new Registry(options)
}

class Registry implements ClusterRegistry {
  readonly #services: ServiceResolver
  readonly #findings: Finding[]
  readonly #backends: ReadonlyMap<string, Backend>
  readonly #resolved: Map<string, Resolved> = new Map()
  readonly #clusters: Map<string, Cluster> = new Map()

  constructor({ manifest, services, findings }: ClusterRegistryOptions) {
    this.#services = services
    this.#findings = findings
    this.#backends = indexBackends(manifest.backends, findings)
  }

  clusterOf({ target, origin }: BackendRef): string | undefined {
    if (target.type === 'invalid') return undefined
    const key = targetKey(target)
    let resolved = this.#resolved.get(key)
    if (resolved === undefined) {
      resolved = this.#resolve(target)
      this.#resolved.set(key, resolved)
    }
    if (resolved.type === 'cluster') return resolved.name
    this.#findings.push(createFinding(origin, resolved.text))
    return undefined
  }

  clusters(): Readonly<Record<string, Cluster>> {
    const record: Record<string, Cluster> = Object.create(null)
    const sorted = [...this.#clusters.values()].sort((a, b) => compareText(a.name, b.name))
    for (const cluster of sorted) record[cluster.name] = cluster
    return record
  }

  #resolve(target: Exclude<BackendTarget, { type: 'invalid' }>): Resolved {
    switch (target.type) {
      case 'backend':
        return this.#resolveBackend(target.name)
      case 'url':
        return this.#resolveUrl(target.url)
      case 'service': {
        const service = this.#services.resolve(target)
        if (service.type === 'unresolved') return service
        const name = `service/${service.name}`
        if (!this.#clusters.has(name)) this.#findings.push(...service.findings)
        return this.#add({ name, endpoints: service.endpoints, host: { type: 'preserve' } })
      }
      default:
        return target satisfies never
    }
  }

  #resolveBackend(name: string): Resolved {
    const backend = this.#backends.get(name)
    if (backend === undefined) {
      return { type: 'unresolved', text: unknownBackend(name, this.#backends) }
    }
    const endpoints: string[] = []
    for (const url of backend.endpoints) {
      const parsed = parseEndpointOrigin(url, 'operator')
      if (parsed.type === 'origin') endpoints.push(parsed.origin)
      else this.#findings.push(createFinding(backend.origin, unusableUrl(url, parsed)))
    }
    // In the order written: where an operator lists endpoints, the first is often the nearest.
    return this.#add({
      name: `backend/${name}`,
      endpoints: [...new Set(endpoints)],
      host: backend.host,
    })
  }

  #resolveUrl(url: string): Resolved {
    const parsed = parseEndpointOrigin(url, 'operator')
    if (parsed.type !== 'origin') return { type: 'unresolved', text: unusableUrl(url, parsed) }
    const { origin } = parsed
    return this.#add({ name: `url/${origin}`, endpoints: [origin], host: { type: 'preserve' } })
  }

  #add(cluster: Cluster): Resolved {
    if (!this.#clusters.has(cluster.name)) this.#clusters.set(cluster.name, cluster)
    return { type: 'cluster', name: cluster.name }
  }
}

/** Injective: a service's namespace and name hold no slash, and its port's type is told apart. */
function targetKey(target: Exclude<BackendTarget, { type: 'invalid' }>): string {
  if (target.type === 'backend') return `backend/${target.name}`
  if (target.type === 'url') return `url/${target.url}`
  const port = typeof target.port === 'number' ? target.port : `"${target.port}"`
  return `service/${target.namespace}/${target.name}/${port}`
}

function indexBackends(backends: readonly Backend[], findings: Finding[]): Map<string, Backend> {
  const index = new Map<string, Backend>()
  for (const backend of backends) {
    const first = index.get(backend.name)
    if (first === undefined) index.set(backend.name, backend)
    else findings.push(duplicateBackend(backend, first))
  }
  return index
}

function duplicateBackend(backend: Backend, first: Backend): Finding {
  const place = describeOrigin(first.origin)
  return createFinding(backend.origin, {
    severity: 'error',
    code: 'duplicate-backend',
    message: `backend "${backend.name}" is defined already, in ${place}, which is used`,
    value: backend.name,
    remedy: 'give one of them another name',
  })
}

function unknownBackend(name: string, backends: ReadonlyMap<string, Backend>): FindingText {
  const known = [...backends.keys()].slice(0, 10)
  return {
    severity: 'error',
    code: 'unknown-backend',
    message: `backend "${name}" is not defined`,
    value: name,
    remedy:
      known.length === 0
        ? 'define it under "backends", or give a URL'
        : `define it under "backends", or use one of those there: ${known.join(', ')}`,
  }
}

function unusableUrl(
  url: string,
  parsed: Exclude<EndpointOrigin, { type: 'origin' }>,
): FindingText {
  if (parsed.type === 'forbidden') {
    return {
      severity: 'error',
      code: 'forbidden-endpoint',
      message: `endpoint "${url}" names a ${parsed.what} address, where nothing may be sent`,
      value: url,
      remedy: 'name the address of a backend',
    }
  }
  return {
    severity: 'error',
    code: 'invalid-url',
    message: `endpoint "${url}" is no http or https origin`,
    value: url,
    remedy: 'give scheme, host and port alone, such as http://127.0.0.1:9001',
  }
}
