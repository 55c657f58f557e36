import { describe, expect, it } from 'vitest'
import { readRules } from '../rules.ts'
import { gateway, grant } from './objects.ts'

const HTTPS = 'name: https, port: 443, protocol: HTTPS'

describe('readGateway', () => {
  it('makes a listener of each entry', () => {
    const read = readRules(
      gateway(`
  - { name: http, port: 80, protocol: HTTP }
  - { ${HTTPS}, hostname: '*.a.test', tls: { certificateRefs: [{ name: cert }] } }`),
    )
    expect(read.codes).toEqual(['info secret-not-found'])
    expect(read.manifest.listeners).toMatchObject([
      {
        name: 'http',
        gateway: 'infra/edge',
        address: undefined,
        port: 80,
        protocol: 'HTTP',
        hostname: { type: 'any' },
        pathAmbiguity: 'policy',
        mergeSlashes: false,
        origin: { object: 'Gateway infra/edge', line: 8 },
      },
      {
        name: 'https',
        port: 443,
        protocol: 'HTTPS',
        hostname: { type: 'wildcard', depth: 'many', name: 'a.test' },
      },
    ])
    expect(read.manifest.tlsHosts).toMatchObject([
      { host: { type: 'wildcard', depth: 'many', name: 'a.test' }, secret: 'infra/cert' },
    ])
  })

  it('skips a Gateway of another class and tells how to serve it', () => {
    const read = readRules(gateway(), { className: 'cilium' })
    expect(read.findings).toMatchObject([{ severity: 'info', code: 'class-skipped' }])
    expect(read.findings[0]?.remedy).toContain('--class postern')
    expect(read.manifest.listeners).toEqual([])
  })

  it('tells that a GatewayClass matters by its name alone', () => {
    const read = readRules(`apiVersion: gateway.networking.k8s.io/v1
kind: GatewayClass
metadata: { name: postern }
spec: { controllerName: example.test/controller }`)
    expect(read.codes).toEqual(['info kind-not-read'])
  })

  it.each([
    { listener: 'name: a, port: 80, protocol: TCP', codes: ['error listener-protocol'] },
    { listener: 'name: a, port: 443, protocol: TLS', codes: ['error listener-protocol'] },
    { listener: 'name: a, port: 0, protocol: HTTP', codes: ['error out-of-range'] },
    { listener: 'port: 80, protocol: HTTP', codes: ['error missing-field'] },
    { listener: 'name: a, protocol: HTTP', codes: ['error missing-field'] },
    { listener: 'name: a, port: 80', codes: ['error missing-field'] },
    {
      listener: 'name: a, port: 80, protocol: HTTP, hostname: 192.0.2.1',
      codes: ['error invalid-host'],
    },
    { listener: `${HTTPS}, tls: { mode: Passthrough }`, codes: ['error unknown-value'] },
    {
      listener: `${HTTPS}, tls: { certificateRefs: [{ name: c }], frontendValidation: {} }`,
      codes: ['error tls-validation'],
    },
  ])('does not open listener { $listener }, and opens the others', ({ listener, codes }) => {
    const read = readRules(gateway(`[{ ${listener} }, { name: kept, port: 81, protocol: HTTP }]`))
    expect(read.codes).toEqual(codes)
    expect(read.manifest.listeners).toMatchObject([{ name: 'kept' }])
  })

  it('refuses a second listener of the same name', () => {
    const read = readRules(
      gateway('[{ name: a, port: 80, protocol: HTTP }, { name: a, port: 81, protocol: HTTP }]'),
    )
    expect(read.codes).toEqual(['error listener-name'])
    expect(read.manifest.listeners).toMatchObject([{ port: 80 }])
  })

  it('opens nothing where client certificates are asked for', () => {
    const read = readRules(`${gateway()}  tls: { frontend: { default: {} } }`)
    expect(read.codes).toEqual(['error tls-validation', 'error no-listener'])
    expect(read.manifest.listeners).toEqual([])
  })

  it('binds the address that a Gateway asks for', () => {
    const one = readRules(`${gateway()}  addresses: [{ type: IPAddress, value: 192.0.2.7 }]`)
    expect(one.codes).toEqual([])
    expect(one.manifest.listeners).toMatchObject([{ address: '192.0.2.7' }])
    const two = readRules(`${gateway()}  addresses: [{ value: 192.0.2.7 }, { value: 192.0.2.8 }]`)
    expect(two.codes).toEqual(['error several-addresses'])
    expect(two.manifest.listeners).toMatchObject([{ address: '192.0.2.7' }])
  })

  it('opens nothing where the address that it asks for cannot be read', () => {
    const read = readRules(`${gateway()}  addresses: [{ type: IPAddress, value: a.test }]`)
    expect(read.codes).toEqual(['error invalid-address', 'error no-listener'])
    expect(read.manifest.listeners).toEqual([])
  })

  it('does not take a name for an address to listen on', () => {
    const read = readRules(`${gateway()}  addresses: [{ type: Hostname, value: a.test }]`)
    expect(read.codes).toEqual(['warning field-not-read'])
    expect(read.manifest.listeners).toMatchObject([{ address: undefined }])
  })

  it('uses the default certificate where an HTTPS listener names none', () => {
    const read = readRules(gateway(`[{ ${HTTPS}, hostname: a.test }]`))
    expect(read.codes).toEqual(['warning tls-without-certificate'])
    expect(read.manifest.tlsHosts).toMatchObject([{ secret: undefined }])
  })

  it('takes a certificate of another namespace only where that permits it', () => {
    const listener = gateway(
      `[{ ${HTTPS}, tls: { certificateRefs: [{ name: cert, namespace: data }] } }]`,
    )
    const from = '{ group: gateway.networking.k8s.io, kind: Gateway, namespace: infra }'
    const to = "{ group: '', kind: Secret, name: cert }"
    const refused = readRules(listener)
    expect(refused.codes).toEqual(['error ref-not-permitted'])
    expect(refused.manifest.tlsHosts).toEqual([])
    expect(readRules(listener + grant(from, to)).manifest.tlsHosts).toMatchObject([
      { secret: 'data/cert' },
    ])
  })
})
