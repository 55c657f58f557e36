import { describe, expect, it } from 'vitest'
import { indent, onlyRoute, readRules } from '../rules.ts'
import type { ReadRules } from '../rules.ts'

/** An Ingress of our class with this spec. */
function readSpec(spec: string): ReadRules {
  return readRules(`apiVersion: networking.k8s.io/v1
kind: Ingress
metadata: { name: shop, namespace: store, creationTimestamp: '2026-03-01T10:00:00Z' }
spec:
  ingressClassName: postern
  ${indent(spec, 2)}
`)
}

/** An Ingress with one rule of one path. */
function readPath(path: string): ReadRules {
  return readSpec(`rules:
- host: shop.test
  http:
    paths:
    - ${indent(path, 6)}`)
}

const SERVICE = 'backend: { service: { name: web, port: { number: 80 } } }'
const PATHS = `http: { paths: [{ path: /, pathType: Prefix, ${SERVICE} }] }`

describe('readIngress', () => {
  it('makes a route of each rule, with the creation time and the place of the path', () => {
    const read = readSpec(`rules:
- host: a.test
  ${PATHS}
- host: '*.b.test'
  ${PATHS}`)
    expect(read.codes).toEqual([])
    expect(read.manifest.routes).toMatchObject([
      {
        kind: 'Ingress',
        namespace: 'store',
        name: 'shop',
        createdAtMs: Date.UTC(2026, 2, 1, 10),
        parents: 'all',
        hostnames: [{ type: 'exact', name: 'a.test' }],
        rules: [
          {
            invalid: false,
            matches: [{ path: { type: 'PathPrefix', value: '/' }, origin: { line: 8 } }],
            backends: [
              {
                ref: 'store/web:80',
                target: { type: 'service', namespace: 'store', name: 'web', port: 80 },
                weight: 1,
              },
            ],
          },
        ],
      },
      { hostnames: [{ type: 'wildcard', depth: 'one', name: 'b.test' }] },
    ])
  })

  it('takes every host where a rule names none', () => {
    expect(onlyRoute(readSpec(`rules: [{ ${PATHS} }]`)).hostnames).toEqual([{ type: 'any' }])
    expect(onlyRoute(readSpec(`rules: [{ host: '', ${PATHS} }]`)).hostnames).toEqual([
      { type: 'any' },
    ])
  })

  it('serves everything by a default backend alone', () => {
    const read = readSpec('defaultBackend: { service: { name: web, port: { name: http } } }')
    expect(read.codes).toEqual([])
    expect(onlyRoute(read)).toMatchObject({
      hostnames: [{ type: 'any' }],
      rules: [],
      defaultBackend: { backend: { ref: 'store/web:http' } },
    })
  })

  it('gives a rule without paths to the default backend of its own Ingress', () => {
    const read = readSpec(`defaultBackend: { service: { name: web, port: { number: 80 } } }
rules: [{ host: a.test }]`)
    expect(read.codes).toEqual(['warning rule-without-paths'])
    expect(read.manifest.routes[0]).toMatchObject({
      hostnames: [{ name: 'a.test' }],
      rules: [{ matches: [{ path: { value: '/' } }], backends: [{ ref: 'store/web:80' }] }],
    })
  })

  it('refuses an Ingress that serves nothing', () => {
    expect(readSpec('tls: []').codes).toEqual(['error empty-ingress'])
  })

  it('uses namespace default where the object names none', () => {
    const read = readRules(`apiVersion: networking.k8s.io/v1
kind: Ingress
metadata: { name: shop }
spec:
  ingressClassName: postern
  rules: [{ ${PATHS} }]`)
    expect(onlyRoute(read)).toMatchObject({ namespace: 'default', createdAtMs: undefined })
  })

  it('serves an object with an unreadable creation time as one without', () => {
    const read = readRules(`apiVersion: networking.k8s.io/v1
kind: Ingress
metadata: { name: shop, creationTimestamp: yesterday }
spec: { ingressClassName: postern, rules: [{ ${PATHS} }] }`)
    expect(read.codes).toEqual(['warning invalid-time'])
    expect(onlyRoute(read).createdAtMs).toBeUndefined()
  })
})

