/** Ingress objects as kubectl shows them, those of other classes included. */
import type { Bundle } from '../../src/model/bundle.ts'
import type { RuleDocument } from '../../src/documents/documents.ts'
import { CLASS_ANNOTATION } from '../../src/sources/ingress/class.ts'
import { collectObjects } from '../../src/sources/kubernetes/objects.ts'
import type { KubernetesObject } from '../../src/sources/kubernetes/metadata.ts'
import { peekField, readItems, type Field } from '../../src/sources/kubernetes/reader.ts'
import type { Manifest } from '../../src/model/manifest.ts'
import { describePlace } from './place.ts'
import type { Column, Item, Shown } from './view.ts'

const COLUMNS: readonly Column[] = [
  { title: 'NAMESPACE' },
  { title: 'NAME' },
  { title: 'CLASS' },
  { title: 'HOSTS' },
  { title: 'ADDRESS' },
  { title: 'PORTS' },
  { title: 'AGE' },
  { title: 'SOURCE', wide: true },
]

interface Rules {
  readonly documents: readonly RuleDocument[]
  readonly manifest: Manifest
  readonly bundle: Bundle
}

/** The Ingress objects in file order; address and port are those where postern serves them. */
export function ingressView({ documents, manifest, bundle }: Rules, nowMs: number): Shown {
  const served = new Set(
    manifest.routes
      .filter(({ kind }) => kind === 'Ingress')
      .map(({ namespace, name }) => `${namespace}/${name}`),
  )
  const ingresses = collectObjects(documents).objects.filter(({ kind }) => kind === 'Ingress')
  return {
    columns: COLUMNS,
    items: ingresses.map((object) => {
      const { namespace, name } = object
      return itemOf(object, served.has(`${namespace}/${name}`) ? bundle : undefined, nowMs)
    }),
    empty: 'no Ingress objects',
  }
}

function itemOf(object: KubernetesObject, bundle: Bundle | undefined, nowMs: number): Item {
  const { namespace, name, createdAtMs, origin } = object
  const sockets = socketsFor(object, bundle)
  const addresses = [...new Set(sockets.map(({ address }) => address ?? '*'))]
  const ports = [...new Set(sockets.map(({ port }) => port))]
  const className = classOf(object)
  const hosts = hostsOf(object)
  const source = describePlace(origin)
  return {
    cells: [
      namespace,
      name,
      className ?? '<none>',
      hosts.length === 0 ? '*' : hosts.join(','),
      addresses.join(','),
      ports.join(', '),
      createdAtMs === undefined ? '<unknown>' : describeAge(nowMs - createdAtMs),
      source,
    ],
    json: {
      namespace,
      name,
      class: className ?? null,
      hosts,
      addresses,
      ports,
      ...(createdAtMs === undefined ? {} : { created: new Date(createdAtMs).toISOString() }),
      served: bundle !== undefined,
      source,
    },
  }
}

/** Every HTTP socket, and where the object has a tls section the HTTPS ones too. */
function socketsFor(object: KubernetesObject, bundle: Bundle | undefined): Bundle['sockets'] {
  const secure = readItems(peekField(peekField(object.root, 'spec'), 'tls')).length > 0
  return bundle?.sockets.filter(({ protocol }) => protocol === 'HTTP' || secure) ?? []
}

/** The annotation wins over the field, as it does where class is judged. */
function classOf({ root, annotations }: KubernetesObject): string | undefined {
  const legacy = textOf(peekField(annotations, CLASS_ANNOTATION))
  return legacy ?? textOf(peekField(peekField(root, 'spec'), 'ingressClassName'))
}

function hostsOf({ root }: KubernetesObject): readonly string[] {
  const rules = readItems(peekField(peekField(root, 'spec'), 'rules'))
  const hosts = rules.map((rule) => textOf(peekField(rule, 'host')) ?? '*')
  return [...new Set(hosts)]
}

function textOf({ value }: Field): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined
}

/** As kubectl writes ages: the two largest units while they are small, then one. */
export function describeAge(ageMs: number): string {
  const seconds = Math.max(0, Math.floor(ageMs / 1000))
  if (seconds < 120) return `${seconds}s`
  const minutes = Math.floor(seconds / 60)
  if (minutes < 10) return withRest(minutes, 'm', seconds % 60, 's')
  if (minutes < 180) return `${minutes}m`
  const hours = Math.floor(minutes / 60)
  if (hours < 8) return withRest(hours, 'h', minutes % 60, 'm')
  if (hours < 48) return `${hours}h`
  const days = Math.floor(hours / 24)
  if (days < 8) return withRest(days, 'd', hours % 24, 'h')
  if (days < 730) return `${days}d`
  return withRest(Math.floor(days / 365), 'y', days % 365, 'd')
}

function withRest(count: number, unit: string, rest: number, restUnit: string): string {
  return rest === 0 ? `${count}${unit}` : `${count}${unit}${rest}${restUnit}`
}
