import { describe, expect, it } from 'vitest'
import { readRules } from '../rules.ts'

const SPEC = `defaultBackend: { service: { name: web, port: { number: 80 } } }`

function ingress({ field, annotation }: { field?: string; annotation?: string }): string {
  const annotations =
    annotation === undefined ? '' : `annotations: { kubernetes.io/ingress.class: ${annotation} }`
  return `apiVersion: networking.k8s.io/v1
kind: Ingress
metadata:
  name: shop
  ${annotations}
spec:
  ${field === undefined ? '' : `ingressClassName: ${field}`}
  ${SPEC}
`
}

function ingressClass(name: string, isDefault: string): string {
  return `---
apiVersion: networking.k8s.io/v1
kind: IngressClass
metadata:
  name: ${name}
  annotations: { ingressclass.kubernetes.io/is-default-class: '${isDefault}' }
spec: { controller: example.test/controller }
`
}

describe('judgeClass', () => {
  it.each([
    { name: 'our class by field', text: ingress({ field: 'postern' }), served: true, codes: [] },
    {
      name: 'our class by annotation',
      text: ingress({ annotation: 'postern' }),
      served: true,
      codes: [],
    },
    {
      name: 'another class',
      text: ingress({ field: 'nginx' }),
      served: false,
      codes: ['info class-skipped'],
    },
    {
      name: 'another class by annotation, which wins over the field',
      text: ingress({ field: 'postern', annotation: 'nginx' }),
      served: false,
      codes: ['warning class-conflict', 'info class-skipped'],
    },
    {
      name: 'our class by annotation, which wins over the field',
      text: ingress({ field: 'nginx', annotation: 'postern' }),
      served: true,
      codes: ['warning class-conflict'],
    },
    {
      name: 'both and equal',
      text: ingress({ field: 'postern', annotation: 'postern' }),
      served: true,
      codes: [],
    },
    { name: 'no class', text: ingress({}), served: true, codes: ['info class-missing'] },
    {
      name: 'an empty annotation, which is no class',
      text: ingress({ annotation: "''" }),
      served: true,
      codes: ['info class-missing'],
    },
    {
      name: 'no class, and a default that is not ours',
      text: ingress({}) + ingressClass('nginx', 'true'),
      served: false,
      codes: ['info class-skipped'],
    },
    {
      name: 'no class, and a default that is ours',
      text: ingress({}) + ingressClass('postern', 'true'),
      served: true,
      codes: [],
    },
    {
      name: 'no class, and ours is one of two defaults',
      text: ingress({}) + ingressClass('nginx', 'true') + ingressClass('postern', 'true'),
      served: true,
      codes: [],
    },
    {
      name: 'no class, and another class that is not marked',
      text: ingress({}) + ingressClass('nginx', 'false'),
      served: true,
      codes: ['info class-missing'],
    },
  ])('decides about $name', ({ text, served, codes }) => {
    const read = readRules(text)
    expect(read.codes).toEqual(codes)
    expect(read.manifest.routes.length > 0).toBe(served)
  })

  it('serves the manifests of another controller by its class', () => {
    expect(
      readRules(ingress({ field: 'cilium' }), { className: 'cilium' }).manifest.routes,
    ).toHaveLength(1)
    expect(
      readRules(ingress({ annotation: 'cilium' }), { className: 'cilium' }).manifest.routes,
    ).toHaveLength(1)
  })

  it('says nothing else about an Ingress that it skips', () => {
    const read = readRules(`apiVersion: networking.k8s.io/v1
kind: Ingress
metadata: { name: shop, annotations: { nginx.ingress.kubernetes.io/rewrite-target: / } }
spec: { ingressClassName: nginx, rules: [{ host: 'a.test:80' }] }`)
    expect(read.codes).toEqual(['info class-skipped'])
  })
})

describe('annotations of an Ingress', () => {
  it.each([
    ['nginx.ingress.kubernetes.io/rewrite-target', ['warning annotation-not-read']],
    ['ingress.cilium.io/loadbalancer-mode', ['warning annotation-not-read']],
    ['postern.dev/filters', ['warning annotation-not-read']],
    ['haproxy.org/path-rewrite', ['warning annotation-not-read']],
    ['haproxy-ingress.github.io/auth-url', ['error protection-not-read']],
    ['nginx.ingress.kubernetes.io/whitelist-source-range', ['error protection-not-read']],
    ['nginx.ingress.kubernetes.io/auth-tls-secret', ['error protection-not-read']],
    ['traefik.ingress.kubernetes.io/router.middlewares', ['error protection-not-read']],
    ['cert-manager.io/cluster-issuer', ['warning annotation-not-read']],
    ['kubernetes.io/tls-acme', ['warning annotation-not-read']],
    ['example.test/team', ['info annotation-not-read']],
    ['kubectl.kubernetes.io/last-applied-configuration', []],
    ['meta.helm.sh/release-name', []],
    ['argocd.argoproj.io/tracking-id', []],
  ])('speaks about %s as loudly as it matters', (key, codes) => {
    const read = readRules(`apiVersion: networking.k8s.io/v1
kind: Ingress
metadata:
  name: shop
  annotations:
    ${key}: 'some value'
spec:
  ingressClassName: postern
  ${SPEC}`)
    expect(read.codes).toEqual(codes)
    for (const finding of read.findings) expect(finding).toMatchObject({ line: 6, value: key })
    expect(JSON.stringify(read.findings)).not.toContain('some value')
  })
})
