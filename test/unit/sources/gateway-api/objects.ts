/** Gateway API objects for the tests of this folder. */

/** A Gateway of our class, `infra/edge`, with these listeners. */
export function gateway(listeners = '[{ name: http, port: 80, protocol: HTTP }]'): string {
  return `---
apiVersion: gateway.networking.k8s.io/v1
kind: Gateway
metadata: { name: edge, namespace: infra }
spec:
  gatewayClassName: postern
  listeners: ${listeners}
`
}

/** An HTTPRoute `infra/shop` of the Gateway with this rest of its spec. */
export function route(spec: string, parentRefs = '[{ name: edge }]', namespace = 'infra'): string {
  return `---
apiVersion: gateway.networking.k8s.io/v1
kind: HTTPRoute
metadata: { name: shop, namespace: ${namespace} }
spec:
  parentRefs: ${parentRefs}
  ${spec.replaceAll('\n', '\n  ')}
`
}

/** A grant in namespace `data` for what `from` and `to` say. */
export function grant(from: string, to: string): string {
  return `---
apiVersion: gateway.networking.k8s.io/v1
kind: ReferenceGrant
metadata: { name: grant, namespace: data }
spec: { from: [${from}], to: [${to}] }
`
}