describe('hosts of an Ingress', () => {
  it.each([
    { host: "'shop.test:8080'", text: 'has a port' },
    { host: '192.0.2.1', text: 'is an address' },
    { host: "'[2001:db8::1]'", text: 'is an address' },
    { host: "'*'", text: 'names no host' },
    { host: "'a.*.test'", text: 'has * in the wrong place' },
    { host: "'*shop.test'", text: 'has * in the wrong place' },
    { host: "'shop test'", text: 'is not a host name' },
    { host: 'shop.test.', text: 'ends in a dot' },
    { host: 'bücher.test', text: 'has characters beyond ASCII' },
    { host: '[a.test]', text: 'is a list' },
  ])('leaves out the rule of host $host and keeps the others', ({ host, text }) => {
    const read = readSpec(`rules:
- host: ${host}
  ${PATHS}
- host: kept.test
  ${PATHS}`)
    expect(read.findings).toMatchObject([
      { severity: 'error', line: 7, message: expect.stringContaining(text) },
    ])
    expect(onlyRoute(read).hostnames).toEqual([{ type: 'exact', name: 'kept.test' }])
  })

  it('writes names in lower case', () => {
    const read = readSpec(`rules: [{ host: Shop.TEST, ${PATHS} }]`)
    expect(onlyRoute(read).hostnames).toEqual([{ type: 'exact', name: 'shop.test' }])
  })
})

describe('paths of an Ingress', () => {
  it.each([
    { path: `path: /a\npathType: Exact`, match: { type: 'Exact', value: '/a' } },
    { path: `path: /a/\npathType: Exact`, match: { type: 'Exact', value: '/a/' } },
    { path: `path: /a\npathType: Prefix`, match: { type: 'PathPrefix', value: '/a' } },
    { path: `path: /%61\npathType: Prefix`, match: { type: 'PathPrefix', value: '/a' } },
    { path: `path: ''\npathType: Prefix`, match: { type: 'PathPrefix', value: '/' } },
    { path: `pathType: Prefix`, match: { type: 'PathPrefix', value: '/' } },
  ])('reads $path', ({ path, match }) => {
    const read = readPath(`${path}\n${SERVICE}`)
    expect(read.codes).toEqual([])
    expect(onlyRoute(read).rules[0]?.matches[0]?.path).toEqual(match)
  })

  it('reads ImplementationSpecific as Prefix and says so', () => {
    const read = readPath(`path: /a\npathType: ImplementationSpecific\n${SERVICE}`)
    expect(read.codes).toEqual(['info implementation-specific'])
    expect(onlyRoute(read).rules[0]).toMatchObject({
      invalid: false,
      matches: [{ path: { type: 'PathPrefix', value: '/a' } }],
    })
  })

  it.each(['/a//b', 'a', '/a%2fb', '/a%2Fb', '/a/../b', '/a/%2e', '/%zz', '/a?b', '/a#b', '/a b'])(
    'leaves out path %j and keeps the others',
    (path) => {
      const read = readSpec(`rules:
- http:
    paths:
    - path: ${JSON.stringify(path)}
      pathType: Prefix
      ${SERVICE}
    - path: /kept
      pathType: Prefix
      ${SERVICE}`)
      expect(read.findings).toMatchObject([
        {
          severity: 'error',
          code: 'invalid-path',
          object: 'Ingress store/shop',
          file: 'rules.yaml',
          line: 9,
          column: 15,
          value: path,
        },
      ])
      expect(onlyRoute(read).rules.map((rule) => rule.matches[0]?.path.value)).toEqual(['/kept'])
    },
  )

  it.each([
    { name: 'no pathType', line: '', code: 'error missing-field' },
    { name: 'an unknown pathType', line: 'pathType: Regex', code: 'error unknown-value' },
  ])('answers 500 below a path with $name', ({ line, code }) => {
    const read = readPath(`path: /a\n${line}\n${SERVICE}`)
    expect(read.codes).toEqual([code])
    expect(onlyRoute(read).rules).toMatchObject([
      { invalid: true, matches: [{ path: { type: 'PathPrefix', value: '/a' } }] },
    ])
  })
})

