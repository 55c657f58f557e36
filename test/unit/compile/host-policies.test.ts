import { describe, expect, it } from 'vitest'
import type { HostSettings, Route } from '../../../src/model/manifest.ts'
import { backend, at, codes, compiled, host, policy, route, rule, settings } from './builders.ts'

const serve = (...names: string[]): Route[] =>
  names.map((name) => route(name, { hostnames: [host(name)], rules: [rule([`/${name}`])] }))

interface Case {
  readonly name: string
  readonly hosts: readonly HostSettings[]
  readonly routes: readonly Route[]
  /** Host key to the CIDR that its policy denies and the paths that it serves. */
  readonly expect: Readonly<Record<string, readonly [string | undefined, readonly string[]]>>
  readonly findings?: readonly string[]
}

const one = '192.0.2.1/32'
const two = '192.0.2.2/32'

const cases: readonly Case[] = [
  {
    name: 'holds for the host that it names',
    hosts: [settings('a.test', { deny: [one] })],
    routes: serve('a.test', 'b.test'),
    expect: { 'a.test': [one, ['/a.test']], 'b.test': [undefined, ['/b.test']] },
  },
  {
    name: 'holds for every host of its pattern',
    hosts: [settings('*.test', { deny: [one] })],
    routes: serve('a.test', 'b.a.test', '1.a.test'),
    expect: {
      '*.a.test': [one, ['/1.a.test']],
      'a.test': [one, ['/a.test']],
      'b.a.test': [one, ['/b.a.test']],
    },
  },
  {
    name: 'yields to that of a more specific host',
    hosts: [settings('*', { deny: [one] }), settings('a.test', { deny: [two] })],
    routes: serve('a.test', '*'),
    expect: { '*': [one, ['/*']], 'a.test': [two, ['/a.test']] },
  },
  {
    name: 'holds for a host that a wildcard serves, with the routes of the wildcard',
    hosts: [settings('a.w.test', { deny: [one] })],
    routes: serve('1.w.test', '*'),
    expect: {
      '*': [undefined, ['/*']],
      '*.w.test': [undefined, ['/1.w.test']],
      'a.w.test': [one, ['/1.w.test']],
    },
  },
  {
    name: 'holds for a wildcard that any host serves, at both depths',
    hosts: [settings('*.w.test', { deny: [one] })],
    routes: serve('*'),
    expect: {
      '*': [undefined, ['/*']],
      '*.w.test': [one, ['/*']],
      '**.w.test': [one, ['/*']],
    },
  },
  {
    name: 'makes no host where nothing would be served, and says so',
    hosts: [settings('b.test', { deny: [one] })],
    routes: serve('a.test'),
    expect: { 'a.test': [undefined, ['/a.test']] },
    findings: ['unused-host-settings rules.yaml:70'],
  },
  {
    name: 'guards a default backend',
    hosts: [settings('b.test', { deny: [one] })],
    routes: [
      ...serve('a.test'),
      route('default', {
        rules: [],
        defaultBackend: { backend: backend('http://127.0.0.1:1'), origin: at(90) },
      }),
    ],
    expect: { 'a.test': [undefined, ['/a.test']], 'b.test': [one, []] },
  },
  {
    name: 'is that of the first settings where a host has two',
    hosts: [
      settings('a.test', { deny: [one] }),
      { ...settings('a.test', { deny: [two] }), origin: at(71) },
    ],
    routes: serve('a.test'),
    expect: { 'a.test': [one, ['/a.test']] },
    findings: ['duplicate-host-settings rules.yaml:71'],
  },
  {
    name: 'is opened by a more specific policy that says nothing',
    hosts: [settings('*', { deny: [one] }), settings('a.test', {})],
    routes: serve('a.test'),
    expect: { 'a.test': [undefined, ['/a.test']] },
    findings: ['unused-host-settings rules.yaml:70'],
  },
  {
    name: 'is not opened by settings without policy',
    hosts: [
      settings('*', { deny: [one] }),
      { host: host('a.test'), policy: undefined, origin: at(71) },
    ],
    routes: serve('a.test'),
    expect: { 'a.test': [one, ['/a.test']] },
  },
]

describe('the policy of a host', () => {
  it.each(cases)('$name', ({ hosts, routes, expect: wanted, findings = [] }) => {
    const result = compiled({ hosts, routes })
    const found = Object.values(result.bundle.hosts).map((virtualHost) => [
      virtualHost.host,
      [virtualHost.policy?.deny[0], virtualHost.routes.map(({ path }) => path)],
    ])
    expect(Object.fromEntries(found)).toEqual(wanted)
    expect(codes(result)).toEqual(findings)
  })

  it('makes the kinds of wildcards known that it brings', () => {
    const { bundle } = compiled({
      hosts: [settings('*.w.test', { deny: [one] })],
      routes: serve('*'),
    })
    expect(bundle.listeners[0]?.wildcards).toEqual({ one: true, deep: true, any: true })
  })

  it('is written whole', () => {
    const rules = policy({ deny: [one], allow: ['10.0.0.0/8'] })
    const { bundle } = compiled({ hosts: [settings('a.test', rules)], routes: serve('a.test') })
    expect(bundle.hosts['0/a.test']?.policy).toEqual(rules)
  })
})
