import { describe, expect, it } from 'vitest'
import { parseDocuments } from '../../../src/documents/documents.ts'
import { readSources } from '../../../src/sources/read.ts'

const ROUTES = JSON.stringify({
  version: 1,
  routes: [{ host: 'file.test', path: '/', backend: 'http://127.0.0.1:9000' }],
})

const INGRESS = `apiVersion: networking.k8s.io/v1
kind: Ingress
metadata: { name: shop }
spec:
  ingressClassName: postern
  rules:
  - host: object.test
    http: { paths: [{ path: /, pathType: Prefix, backend: { service: { name: web, port: { number: 80 } } } }] }
`

function read(files: readonly (readonly [name: string, text: string])[]) {
  const documents = files.flatMap(([name, text]) => parseDocuments({ name, text }).documents)
  return readSources(documents, { className: 'postern' })
}

describe('readSources', () => {
  it('joins a routes file and Kubernetes objects', () => {
    const { manifest, findings } = read([
      ['routes.json', ROUTES],
      ['ingress.yaml', INGRESS],
    ])
    expect(findings).toEqual([])
    expect(manifest.routes.map(({ kind, origin }) => [kind, origin.file])).toEqual([
      ['routes.json', 'routes.json'],
      ['Ingress', 'ingress.yaml'],
    ])
  })

  it('keeps the objects where a routes file is refused', () => {
    const { manifest, findings } = read([
      ['routes.json', '{ "version": 1, "routes": [], "unknown": 1 }'],
      ['ingress.yaml', INGRESS],
    ])
    expect(findings).toMatchObject([{ severity: 'error', file: 'routes.json' }])
    expect(manifest.routes).toMatchObject([{ kind: 'Ingress' }])
  })

  it('names both files where two hold the same object', () => {
    const { findings } = read([
      ['a.yaml', INGRESS],
      ['b.yaml', INGRESS],
    ])
    expect(findings).toMatchObject([{ code: 'duplicate-object', file: 'b.yaml' }])
    expect(findings[0]?.message).toContain('a.yaml:1:1')
  })

  it('gives an empty Manifest for no documents', () => {
    expect(readSources([], { className: 'postern' })).toEqual({
      manifest: {
        listeners: [],
        routes: [],
        backends: [],
        hosts: [],
        services: [],
        endpointSlices: [],
        tlsHosts: [],
      },
      findings: [],
    })
  })
})
