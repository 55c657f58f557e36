/** G-23: whoever may write objects in one namespace is not trusted with anything outside it. */
import { describe, expect, it } from 'vitest'
import { parseDocuments } from '../../src/documents/documents.ts'
import type { Manifest } from '../../src/model/manifest.ts'
import { readSources } from '../../src/sources/read.ts'

function read(...objects: readonly object[]): Manifest {
  const list = { apiVersion: 'v1', kind: 'List', items: objects }
  const { documents } = parseDocuments({ name: 'objects.json', text: JSON.stringify(list) })
  return readSources(documents, { className: 'postern' }).manifest
}

const GATEWAY = {
  apiVersion: 'gateway.networking.k8s.io/v1',
  kind: 'Gateway',
  metadata: { name: 'edge', namespace: 'tenant' },
  spec: {
    gatewayClassName: 'postern',
    listeners: [{ name: 'http', port: 80, protocol: 'HTTP' }],
  },
}

function route(rule: object): object {
  return {
    apiVersion: 'gateway.networking.k8s.io/v1',
    kind: 'HTTPRoute',
    metadata: { name: 'shop', namespace: 'tenant' },
    spec: { parentRefs: [{ name: 'edge' }], rules: [rule] },
  }
}

describe('objects of a tenant', () => {
  it.each([
    { name: 'a Service elsewhere (KU-01)', backend: { name: 'db', namespace: 'data', port: 80 } },
    {
      name: 'a handler inside a proxy (KU-08)',
      backend: { group: 'traefik.io', kind: 'TraefikService', name: 'api@internal' },
    },
    { name: 'a Secret', backend: { kind: 'Secret', name: 'tls', port: 80 } },
    { name: 'a name that ends in another namespace', backend: { name: '../data/db', port: 80 } },
  ])('send no request to $name', ({ backend }) => {
    const { routes } = read(GATEWAY, route({ backendRefs: [backend] }))
    expect(routes[0]?.rules[0]?.backends.map(({ target }) => target)).toEqual([{ type: 'invalid' }])
  })

  it('cannot grant themselves what another namespace has', () => {
    const grant = {
      apiVersion: 'gateway.networking.k8s.io/v1',
      kind: 'ReferenceGrant',
      metadata: { name: 'mine', namespace: 'tenant' },
      spec: {
        from: [{ group: 'gateway.networking.k8s.io', kind: 'HTTPRoute', namespace: 'tenant' }],
        to: [{ group: '', kind: 'Service' }],
      },
    }
    const reference = { name: 'db', namespace: 'data', port: 80 }
    const { routes } = read(GATEWAY, grant, route({ backendRefs: [reference] }))
    expect(routes[0]?.rules[0]?.backends[0]?.target).toEqual({ type: 'invalid' })
  })

  it.each(['127.0.0.1', '169.254.169.254', '0.0.0.0', '100.100.100.200'])(
    'give no Service the address %s (KU-06)',
    (address) => {
      const service = {
        apiVersion: 'v1',
        kind: 'Service',
        metadata: { name: 'web' },
        spec: { clusterIP: address, ports: [{ port: 80 }] },
      }
      const slice = {
        apiVersion: 'discovery.k8s.io/v1',
        kind: 'EndpointSlice',
        metadata: { name: 'web', labels: { 'kubernetes.io/service-name': 'web' } },
        addressType: 'IPv4',
        ports: [{ port: 80 }],
        endpoints: [{ addresses: [address] }],
      }
      expect(JSON.stringify(read(service, slice))).not.toContain(address)
    },
  )

  it('do not open by a mistake in a filter what the filter was for', () => {
    const filters = [{ type: 'ExternalAuth', externalAuth: {} }]
    const backendRefs = [{ name: 'web', port: 80 }]
    const matches = [{ path: { value: '/admin' } }]
    const { routes } = read(GATEWAY, route({ matches, filters, backendRefs }))
    expect(routes[0]?.rules).toMatchObject([
      { invalid: true, matches: [{ path: { value: '/admin' } }] },
    ])
  })

  it('cannot take a host by an unreadable one', () => {
    const object = {
      apiVersion: 'networking.k8s.io/v1',
      kind: 'Ingress',
      metadata: { name: 'shop', namespace: 'tenant' },
      spec: {
        ingressClassName: 'postern',
        rules: [
          {
            host: 'a.test/',
            http: {
              paths: [
                {
                  path: '/',
                  pathType: 'Prefix',
                  backend: { service: { name: 'web', port: { number: 80 } } },
                },
              ],
            },
          },
        ],
      },
    }
    expect(read(object).routes).toEqual([])
  })
})
