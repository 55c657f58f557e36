import { describe, expect, it } from 'vitest'
import { indent, readRules } from '../rules.ts'
import type { ReadRules } from '../rules.ts'

function readService(spec: string): ReadRules {
  return readRules(`apiVersion: v1
kind: Service
metadata: { name: web, namespace: store }
spec:
  ${indent(spec, 2)}
`)
}

describe('readService', () => {
  it('keeps what addressing needs', () => {
    const read = readService(`clusterIP: 10.96.0.7
selector: { app: web }
ports:
- { name: http, port: 80, targetPort: web, nodePort: 30080, appProtocol: kubernetes.io/h2c }
- { name: metrics, port: 9090, targetPort: 9091, protocol: TCP }
- { name: dns, port: 53, protocol: UDP }`)
    expect(read.codes).toEqual([])
    expect(read.manifest.services).toMatchObject([
      {
        namespace: 'store',
        name: 'web',
        type: 'clusterIp',
        clusterIp: '10.96.0.7',
        ports: [
          {
            name: 'http',
            port: 80,
            targetPort: 'web',
            protocol: 'TCP',
            appProtocol: 'kubernetes.io/h2c',
          },
          {
            name: 'metrics',
            port: 9090,
            targetPort: 9091,
            protocol: 'TCP',
            appProtocol: undefined,
          },
          { name: 'dns', port: 53, targetPort: undefined, protocol: 'UDP' },
        ],
        origin: { line: 1, column: 1 },
      },
    ])
  })

  it.each([
    { spec: 'type: ClusterIP', type: 'clusterIp' },
    { spec: 'type: NodePort', type: 'clusterIp' },
    { spec: 'type: LoadBalancer', type: 'clusterIp' },
    { spec: 'clusterIP: None', type: 'headless' },
    { spec: "clusterIP: ''", type: 'clusterIp' },
    { spec: 'type: ExternalName\nexternalName: metadata.google.internal', type: 'externalName' },
  ])('reads $spec as $type without address', ({ spec, type }) => {
    const read = readService(spec)
    expect(read.codes).toEqual([])
    expect(read.manifest.services).toMatchObject([{ type, clusterIp: undefined }])
  })

  it('keeps no trace of an external name', () => {
    const { manifest } = readService('type: ExternalName\nexternalName: metadata.google.internal')
    expect(JSON.stringify(manifest)).not.toContain('metadata.google.internal')
  })

  it.each(['127.0.0.1', '169.254.169.254', '0.0.0.0', "'::1'", "'fe80::1'", "'::ffff:127.0.0.1'"])(
    'refuses %s as the address of a Service (KU-06)',
    (address) => {
      const read = readService(`clusterIP: ${address}`)
      expect(read.codes).toEqual(['error forbidden-address'])
      expect(read.manifest.services).toMatchObject([{ clusterIp: undefined }])
    },
  )

  it('keeps the readable ports beside others', () => {
    const read = readService('ports: [{ name: a, port: 0 }, { name: b, port: 80 }]')
    expect(read.codes).toEqual(['error out-of-range'])
    expect(read.manifest.services[0]?.ports).toMatchObject([{ name: 'b', port: 80 }])
  })

  it('wants a name for each of several ports', () => {
    expect(readService('ports: [{ port: 80 }]').codes).toEqual([])
    expect(readService('ports: [{ port: 80 }, { name: b, port: 81 }]').codes).toEqual([
      'error missing-field',
    ])
  })

  it('says that session affinity has no effect', () => {
    expect(readService('sessionAffinity: ClientIP').codes).toEqual(['warning field-not-read'])
  })

  it('warns about annotations of controllers and is silent about those of others', () => {
    const read = readRules(`apiVersion: v1
kind: Service
metadata:
  name: web
  annotations: { prometheus.io/scrape: 'true', nginx.ingress.kubernetes.io/service-upstream: 'true' }
spec: {}`)
    expect(read.codes).toEqual(['warning annotation-not-read'])
  })
})
