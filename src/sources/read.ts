/**
 * Reads all documents of a rule set into one Manifest: those of routes.json and Kubernetes objects
 * beside each other. Objects that others refer to are read first; findings keep the files' order.
 */
import type { RuleDocument } from '../documents/documents.ts'
import type { Finding } from '../errors.ts'
import type { Manifest } from '../model/manifest.ts'
import { readGateway } from './gateway-api/gateway.ts'
import { readHttpRoute } from './gateway-api/http-route.ts'
import type { RouteContext } from './gateway-api/http-route.ts'
import { readReferenceGrant } from './gateway-api/reference-grant.ts'
import { readClassRules } from './ingress/class.ts'
import type { ClassRules } from './ingress/class.ts'
import { readIngress } from './ingress/ingress.ts'
import type { IngressRules } from './ingress/ingress.ts'
import { readEndpointSlice } from './kubernetes/endpoint-slice.ts'
import type { Kind } from './kubernetes/kinds.ts'
import type { KubernetesObject } from './kubernetes/metadata.ts'
import { collectObjects } from './kubernetes/objects.ts'
import { tell } from './kubernetes/reader.ts'
import { reviewSecrets } from './kubernetes/secret.ts'
import { readService } from './kubernetes/service.ts'
import { isRoutesFile, readRoutesFile } from './routes-file/routes-file.ts'

/** How to read. */
export interface ReadOptions {
  /** Name of the IngressClass and the GatewayClass that are served; `postern` by default. */
  readonly className: string
}

/** What all documents say together, and everything that is wrong with them. */
export interface ReadResult {
  readonly manifest: Manifest
  /** In file order, with one exception: references to Secrets that are nowhere come last. */
  readonly findings: readonly Finding[]
}

interface RoutingContext extends RouteContext {
  readonly classes: ClassRules
}

/**
 * The Manifest of `documents`. Never throws. An error in a routes.json leaves that file out as a
 * whole; an error in an object leaves out what cannot be served and keeps the rest of the object.
 */
export function readSources(
  documents: readonly RuleDocument[],
  { className }: ReadOptions,
): ReadResult {
  const files = documents.filter(({ value }) => isRoutesFile(value)).map(readRoutesFile)
  const { objects, subjects } = collectObjects(
    documents.filter(({ value }) => !isRoutesFile(value)),
  )
  const kubernetes = readObjects(objects, className)
  const manifest = joinManifests([...files.map(({ manifest: part }) => part), kubernetes])
  const missing = reviewSecrets(ofKind(objects, 'Secret'), kubernetes.tlsHosts)
  const findings = [
    ...files.flatMap((file) => file.findings),
    ...subjects.flatMap((subject) => subject.findings),
    ...missing,
  ]
  return { manifest, findings }
}

function readObjects(objects: readonly KubernetesObject[], className: string): Manifest {
  const grants = ofKind(objects, 'ReferenceGrant').map(readReferenceGrant)
  const gateways = ofKind(objects, 'Gateway').map((one) => readGateway(one, { className, grants }))
  const context: RoutingContext = {
    classes: readClassRules(ofKind(objects, 'IngressClass'), className),
    gateways: new Map(gateways.map((gateway) => [gateway.key, gateway])),
    grants,
  }
  for (const object of ofKind(objects, 'GatewayClass')) tellGatewayClass(object)
  const routing = objects.map((object) => readRouting(object, context))
  return {
    listeners: gateways.flatMap(({ listeners }) => listeners.map(({ listener }) => listener)),
    routes: routing.flatMap(({ routes }) => routes),
    backends: [],
    hosts: [],
    services: ofKind(objects, 'Service').map(readService),
    endpointSlices: ofKind(objects, 'EndpointSlice').flatMap(readEndpointSlice),
    tlsHosts: [...gateways, ...routing].flatMap(({ tlsHosts }) => tlsHosts),
  }
}

/** What an Ingress or a route says about requests; nothing for any other kind. */
function readRouting(object: KubernetesObject, context: RoutingContext): IngressRules {
  if (object.kind === 'Ingress') return readIngress(object, context.classes)
  if (object.kind !== 'HTTPRoute') return { routes: [], tlsHosts: [] }
  const route = readHttpRoute(object, context)
  return { routes: route === undefined ? [] : [route], tlsHosts: [] }
}

function ofKind(objects: readonly KubernetesObject[], kind: Kind): readonly KubernetesObject[] {
  return objects.filter((object) => object.kind === kind)
}

/** A Gateway says by name which class it is of; what a controller sets up for it has no use here. */
function tellGatewayClass({ root }: KubernetesObject): void {
  tell(root, {
    code: 'kind-not-read',
    text: 'is a GatewayClass, of which the name alone matters',
    remedy: 'nothing to do: Gateways refer to it by gatewayClassName',
  })
}

function joinManifests(parts: readonly Manifest[]): Manifest {
  return {
    listeners: parts.flatMap((part) => part.listeners),
    routes: parts.flatMap((part) => part.routes),
    backends: parts.flatMap((part) => part.backends),
    hosts: parts.flatMap((part) => part.hosts),
    services: parts.flatMap((part) => part.services),
    endpointSlices: parts.flatMap((part) => part.endpointSlices),
    tlsHosts: parts.flatMap((part) => part.tlsHosts),
  }
}
