import { describe, expect, it } from 'vitest'
import { readRules } from '../rules.ts'

/** Stands for key material wherever a Secret could hold some. */
const CANARY = 'c4n4ryc4n4ryc4n4ryc4n4ry'

const INGRESS = `---
apiVersion: networking.k8s.io/v1
kind: Ingress
metadata: { name: shop }
spec:
  ingressClassName: postern
  tls: [{ hosts: [a.test], secretName: cert }]
  defaultBackend: { service: { name: web, port: { number: 80 } } }
`

function secret(rest: string): string {
  return `apiVersion: v1\nkind: Secret\nmetadata: { name: cert }\n${rest}\n`
}

const DATA = `data: { tls.crt: ${CANARY}, tls.key: ${CANARY} }`

describe('reviewSecrets', () => {
  it.each([
    {
      name: 'a certificate with its key',
      text: secret(`type: kubernetes.io/tls\n${DATA}`),
      codes: [],
    },
    {
      name: 'a certificate as plain text',
      text: secret(`type: kubernetes.io/tls\nstringData: { tls.crt: '${CANARY}!', tls.key: '!' }`),
      codes: [],
    },
    {
      name: 'no key',
      text: secret(`type: kubernetes.io/tls\ndata: { tls.crt: ${CANARY} }`),
      codes: ['error missing-field'],
    },
    {
      name: 'no data at all',
      text: secret('type: kubernetes.io/tls'),
      codes: ['error missing-field', 'error missing-field'],
    },
    {
      name: 'text that is not base64',
      text: secret(`type: kubernetes.io/tls\ndata: { tls.crt: '${CANARY}!', tls.key: ${CANARY} }`),
      codes: ['error invalid-base64'],
    },
    {
      name: 'values that are not text',
      text: secret(
        `type: kubernetes.io/tls\ndata: { tls.crt: [${CANARY}], tls.key: { a: ${CANARY} } }`,
      ),
      codes: ['error invalid-base64', 'error invalid-base64'],
    },
    { name: 'another type', text: secret(`type: Opaque\n${DATA}`), codes: ['error secret-type'] },
    { name: 'no type', text: secret(DATA), codes: ['error secret-type'] },
    {
      name: 'data that is no mapping',
      text: secret(`type: kubernetes.io/tls\ndata: ${CANARY}`),
      codes: ['error missing-field', 'error missing-field'],
    },
  ])('judges $name, and lets no value out', ({ text, codes }) => {
    const read = readRules(text + INGRESS)
    expect(read.codes).toEqual(codes)
    expect(JSON.stringify(read)).not.toContain(CANARY)
  })

  it('accepts base64 that is broken into lines', () => {
    const lines = `  tls.crt: |\n    ${CANARY}\n    ${CANARY}\n  tls.key: ${CANARY}`
    expect(readRules(secret(`type: kubernetes.io/tls\ndata:\n${lines}`)).codes).toEqual([])
  })

  it('tells that a Secret which is no certificate and not named is not read', () => {
    const read = readRules(secret(`type: Opaque\ndata: { password: ${CANARY} }`))
    expect(read.codes).toEqual(['info secret-not-read'])
    expect(JSON.stringify(read)).not.toContain(CANARY)
  })

  it('tells once that a Secret is not among the rules', () => {
    const read = readRules(INGRESS.replace('[a.test]', '[a.test, b.test]'))
    expect(read.findings).toMatchObject([
      { severity: 'info', code: 'secret-not-found', value: 'default/cert', line: 7 },
    ])
  })

  it.each([
    { name: 'a Secret in a version of no use', text: secret(DATA).replace('v1', 'v2') },
    { name: 'a Secret under an unknown kind', text: secret(DATA).replace('Secret', 'Secrets') },
    { name: 'a Secret without name', text: secret(DATA).replace('name: cert', '') },
    { name: 'a Secret without kind', text: secret(DATA).replace('kind: Secret', '') },
    {
      name: 'a Secret with broken metadata',
      text: `apiVersion: v1\nkind: Secret\nmetadata: ${CANARY}`,
    },
    { name: 'key material as a document', text: CANARY },
    { name: 'key material as the kind', text: `{ apiVersion: v1, kind: '${CANARY} ' }` },
    {
      name: 'key material in the annotation of kubectl',
      text: secret(DATA).replace(
        'name: cert',
        `name: cert, annotations: { kubectl.kubernetes.io/last-applied-configuration: '${CANARY}' }`,
      ),
    },
    {
      name: 'key material in a List',
      text: `{ apiVersion: v1, kind: SecretList, items: [{ metadata: { name: a }, ${DATA} }, ${CANARY}] }`,
    },
  ])('lets no value out of $name', ({ text }) => {
    const read = readRules(text)
    expect(read.findings.length).toBeGreaterThan(0)
    expect(JSON.stringify(read)).not.toContain(CANARY)
  })
})
