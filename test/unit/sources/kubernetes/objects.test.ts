import { describe, expect, it } from 'vitest'
import { readRules } from '../rules.ts'

const INGRESS = `apiVersion: networking.k8s.io/v1
kind: Ingress
metadata: { name: shop }
spec:
  ingressClassName: postern
  defaultBackend: { service: { name: web, port: { number: 80 } } }
`

const ITEM = {
  metadata: { name: 'shop' },
  spec: {
    ingressClassName: 'postern',
    defaultBackend: { service: { name: 'web', port: { number: 0 } } },
  },
}

describe('collectObjects', () => {
  it('reads every document of a file', () => {
    const read = readRules(`${INGRESS}---\n${INGRESS.replace('shop', 'other')}`)
    expect(read.manifest.routes.map(({ name }) => name)).toEqual(['shop', 'other'])
    expect(read.codes).toEqual([])
  })

  it('reads the items of a List, with their own places', () => {
    const list = {
      apiVersion: 'v1',
      kind: 'List',
      items: [{ apiVersion: 'networking.k8s.io/v1', kind: 'Ingress', ...ITEM }],
    }
    const read = readRules(JSON.stringify(list, null, 1), { name: 'list.json' })
    expect(read.manifest.routes).toHaveLength(1)
    expect(read.findings).toMatchObject([
      { code: 'out-of-range', object: 'Ingress default/shop', line: 17, value: '0' },
    ])
    expect(read.findings[0]?.message).toContain('spec.defaultBackend.service.port.number 0')
  })

  it('takes kind and version of items from the list where they name none', () => {
    const list = { apiVersion: 'networking.k8s.io/v1', kind: 'IngressList', items: [ITEM] }
    const read = readRules(JSON.stringify(list), { name: 'list.json' })
    expect(read.manifest.routes).toMatchObject([{ kind: 'Ingress', name: 'shop' }])
  })

  it('reads Lists inside Lists', () => {
    const item = { apiVersion: 'networking.k8s.io/v1', kind: 'Ingress', ...ITEM }
    const inner = { apiVersion: 'v1', kind: 'List', items: [item] }
    const outer = { apiVersion: 'v1', kind: 'List', items: [inner] }
    const read = readRules(JSON.stringify(outer), { name: 'list.json' })
    expect(read.manifest.routes).toHaveLength(1)
  })

  it('reports a second object of the same identity with both places, and keeps the first', () => {
    const second = INGRESS.replace('name: web', 'name: second')
    const read = readRules(`${INGRESS}---\n${second}`)
    expect(read.manifest.routes).toMatchObject([
      { defaultBackend: { backend: { ref: 'default/web:80' } } },
    ])
    expect(read.findings).toMatchObject([
      {
        severity: 'error',
        code: 'duplicate-object',
        line: 10,
        message: expect.stringContaining('rules.yaml:1:1'),
      },
    ])
  })

  it('takes the same name in another namespace or of another kind for another object', () => {
    const other = INGRESS.replace('name: shop', 'name: shop, namespace: other')
    const service = `apiVersion: v1\nkind: Service\nmetadata: { name: shop }\nspec: {}\n`
    expect(readRules(`${INGRESS}---\n${other}---\n${service}`).codes).toEqual([])
  })

  it.each([
    { name: 'text', text: 'just text', code: 'error not-an-object' },
    { name: 'a list', text: '[1, 2]', code: 'error not-an-object' },
    { name: 'no kind', text: 'apiVersion: v1', code: 'error missing-field' },
    { name: 'no apiVersion', text: 'kind: Service', code: 'error missing-field' },
    {
      name: 'a kind that is none',
      text: '{ apiVersion: v1, kind: [a] }',
      code: 'error unknown-value',
    },
    {
      name: 'a version that is none',
      text: '{ apiVersion: 1, kind: A }',
      code: 'error unknown-value',
    },
    {
      name: 'no name',
      text: '{ apiVersion: v1, kind: Service, metadata: {} }',
      code: 'error missing-field',
    },
    {
      name: 'a generated name',
      text: '{ apiVersion: v1, kind: Service, metadata: { generateName: a- } }',
      code: 'error generated-name',
    },
    {
      name: 'a name with a slash',
      text: '{ apiVersion: v1, kind: Service, metadata: { name: a/b } }',
      code: 'error invalid-name',
    },
    {
      name: 'a namespace with a dot',
      text: '{ apiVersion: v1, kind: Service, metadata: { name: a, namespace: b.c } }',
      code: 'error invalid-name',
    },
  ])('refuses a document with $name and reads the others', ({ text, code }) => {
    const read = readRules(`${text}\n---\n${INGRESS}`)
    expect(read.codes).toEqual([code])
    expect(read.manifest.routes).toHaveLength(1)
  })

  it.each([
    ['networking.k8s.io/v1beta1', 'Ingress', 'networking.k8s.io/v1'],
    ['extensions/v1beta1', 'Ingress', 'networking.k8s.io/v1'],
    ['gateway.networking.k8s.io/v1alpha2', 'HTTPRoute', 'gateway.networking.k8s.io/v1'],
    ['discovery.k8s.io/v1beta1', 'EndpointSlice', 'discovery.k8s.io/v1'],
  ])('refuses %s %s and names the version to use', (apiVersion, kind, wanted) => {
    const read = readRules(`{ apiVersion: ${apiVersion}, kind: ${kind}, metadata: { name: a } }`)
    expect(read.findings).toMatchObject([
      { severity: 'error', code: 'api-version', value: apiVersion },
    ])
    expect(read.findings[0]?.remedy).toContain(wanted)
  })

  it('counts objects of kinds that have nothing to do with requests', () => {
    const deployment = '{ apiVersion: apps/v1, kind: Deployment, metadata: { name: a } }'
    const account = '{ apiVersion: v1, kind: ServiceAccount, metadata: { name: a } }'
    const read = readRules([deployment, account, deployment].join('\n---\n'))
    expect(read.findings.map(({ severity, message, line }) => [severity, message, line])).toEqual([
      ['info', '2 objects of kind Deployment (apps/v1) are not read', 1],
      ['info', '1 object of kind ServiceAccount (v1) is not read', 3],
    ])
  })

  it.each([
    ['gateway.networking.k8s.io/v1', 'GRPCRoute'],
    ['gateway.networking.k8s.io/v1alpha2', 'TLSRoute'],
    ['gateway.networking.k8s.io/v1alpha2', 'TCPRoute'],
    ['gateway.networking.k8s.io/v1', 'BackendTLSPolicy'],
    ['networking.k8s.io/v1', 'NetworkPolicy'],
    ['cilium.io/v2', 'CiliumNetworkPolicy'],
    ['traefik.io/v1alpha1', 'Middleware'],
    ['networking.istio.io/v1', 'Gateway'],
    ['v1', 'Endpoints'],
  ])('warns about each %s %s, which could change what requests meet', (apiVersion, kind) => {
    const object = `{ apiVersion: ${apiVersion}, kind: ${kind}, metadata: { name: a } }`
    expect(readRules(`${object}\n---\n${object}`).codes).toEqual([
      'warning kind-not-read',
      'warning kind-not-read',
    ])
  })

  it('asks what a misspelt kind was meant to be', () => {
    const read = readRules('{ apiVersion: networking.k8s.io/v1, kind: Ingres, metadata: {} }')
    expect(read.findings).toMatchObject([
      { severity: 'warning', value: 'Ingres', remedy: 'did you mean Ingress?' },
    ])
  })

  it('reaches nothing that objects inherit', () => {
    const read = readRules(
      '{"apiVersion":"v1","kind":"Service","metadata":{"name":"constructor"}}',
      {
        name: 'a.json',
      },
    )
    expect(read.manifest.services).toMatchObject([{ name: 'constructor', ports: [] }])
    expect(readRules('{"apiVersion":"v1","toString":1}', { name: 'a.json' }).codes).toEqual([
      'error missing-field',
    ])
  })
})
