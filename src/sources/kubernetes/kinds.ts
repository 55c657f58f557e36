/**
 * Which kinds of Kubernetes objects are read, in which versions, and how loudly the others are
 * reported. To read a new kind, start here.
 */
import { suggest } from './suggestion.ts'

/** A kind that becomes part of the rules. */
export type Kind =
  | 'EndpointSlice'
  | 'Gateway'
  | 'GatewayClass'
  | 'HTTPRoute'
  | 'Ingress'
  | 'IngressClass'
  | 'ReferenceGrant'
  | 'Secret'
  | 'Service'

/** What becomes of an object by its kind and version. */
export type KindVerdict =
  | { readonly type: 'read'; readonly kind: Kind; readonly namespaced: boolean }
  /** A kind that is read, in a version that is not; `wanted` is one that is. */
  | { readonly type: 'version'; readonly wanted: string }
  /** Not read. `routing` says that the object could change where or to whom requests go. */
  | { readonly type: 'unread'; readonly routing: boolean; readonly near: string | undefined }

interface KindEntry {
  readonly group: string
  /** The preferred one first. */
  readonly versions: readonly string[]
  readonly namespaced: boolean
  /** Groups that the kind lived in before, with other fields. */
  readonly formerGroups?: readonly string[]
}

const GATEWAY_GROUP = 'gateway.networking.k8s.io'

const KINDS: ReadonlyMap<string, KindEntry & { readonly kind: Kind }> = new Map(
  (
    [
      ['EndpointSlice', { group: 'discovery.k8s.io', versions: ['v1'], namespaced: true }],
      // v1beta1 of these has the same fields as v1.
      ['Gateway', { group: GATEWAY_GROUP, versions: ['v1', 'v1beta1'], namespaced: true }],
      ['GatewayClass', { group: GATEWAY_GROUP, versions: ['v1', 'v1beta1'], namespaced: false }],
      ['HTTPRoute', { group: GATEWAY_GROUP, versions: ['v1', 'v1beta1'], namespaced: true }],
      ['ReferenceGrant', { group: GATEWAY_GROUP, versions: ['v1', 'v1beta1'], namespaced: true }],
      [
        'Ingress',
        {
          group: 'networking.k8s.io',
          versions: ['v1'],
          namespaced: true,
          formerGroups: ['extensions'],
        },
      ],
      ['IngressClass', { group: 'networking.k8s.io', versions: ['v1'], namespaced: false }],
      ['Secret', { group: '', versions: ['v1'], namespaced: true }],
      ['Service', { group: '', versions: ['v1'], namespaced: true }],
    ] as readonly (readonly [Kind, KindEntry])[]
  ).map(([kind, entry]) => [kind, { ...entry, kind }]),
)

/** Groups of ingress and mesh projects: what their objects say about requests would be missed. */
const ROUTING_GROUPS: ReadonlySet<string> = new Set([
  GATEWAY_GROUP,
  'cilium.io',
  'configuration.konghq.com',
  'gateway.envoyproxy.io',
  'gateway.networking.x-k8s.io',
  'networking.istio.io',
  'projectcontour.io',
  'security.istio.io',
  'traefik.containo.us',
  'traefik.io',
])

/** Kinds of general groups that say who may come in or where a service is. */
const ROUTING_KINDS: ReadonlySet<string> = new Set(['Endpoints', 'NetworkPolicy'])

/** Kinds of Cilium about addresses and nodes, which mean nothing outside its cluster. */
const CLUSTER_ONLY = /^Cilium(BGP|Endpoint|Identity|L2|LoadBalancerIPPool|Node)/

/** What becomes of an object of this `apiVersion` (`networking.k8s.io/v1`, `v1`) and `kind`. */
export function judgeKind(apiVersion: string, kind: string): KindVerdict {
  const slash = apiVersion.indexOf('/')
  const group = slash < 0 ? '' : apiVersion.slice(0, slash)
  const version = apiVersion.slice(slash + 1)
  const entry = KINDS.get(kind)
  if (entry === undefined) return judgeUnread(group, kind)
  if (entry.group === group && entry.versions.includes(version)) {
    return { type: 'read', kind: entry.kind, namespaced: entry.namespaced }
  }
  if (entry.group !== group && entry.formerGroups?.includes(group) !== true) {
    return judgeUnread(group, kind)
  }
  const wanted = entry.group === '' ? entry.versions[0] : `${entry.group}/${entry.versions[0]}`
  return { type: 'version', wanted: wanted ?? '' }
}

function judgeUnread(group: string, kind: string): KindVerdict {
  const siblings = [...KINDS].filter(([, entry]) => entry.group === group).map(([name]) => name)
  const near = siblings.includes(kind) ? undefined : suggest(kind, siblings)
  const routing = (ROUTING_GROUPS.has(group) && !CLUSTER_ONLY.test(kind)) || ROUTING_KINDS.has(kind)
  return { type: 'unread', routing, near }
}
