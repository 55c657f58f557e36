import { describe, expect, it } from 'vitest'
import { pack } from '../../../src/compile/pack.ts'
import { openPacked } from '../../../src/gateway/packed-reader.ts'
import type { Bundle } from '../../../src/model/bundle.ts'
import { BUFFER_BYTES, packedBuffers, type PackedBundle } from '../../../src/model/packed.ts'
import { compiled, host, listener, route, rule } from './builders.ts'

const bundleOf = (hosts: number): Bundle =>
  compiled({
    routes: Array.from({ length: hosts }, (_, i) =>
      route(`r${i}`, { hostnames: [host(`host-${i}.test`)], rules: [rule(['/', `/${i}`])] }),
    ),
  }).bundle

const text = (packed: PackedBundle): string =>
  packedBuffers(packed)
    .map((buffer) => new TextDecoder('latin1').decode(buffer))
    .join('|')

describe('pack', () => {
  it('gives the same bytes for the same bundle', () => {
    expect(text(pack(bundleOf(50)))).toBe(text(pack(bundleOf(50))))
  })

  it('lays the entries out in another way for another seed', () => {
    expect(text(pack(bundleOf(50), { seed: 7 }))).not.toBe(text(pack(bundleOf(50))))
  })

  it('writes readable JSON, without what is the same everywhere', () => {
    const [documents] = pack(bundleOf(1)).hosts.documents
    expect(new TextDecoder().decode(documents)).toBe(
      '{"actions":[{"backends":[{"ref":"http://127.0.0.1:9000",' +
        '"cluster":"url/http://127.0.0.1:9000","weight":1}]}],' +
        '"sources":[{"name":"default/r0","object":"Ingress default/r0","file":"rules.yaml"}],' +
        '"routes":[["/0",0,0,0,30,3],["/",0,0,0,30,3]]}',
    )
  })

  it('writes a document that two tables share once', () => {
    const one = compiled({ routes: [route('a')] }).bundle
    const both = compiled({
      routes: [route('a'), route('b', { hostnames: [host('b.test')] })],
      listeners: [listener('web'), listener('tls', { protocol: 'HTTPS', port: 8443 })],
      tlsHosts: [{ host: host('a.test'), secret: undefined, origin: route('a').origin }],
    }).bundle
    const bytes = (bundle: Bundle): number =>
      pack(bundle).hosts.documents.reduce((sum, buffer) => sum + buffer.byteLength, 0)
    expect(Object.keys(both.hosts)).toHaveLength(3)
    expect(bytes(both)).toBe(2 * bytes(one))
  })

  it('begins another buffer where one is full, and gives a large document its own', () => {
    const bundle = bundleOf(4)
    const long = `/${'x'.repeat(BUFFER_BYTES)}`
    const grown = Object.fromEntries(
      Object.entries(bundle.hosts).map(([key, virtualHost], i) => {
        const first = virtualHost.routes.slice(0, 1)
        const routes = i === 2 ? first.map((one) => ({ ...one, path: long })) : first
        return [key, { ...virtualHost, routes }]
      }),
    )
    const packed = pack({ ...bundle, hosts: grown })
    expect(packed.hosts.documents).toHaveLength(3)
    const opened = openPacked(packed)
    if (opened.type === 'refused') throw new Error(opened.finding.message)
    for (const [key, virtualHost] of Object.entries(grown)) {
      expect(opened.reader.virtualHost(0, key.slice(2))).toEqual(virtualHost)
    }
  })

  it('can be moved to another thread', () => {
    const packed = pack(bundleOf(3))
    const moved = structuredClone(packed, { transfer: packedBuffers(packed) })
    expect(packedBuffers(packed).every((buffer) => buffer.byteLength === 0)).toBe(true)
    const opened = openPacked(moved)
    if (opened.type === 'refused') throw new Error(opened.finding.message)
    expect(opened.reader.virtualHost(0, 'host-1.test')?.host).toBe('host-1.test')
  })
})
