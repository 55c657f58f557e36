/**
 * Looks whether Secrets can serve as certificates. Content is looked at here and nowhere kept: no
 * value of a Secret enters a finding or the rules.
 */
import type { Finding } from '../../errors.ts'
import type { TlsHost } from '../../model/manifest.ts'
import type { KubernetesObject } from './metadata.ts'
import { demand, isSet, peekField, reject, tell } from './reader.ts'
import type { Field } from './reader.ts'

const TLS_TYPE = 'kubernetes.io/tls'

/** RFC 4648 §4, with the white space that YAML blocks bring already taken out. */
const BASE64 = /^[A-Za-z0-9+/]+={0,2}$/

/**
 * Checks every Secret of type `kubernetes.io/tls`, and every one that TLS settings name, for a
 * certificate and a key. Returns findings about names that no Secret has; those about the Secrets
 * stand with them.
 */
export function reviewSecrets(
  secrets: readonly KubernetesObject[],
  tlsHosts: readonly TlsHost[],
): readonly Finding[] {
  const wanted = new Set(tlsHosts.map(({ secret }) => secret))
  const present = new Set<string>()
  for (const object of secrets) {
    const name = `${object.namespace}/${object.name}`
    present.add(name)
    reviewSecret(object.root, wanted.has(name))
  }
  const findings: Finding[] = []
  for (const { secret, origin } of tlsHosts) {
    if (secret === undefined || present.has(secret)) continue
    present.add(secret) // said once for each name
    findings.push({
      severity: 'info',
      code: 'secret-not-found',
      message: `Secret ${secret} is not among the rules`,
      ...origin,
      value: secret,
      remedy: 'give the Secret with the rules, or the certificate where the listener is served',
    })
  }
  return findings
}

function reviewSecret(root: Field, wanted: boolean): void {
  const type = peekField(root, 'type')
  if (type.value !== TLS_TYPE) {
    const remedy = `make it a Secret of type ${TLS_TYPE} with tls.crt and tls.key`
    if (wanted) reject(type, { code: 'secret-type', text: `is not ${TLS_TYPE}`, remedy })
    else tell(root, { code: 'secret-not-read', text: 'is no certificate and is not read', remedy })
    return
  }
  for (const key of ['tls.crt', 'tls.key']) reviewEntry(root, key)
}

function reviewEntry(root: Field, key: string): void {
  const plain = peekField(peekField(root, 'stringData'), key)
  if (typeof plain.value === 'string' && plain.value !== '') return
  const encoded = peekField(peekField(root, 'data'), key)
  if (!isSet(encoded)) {
    demand(encoded, `give the Secret its ${key}`)
    return
  }
  const text = typeof encoded.value === 'string' ? encoded.value.replace(/\s+/g, '') : ''
  if (BASE64.test(text) && text.length % 4 === 0) return
  reject(encoded, {
    code: 'invalid-base64',
    text: 'is not base64',
    remedy: 'encode the PEM text with base64, or put it under stringData as it is',
  })
}
