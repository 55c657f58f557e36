import { describe, expect, it } from 'vitest'
import { indent, readRules } from '../rules.ts'
import type { ReadRules } from '../rules.ts'

function readSlice(body: string, labels = '{ kubernetes.io/service-name: web }'): ReadRules {
  return readRules(`apiVersion: discovery.k8s.io/v1
kind: EndpointSlice
metadata: { name: web-abc, namespace: store, labels: ${labels} }
${indent(body, 0)}
`)
}

describe('readEndpointSlice', () => {
  it('keeps what addressing needs', () => {
    const read = readSlice(`addressType: IPv4
ports: [{ name: http, port: 8080, protocol: TCP }, { name: '', port: 9090 }]
endpoints:
- { addresses: [10.0.0.1, 10.0.0.2], conditions: { ready: true }, nodeName: a, zone: z }
- { addresses: [10.0.0.3], conditions: { ready: false, serving: true, terminating: true } }
- { addresses: [10.0.0.4] }`)
    expect(read.codes).toEqual([])
    expect(read.manifest.endpointSlices).toMatchObject([
      {
        namespace: 'store',
        service: 'web',
        addressType: 'IPv4',
        ports: [
          { name: 'http', port: 8080 },
          { name: undefined, port: 9090 },
        ],
        endpoints: [
          { addresses: ['10.0.0.1', '10.0.0.2'], ready: true },
          { addresses: ['10.0.0.3'], ready: false },
          { addresses: ['10.0.0.4'], ready: true },
        ],
      },
    ])
  })

  it('leaves out ports that no HTTP request can go to', () => {
    const read = readSlice(`addressType: IPv4
ports: [{ name: dns, port: 53, protocol: UDP }, { name: any }]
endpoints: []`)
    expect(read.manifest.endpointSlices[0]?.ports).toEqual([])
  })

  it.each([
    { type: 'IPv4', address: '127.0.0.1', code: 'forbidden-address' },
    { type: 'IPv4', address: '127.8.9.10', code: 'forbidden-address' },
    { type: 'IPv4', address: '169.254.169.254', code: 'forbidden-address' },
    { type: 'IPv4', address: '169.254.1.1', code: 'forbidden-address' },
    { type: 'IPv4', address: '0.0.0.0', code: 'forbidden-address' },
    { type: 'IPv4', address: '224.0.0.1', code: 'forbidden-address' },
    { type: 'IPv4', address: '100.100.100.200', code: 'forbidden-address' },
    { type: 'IPv6', address: "'::1'", code: 'forbidden-address' },
    { type: 'IPv6', address: "'fe80::1'", code: 'forbidden-address' },
    { type: 'IPv6', address: "'64:ff9b::7f00:1'", code: 'forbidden-address' },
    { type: 'IPv4', address: '2852039166', code: 'invalid-address' },
    { type: 'IPv4', address: "'0x7f.1'", code: 'invalid-address' },
    { type: 'IPv4', address: "'010.0.0.1'", code: 'invalid-address' },
    { type: 'IPv4', address: "'10.0.0.1:80'", code: 'invalid-address' },
    { type: 'IPv4', address: "'2001:db8::1'", code: 'invalid-address' },
    { type: 'IPv6', address: '10.0.0.1', code: 'invalid-address' },
    { type: 'IPv6', address: "'::ffff:10.0.0.1'", code: 'invalid-address' },
    { type: 'FQDN', address: 'localhost', code: 'forbidden-address' },
    { type: 'FQDN', address: 'a.localhost', code: 'forbidden-address' },
    { type: 'FQDN', address: 'LOCALHOST', code: 'forbidden-address' },
    { type: 'FQDN', address: 'metadata.google.internal', code: 'forbidden-address' },
    { type: 'FQDN', address: "'*.test'", code: 'invalid-address' },
    { type: 'FQDN', address: '10.0.0.1', code: 'invalid-address' },
  ])('refuses $address of type $type', ({ type, address, code }) => {
    const quoted = /^\d+$/.test(address) ? `'${address}'` : address
    const read = readSlice(`addressType: ${type}
ports: [{ port: 80 }]
endpoints: [{ addresses: [${quoted}] }]`)
    expect(read.codes).toEqual([`error ${code}`])
    expect(read.manifest.endpointSlices).toMatchObject([{ endpoints: [] }])
  })

  it('keeps the other addresses of an endpoint', () => {
    const read = readSlice(`addressType: IPv4
ports: [{ port: 80 }]
endpoints: [{ addresses: [127.0.0.1, 10.0.0.1] }]`)
    expect(read.manifest.endpointSlices[0]?.endpoints).toEqual([
      { addresses: ['10.0.0.1'], ready: true },
    ])
  })

  it('leaves out a slice that belongs to no Service', () => {
    const read = readSlice('addressType: IPv4\nendpoints: []', '{}')
    expect(read.codes).toEqual(['warning slice-without-service'])
    expect(read.manifest.endpointSlices).toEqual([])
  })

  it.each(['addressType: IP', 'endpoints: []'])('leaves out a slice with %s', (body) => {
    const read = readSlice(body)
    expect(read.findings).toMatchObject([{ severity: 'error' }])
    expect(read.manifest.endpointSlices).toEqual([])
  })
})
