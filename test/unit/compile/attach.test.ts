import { describe, expect, it } from 'vitest'
import type { HostPattern, Listener, Route } from '../../../src/model/manifest.ts'
import type { CompileResult } from '../../../src/compile/compile.ts'
import { at, codes, compiled, host, listener, match, route, rule } from './builders.ts'

/** Listener name to the host keys of its table. */
function hostsOf({ bundle }: CompileResult): Record<string, string[]> {
  const entries = bundle.listeners.map(({ name, table }) => {
    const keys = Object.keys(bundle.hosts).filter((key) => key.startsWith(`${table}/`))
    return [name, keys.map((key) => key.slice(key.indexOf('/') + 1))]
  })
  return Object.fromEntries(entries)
}

const tls = (text: string) => ({ host: host(text), secret: 'default/tls', origin: at(80) })
const web = listener('web')
const secure = listener('secure', { protocol: 'HTTPS', port: 8443 })
const edge = (name: string, hostname: HostPattern, port = 8080): Listener =>
  listener(name, { gateway: 'infra/edge', hostname, port })
const http = (name: string, hosts: readonly string[], parts: Partial<Route> = {}): Route =>
  route(name, {
    kind: 'HTTPRoute',
    hostnames: hosts.map(host),
    parents: [{ gateway: 'infra/edge', sectionName: undefined, port: undefined }],
    ...parts,
  })

interface Case {
  readonly name: string
  readonly listeners: readonly Listener[]
  readonly routes: readonly Route[]
  readonly tls?: readonly string[]
  readonly expect: Readonly<Record<string, readonly string[]>>
  readonly findings?: readonly string[]
}

const cases: readonly Case[] = [
  {
    name: 'attaches an Ingress to HTTPS for the hosts that TLS names',
    listeners: [web, secure],
    routes: [
      route('a', { hostnames: [host('a.test')] }),
      route('b', { hostnames: [host('b.test')] }),
    ],
    tls: ['a.test'],
    expect: { web: ['a.test', 'b.test'], secure: ['a.test'] },
  },
  {
    name: 'takes a certificate for a wildcard as one for its names',
    listeners: [web, secure],
    routes: ['x.a.test', 'y.x.a.test', '*'].map((name) => route(name, { hostnames: [host(name)] })),
    tls: ['1.a.test'],
    expect: { web: ['*', 'x.a.test', 'y.x.a.test'], secure: ['*', 'x.a.test'] },
  },
  {
    name: 'leaves TLS to the operator where no rule names a certificate',
    listeners: [web, secure],
    routes: [route('a')],
    expect: { web: ['a.test'], secure: ['a.test'] },
  },
  {
    name: 'attaches a Gateway route to the listeners of its parent alone',
    listeners: [web, edge('one', host('a.test')), edge('two', host('b.test'))],
    routes: [http('r', ['a.test', 'b.test'])],
    expect: { 'infra/edge/one': ['a.test'], 'infra/edge/two': ['b.test'], web: [] },
    findings: [],
  },
  {
    name: 'honours the section name and the port of a parent',
    listeners: [
      edge('one', host('*'), 80),
      edge('two', host('*'), 81),
      edge('three', host('*'), 82),
    ],
    routes: [
      http('s', ['s.test'], {
        parents: [{ gateway: 'infra/edge', sectionName: 'one', port: undefined }],
      }),
      http('p', ['p.test'], {
        parents: [{ gateway: 'infra/edge', sectionName: undefined, port: 82 }],
      }),
    ],
    expect: { 'infra/edge/one': ['s.test'], 'infra/edge/two': [], 'infra/edge/three': ['p.test'] },
  },
  {
    name: 'attaches a route for the hosts that it and the listener have in common',
    listeners: [edge('one', host('*.a.test'))],
    routes: [http('any', ['*']), http('wide', ['*.test']), http('name', ['x.a.test'])],
    expect: { 'infra/edge/one': ['**.a.test', '*.a.test', 'x.a.test'] },
  },
  {
    name: 'tells a route whose parent is not there',
    listeners: [web],
    routes: [http('lost', ['a.test'])],
    expect: { web: [] },
    findings: ['not-attached rules.yaml:10'],
  },
  {
    name: 'tells a route whose hosts the listener does not admit',
    listeners: [edge('one', host('*.a.test'))],
    routes: [http('lost', ['b.test', 'a.test'])],
    expect: { 'infra/edge/one': [] },
    findings: ['not-attached rules.yaml:10'],
  },
  {
    name: 'tells an Ingress without certificate where all listeners are HTTPS',
    listeners: [secure],
    routes: [route('a')],
    tls: ['b.test'],
    expect: { secure: [] },
    findings: ['not-attached rules.yaml:10'],
  },
]

