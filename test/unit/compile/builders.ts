/** Manifests in few words: what a test does not name is plain and valid. */
import { compile, type CompileOptions, type CompileResult } from '../../../src/compile/compile.ts'
import type { Origin } from '../../../src/errors.ts'
import type {
  BackendRef,
  BackendTarget,
  EndpointSlice,
  HostPattern,
  HostSettings,
  Listener,
  Manifest,
  NetworkPolicy,
  Route,
  RouteMatch,
  RouteRule,
  Service,
} from '../../../src/model/manifest.ts'

export function at(line: number, object = 'object', file = 'rules.yaml'): Origin {
  return { object, file, line, column: 3 }
}

/** `a.test`, `*.a.test` (Gateway API), `1.a.test` (one label, Ingress), `*`. */
export function host(text: string): HostPattern {
  if (text === '*') return { type: 'any' }
  if (text.startsWith('*.')) return { type: 'wildcard', depth: 'many', name: text.slice(2) }
  if (text.startsWith('1.')) return { type: 'wildcard', depth: 'one', name: text.slice(2) }
  return { type: 'exact', name: text }
}

export function policy(parts: Partial<NetworkPolicy>): NetworkPolicy {
  return { deny: [], allow: [], ...parts }
}

export function manifest(parts: Partial<Manifest> = {}): Manifest {
  return {
    listeners: [],
    routes: [],
    backends: [],
    hosts: [],
    services: [],
    endpointSlices: [],
    tlsHosts: [],
    ...parts,
  }
}

export function listener(name: string, parts: Partial<Listener> = {}): Listener {
  return {
    name,
    gateway: undefined,
    address: undefined,
    port: 8080,
    protocol: 'HTTP',
    hostname: { type: 'any' },
    clientAddress: undefined,
    policy: undefined,
    pathAmbiguity: 'policy',
    mergeSlashes: false,
    origin: at(1, `listener ${name}`),
    ...parts,
  }
}

export function match(path: string, parts: Partial<RouteMatch> = {}): RouteMatch {
  return {
    path: { type: 'PathPrefix', value: path },
    method: undefined,
    headers: [],
    queryParams: [],
    origin: at(30),
    ...parts,
  }
}

/** `http://…` is a URL, `namespace/name:port` a service, anything else a named backend. */
export function backend(ref: string, parts: Partial<BackendRef> = {}): BackendRef {
  return { ref, target: target(ref), weight: 1, filters: [], origin: at(40), ...parts }
}

function target(ref: string): BackendTarget {
  if (ref === 'invalid') return { type: 'invalid' }
  if (ref.includes('://')) return { type: 'url', url: ref }
  const parts = /^([^/]+)\/([^:]+):(.+)$/.exec(ref)
  if (parts === null) return { type: 'backend', name: ref }
  const [, namespace = '', name = '', port = ''] = parts
  return {
    type: 'service',
    namespace,
    name,
    port: /^\d+$/.test(port) ? Number(port) : port,
  }
}

export function rule(
  paths: readonly (string | RouteMatch)[],
  parts: Partial<RouteRule> = {},
): RouteRule {
  return {
    matches: paths.map((path) => (typeof path === 'string' ? match(path) : path)),
    filters: [],
    backends: [backend('http://127.0.0.1:9000')],
    policy: undefined,
    timeouts: {},
    invalid: false,
    origin: at(20),
    ...parts,
  }
}

export function route(name: string, parts: Partial<Route> = {}): Route {
  return {
    kind: 'Ingress',
    namespace: 'default',
    name,
    index: undefined,
    createdAtMs: undefined,
    hostnames: [host('a.test')],
    parents: 'all',
    rules: [rule(['/'])],
    defaultBackend: undefined,
    origin: at(10, `Ingress default/${name}`),
    ...parts,
  }
}

export function service(name: string, parts: Partial<Service> = {}): Service {
  return {
    namespace: 'default',
    name,
    type: 'clusterIp',
    clusterIp: '10.0.0.1',
    ports: [{ name: 'web', port: 80, targetPort: 8080, protocol: 'TCP', appProtocol: undefined }],
    origin: at(50, `Service default/${name}`),
    ...parts,
  }
}

export function slice(name: string, parts: Partial<EndpointSlice> = {}): EndpointSlice {
  return {
    namespace: 'default',
    service: name,
    addressType: 'IPv4',
    ports: [{ name: 'web', port: 8080 }],
    endpoints: [{ addresses: ['10.1.0.1'], ready: true }],
    origin: at(60, `EndpointSlice default/${name}`),
    ...parts,
  }
}

export function settings(name: string, rules: Partial<NetworkPolicy>): HostSettings {
  return { host: host(name), policy: policy(rules), origin: at(70, `hosts ${name}`) }
}

export const defaults: CompileOptions = {
  services: [],
  sockets: undefined,
  checkPattern: (source) => (source.includes('(') ? 'missing )' : undefined),
}

/** Compiles with the defaults; `options` replace some. */
export function compiled(
  parts: Partial<Manifest>,
  options: Partial<CompileOptions> = {},
): CompileResult {
  return compile(manifest(parts), { ...defaults, ...options })
}

/** `code file:line` of each finding. */
export function codes({ findings }: CompileResult): string[] {
  return findings.map(({ code, file, line }) => `${code} ${file}:${line}`)
}
