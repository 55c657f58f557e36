/** Kubernetes objects as rule files, for suites that state only what they are about. */
import { readFileSync } from 'node:fs'
import type { RuleFile } from '../../../src/documents/documents.ts'
import { CLASS_NAME } from '../rules.ts'

/** The parsed content of a file of cases, whose shape its suite knows. */
export function readCases(name: string): unknown {
  const url = new URL(`../cases/${name}.json`, import.meta.url)
  return JSON.parse(readFileSync(url, 'utf8'))
}

/** A file that holds one value. */
export function jsonFile(name: string, value: unknown): RuleFile {
  return { name: `${name}.json`, text: JSON.stringify(value) }
}

/** An Ingress of our class unless `spec` names another. */
export function ingress(name: string, spec: object, metadata: object = {}): RuleFile {
  return jsonFile(name, {
    apiVersion: 'networking.k8s.io/v1',
    kind: 'Ingress',
    metadata: { name, ...metadata },
    spec: { ingressClassName: CLASS_NAME, ...spec },
  })
}

/** What a Gateway's listener is stated as. */
export interface GatewayListener {
  readonly name: string
  readonly port: number
  readonly protocol: string
  readonly hostname?: string
}

/** A Gateway of our class that takes routes from every namespace. */
export function gateway(
  namespace: string,
  name: string,
  listeners: readonly GatewayListener[],
): RuleFile {
  const allowedRoutes = { namespaces: { from: 'All' } }
  return jsonFile(`gateway-${namespace}-${name}`, {
    apiVersion: 'gateway.networking.k8s.io/v1',
    kind: 'Gateway',
    metadata: { namespace, name },
    spec: {
      gatewayClassName: CLASS_NAME,
      listeners: listeners.map((listener) => ({ ...listener, allowedRoutes })),
    },
  })
}

/** A route's name and place. */
export interface RouteMetadata {
  readonly namespace: string
  readonly name: string
  readonly creationTimestamp?: string
}

/** An HTTPRoute. */
export function httpRoute(metadata: RouteMetadata, spec: object): RuleFile {
  return jsonFile(`route-${metadata.namespace}-${metadata.name}`, {
    apiVersion: 'gateway.networking.k8s.io/v1',
    kind: 'HTTPRoute',
    metadata,
    spec,
  })
}

/** A reference of an Ingress to port 80 of a service. */
export function serviceBackend(name: string): object {
  return { service: { name, port: { number: 80 } } }
}