/** Each listener on a socket of its own, so that none is another's duplicate. */
function apart(one: Listener, index: number): Listener {
  return { ...one, address: `10.0.0.${index + 1}` }
}

describe('attachment', () => {
  it.each(cases)('$name', ({ listeners, routes, tls: named = [], expect: wanted, findings }) => {
    const distinct = listeners.map(apart)
    const result = compiled({ listeners: distinct, routes, tlsHosts: named.map(tls) })
    expect(hostsOf(result)).toEqual(wanted)
    expect(codes(result)).toEqual(findings ?? [])
  })
})

describe('tables', () => {
  const routes = [route('a'), route('w', { hostnames: [host('*.w.test')] })]

  it('are shared by listeners with the same routes', () => {
    const { bundle } = compiled({ listeners: [web, secure], routes })
    expect(bundle.listeners.map(({ table }) => table)).toEqual([0, 0])
    expect(Object.keys(bundle.hosts)).toEqual(['0/**.w.test', '0/*.w.test', '0/a.test'])
  })

  it('share the document of a host that is the same in both', () => {
    const { bundle } = compiled({ listeners: [web, secure], routes, tlsHosts: [tls('a.test')] })
    expect(bundle.hosts['0/a.test']).toBe(bundle.hosts['1/a.test'])
  })

  it('say which kinds of wildcards they hold', () => {
    const wildcards = (name: string) =>
      compiled({ routes: [route('r', { hostnames: [host(name)] })] }).bundle.listeners[0]?.wildcards
    expect(wildcards('a.test')).toEqual({ one: false, deep: false, any: false })
    expect(wildcards('1.a.test')).toEqual({ one: true, deep: false, any: false })
    expect(wildcards('*.a.test')).toEqual({ one: true, deep: true, any: false })
    expect(wildcards('*')).toEqual({ one: false, deep: false, any: true })
  })

  it('hold the routes of both depths for one label, those of any depth for more', () => {
    const { bundle } = compiled({
      routes: [
        route('ingress', { hostnames: [host('1.a.test')], rules: [rule(['/ingress'])] }),
        route('gateway', { hostnames: [host('*.a.test')], rules: [rule(['/gateway'])] }),
      ],
    })
    const paths = (key: string) => bundle.hosts[key]?.routes.map(({ path }) => path)
    expect(paths('0/*.a.test')).toEqual(['/gateway', '/ingress'])
    expect(paths('0/**.a.test')).toEqual(['/gateway'])
  })

  it('hold a route once for a host that it names twice', () => {
    const names = ['a.test', 'a.test', '1.w.test', '*.w.test']
    const result = compiled({ routes: [route('r', { hostnames: names.map(host) })] })
    expect(result.findings).toEqual([])
    expect(result.bundle.hosts['0/*.w.test']?.routes).toHaveLength(1)
  })

  it('merge slashes in rule paths where their listeners merge them', () => {
    const { bundle } = compiled({
      listeners: [web, listener('merging', { port: 81, mergeSlashes: true })],
      routes: [route('r', { rules: [rule([match('/a//b/'), match('/c')])] })],
    })
    const byName = bundle.listeners.map(({ name, table }) => [
      name,
      bundle.hosts[`${table}/a.test`]?.routes.map(({ path }) => path),
    ])
    expect(Object.fromEntries(byName)).toEqual({ web: ['/a//b', '/c'], merging: ['/a/b', '/c'] })
  })
})