describe('backends of an Ingress', () => {
  it.each([
    {
      name: 'a resource',
      backend: '{ resource: { apiGroup: x.test, kind: Bucket, name: b } }',
      code: 'backend-resource',
    },
    { name: 'nothing', backend: '{}', code: 'missing-field' },
    { name: 'no port', backend: '{ service: { name: web } }', code: 'backend-port' },
    {
      name: 'an empty port',
      backend: '{ service: { name: web, port: {} } }',
      code: 'backend-port',
    },
    {
      name: 'a port by number and name',
      backend: '{ service: { name: web, port: { number: 80, name: http } } }',
      code: 'backend-port',
    },
    {
      name: 'a port out of range',
      backend: '{ service: { name: web, port: { number: 70000 } } }',
      code: 'out-of-range',
    },
    {
      name: 'a port in quotes',
      backend: "{ service: { name: web, port: { number: '80' } } }",
      code: 'wrong-type',
    },
    {
      name: 'a name with a slash',
      backend: '{ service: { name: other/web, port: { number: 80 } } }',
      code: 'invalid-name',
    },
  ])('keeps the path of a backend with $name, with an invalid target', ({ backend, code }) => {
    const read = readPath(`path: /a\npathType: Prefix\nbackend: ${backend}`)
    expect(read.codes).toEqual([`error ${code}`])
    expect(onlyRoute(read).rules).toMatchObject([
      { matches: [{ path: { value: '/a' } }], backends: [{ target: { type: 'invalid' } }] },
    ])
  })

  it('answers 500 below a path without backend', () => {
    const read = readPath('path: /a\npathType: Prefix')
    expect(read.codes).toEqual(['error missing-field'])
    expect(onlyRoute(read).rules[0]?.backends[0]?.target).toEqual({ type: 'invalid' })
  })
})

describe('TLS of an Ingress', () => {
  it('names the Secret for each host, in the namespace of the Ingress', () => {
    const { manifest } = readSpec(`rules: [{ ${PATHS} }]
tls:
- hosts: [a.test, '*.b.test']
  secretName: cert
- hosts: [c.test]`)
    expect(manifest.tlsHosts).toMatchObject([
      { host: { type: 'exact', name: 'a.test' }, secret: 'store/cert', origin: { line: 8 } },
      { host: { type: 'wildcard', depth: 'one', name: 'b.test' }, secret: 'store/cert' },
      { host: { type: 'exact', name: 'c.test' }, secret: undefined },
    ])
  })

  it('does not take an unreadable Secret name for the default certificate', () => {
    const read = readSpec(`rules: [{ ${PATHS} }]\ntls: [{ hosts: [a.test], secretName: A/B }]`)
    expect(read.codes).toEqual(['error invalid-name'])
    expect(read.manifest.tlsHosts).toEqual([])
  })

  it('takes an entry without hosts for all of them, with a warning', () => {
    const read = readSpec(`rules: [{ ${PATHS} }]\ntls: [{ secretName: cert }]`)
    expect(read.codes).toEqual(['warning tls-without-hosts', 'info secret-not-found'])
    expect(read.manifest.tlsHosts).toMatchObject([{ host: { type: 'any' }, secret: 'store/cert' }])
  })
})

describe('unknown fields of an Ingress', () => {
  it('warns about a misspelt field at its place and says what was meant', () => {
    const read = readSpec(`rules: [{ ${PATHS} }]\ningresClassName: other`)
    expect(read.findings).toEqual([
      {
        severity: 'warning',
        code: 'unknown-field',
        message: 'spec.ingresClassName is not a field of this object',
        object: 'Ingress store/shop',
        file: 'rules.yaml',
        line: 7,
        column: 3,
        value: 'ingresClassName',
        remedy: 'did you mean ingressClassName?',
      },
    ])
  })

  it('finds them at every depth', () => {
    const { findings } = readSpec(`rules:
- host: a.test
  http:
    paths:
    - path: /
      pathType: Prefix
      pathtype: Exact
      backend: { service: { name: web, port: { number: 80, protocol: TCP } } }
status: {}`)
    expect(findings.map(({ code, value }) => [code, value])).toEqual([
      ['unknown-field', 'status'],
      ['unknown-field', 'pathtype'],
      ['unknown-field', 'protocol'],
    ])
  })

  it('answers 500 everywhere where an annotation that keeps somebody out is not read', () => {
    const read = readRules(`apiVersion: networking.k8s.io/v1
kind: Ingress
metadata:
  name: shop
  annotations: { nginx.ingress.kubernetes.io/auth-url: 'https://auth.test/check' }
spec:
  ingressClassName: postern
  defaultBackend: { service: { name: web, port: { number: 80 } } }
  rules:
  - host: a.test
    ${PATHS}
`)
    expect(read.codes).toEqual(['error protection-not-read'])
    expect(read.manifest.routes).toMatchObject([
      { rules: [{ invalid: true }] },
      { defaultBackend: { backend: { target: { type: 'invalid' } } } },
    ])
  })
})
