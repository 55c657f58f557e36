import { describe, expect, it } from 'vitest'
import { readRules } from '../rules.ts'
import { gateway, route } from './objects.ts'

const RULES = 'rules: [{ backendRefs: [{ name: web, port: 80 }] }]'

/** Two listeners for the own namespace and one for all. */
const MIXED = gateway(`
  - { name: own, port: 80, protocol: HTTP }
  - { name: all, port: 81, protocol: HTTP, allowedRoutes: { namespaces: { from: All } } }
  - { name: grpc, port: 82, protocol: HTTP, allowedRoutes: { kinds: [{ kind: GRPCRoute }] } }`)

describe('readParents', () => {
  it.each([
    {
      name: 'every listener of the Gateway',
      text: gateway() + route(RULES),
      parents: [{ gateway: 'infra/edge', sectionName: undefined, port: undefined }],
    },
    {
      name: 'a listener by name and port',
      text: MIXED + route(RULES, '[{ name: edge, sectionName: own, port: 80 }]'),
      parents: [{ gateway: 'infra/edge', sectionName: 'own', port: 80 }],
    },
    {
      name: 'those listeners alone that admit HTTPRoutes',
      text: MIXED + route(RULES),
      parents: [
        { gateway: 'infra/edge', sectionName: 'own', port: undefined },
        { gateway: 'infra/edge', sectionName: 'all', port: undefined },
      ],
    },
    {
      name: 'those listeners alone that admit the namespace',
      text: MIXED + route(RULES, '[{ name: edge, namespace: infra }]', 'shop'),
      parents: [{ gateway: 'infra/edge', sectionName: 'all', port: undefined }],
    },
  ])('attaches to $name', ({ text, parents }) => {
    const read = readRules(text)
    expect(read.codes).toEqual([])
    expect(read.manifest.routes[0]?.parents).toEqual(parents)
  })

  it.each([
    { name: 'no parentRefs', parents: '[]', codes: ['error missing-field'] },
    { name: 'an unknown Gateway', parents: '[{ name: other }]', codes: ['error parent-not-found'] },
    {
      name: 'an unknown listener',
      parents: '[{ name: edge, sectionName: other }]',
      codes: ['error parent-not-found'],
    },
    {
      name: 'a port that no listener has',
      parents: '[{ name: edge, port: 99 }]',
      codes: ['error parent-not-found'],
    },
    {
      name: 'a listener that does not admit it',
      parents: '[{ name: edge, sectionName: grpc }]',
      codes: ['error route-not-admitted'],
    },
    {
      name: 'a section that cannot be read',
      parents: '[{ name: edge, sectionName: 1 }]',
      codes: ['error wrong-type'],
    },
    {
      name: 'a port that cannot be read',
      parents: "[{ name: edge, port: '80' }]",
      codes: ['error wrong-type'],
    },
    {
      name: 'a Service, which is for meshes',
      parents: "[{ group: '', kind: Service, name: web }]",
      codes: ['warning parent-kind'],
    },
  ])('serves no route with $name', ({ parents, codes }) => {
    const read = readRules(MIXED + route(RULES, parents))
    expect(read.codes).toEqual(codes)
    expect(read.manifest.routes).toEqual([])
  })

  it('skips a route of a Gateway of another class with info alone', () => {
    const read = readRules(gateway() + route(RULES), { className: 'other' })
    expect(read.codes).toEqual(['info class-skipped', 'info class-skipped'])
    expect(read.manifest.routes).toEqual([])
  })

  it('reads Selector as Same, with a warning', () => {
    const selecting = gateway(
      '[{ name: a, port: 80, protocol: HTTP, allowedRoutes: { namespaces: { from: Selector, selector: {} } } }]',
    )
    expect(readRules(selecting + route(RULES)).codes).toEqual(['warning namespace-selector'])
    const foreign = route(RULES, '[{ name: edge, namespace: infra }]', 'shop')
    expect(readRules(selecting + foreign).codes).toEqual([
      'warning namespace-selector',
      'error route-not-admitted',
    ])
  })
})
