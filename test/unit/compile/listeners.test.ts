import { describe, expect, it } from 'vitest'
import type { SocketOptions } from '../../../src/compile/listeners.ts'
import type { Listener } from '../../../src/model/manifest.ts'
import { codes, compiled, host, listener } from './builders.ts'

const everywhere = (port: number) => ({ address: undefined, port })

interface Case {
  readonly name: string
  readonly listeners: readonly Listener[]
  readonly sockets?: SocketOptions
  /** Key of each socket with the names of its listeners. */
  readonly expect: Readonly<Record<string, readonly string[]>>
  readonly findings?: readonly string[]
}

const gateway = (name: string, parts: Partial<Listener>) =>
  listener(name, { gateway: 'default/edge', ...parts })

const cases: readonly Case[] = [
  { name: 'makes a default listener', listeners: [], expect: { 'http:*:8080': ['http'] } },
  {
    name: 'uses the addresses of the rules',
    listeners: [
      listener('web', { address: '::1', port: 80 }),
      listener('tls', { protocol: 'HTTPS', port: 443 }),
    ],
    expect: { 'http:[::1]:80': ['web'], 'https:*:443': ['tls'] },
  },
  {
    name: 'puts the most specific host first',
    listeners: [
      gateway('any', {}),
      gateway('wide', { hostname: host('*.test') }),
      gateway('narrow', { hostname: host('*.b.test') }),
      gateway('exact', { hostname: host('a.test') }),
    ],
    expect: {
      'http:*:8080': [
        'default/edge/exact',
        'default/edge/narrow',
        'default/edge/wide',
        'default/edge/any',
      ],
    },
  },
  {
    name: 'serves every listener on the addresses of the flags',
    listeners: [listener('a', { port: 80 }), listener('b', { port: 81, hostname: host('b.test') })],
    sockets: { http: [everywhere(8000), { address: '127.0.0.1', port: 8001 }], https: [] },
    expect: { 'http:*:8000': ['b', 'a'], 'http:127.0.0.1:8001': ['b', 'a'] },
  },
  {
    name: 'makes a default listener for a protocol that only a flag names',
    listeners: [listener('web')],
    sockets: { http: [everywhere(8000)], https: [everywhere(8443)] },
    expect: { 'http:*:8000': ['web'], 'https:*:8443': ['https'] },
  },
  {
    name: 'leaves out a listener whose flag is missing',
    listeners: [listener('web'), listener('tls', { protocol: 'HTTPS', port: 443 })],
    sockets: { http: [everywhere(8000)], https: [] },
    expect: { 'http:*:8000': ['web'] },
    findings: ['listener-not-served rules.yaml:1'],
  },
  {
    name: 'gives a host of a socket to the first listener',
    listeners: [listener('first'), listener('second')],
    expect: { 'http:*:8080': ['first'] },
    findings: ['duplicate-listener rules.yaml:1'],
  },
  {
    name: 'refuses two protocols on one port',
    listeners: [listener('web'), listener('tls', { protocol: 'HTTPS' })],
    expect: { 'http:*:8080': ['web'] },
    findings: ['socket-conflict rules.yaml:1'],
  },
  {
    name: 'refuses one address beside all of them',
    listeners: [listener('all'), listener('one', { address: '127.0.0.1' })],
    expect: { 'http:*:8080': ['all'] },
    findings: ['socket-conflict rules.yaml:1'],
  },
  {
    name: 'lets the system choose two ports',
    listeners: [],
    sockets: { http: [everywhere(0)], https: [everywhere(0)] },
    expect: { 'http:*:0': ['http'], 'https:*:0': ['https'] },
  },
]

describe('listeners', () => {
  it.each(cases)('$name', ({ listeners, sockets, expect: wanted, findings = [] }) => {
    const result = compiled({ listeners }, { sockets })
    const found = result.bundle.sockets.map(({ key, listeners: indexes }) => [
      key,
      indexes.map((index) => result.bundle.listeners[index]?.name),
    ])
    expect(Object.fromEntries(found)).toEqual(wanted)
    expect(codes(result)).toEqual(findings)
  })

  it('carries over what holds for all requests of a listener', () => {
    const clientAddress = { trust: ['10.0.0.0/8'], hops: undefined, source: 'x-forwarded-for' }
    const { bundle } = compiled({
      listeners: [
        listener('web', {
          hostname: host('*.a.test'),
          clientAddress,
          policy: { deny: ['192.0.2.0/24'], allow: [] },
          pathAmbiguity: 'refuse',
          mergeSlashes: true,
        }),
      ],
    })
    expect(bundle.listeners).toEqual([
      {
        name: 'web',
        host: '*.a.test',
        table: 0,
        wildcards: { one: false, deep: false, any: false },
        clientAddress,
        policy: { deny: ['192.0.2.0/24'], allow: [] },
        pathAmbiguity: 'refuse',
        mergeSlashes: true,
      },
    ])
  })
})
