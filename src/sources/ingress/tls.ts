/** Reads `spec.tls` of an Ingress: which hosts are served over TLS, and by which Secret. */
import type { TlsHost } from '../../model/manifest.ts'
import { readObjectName } from '../kubernetes/names.ts'
import { isSet, originOf, readFields, readItems, warn } from '../kubernetes/reader.ts'
import type { Field } from '../kubernetes/reader.ts'
import { readHostPattern } from '../kubernetes/rule-match.ts'

/** The hosts in order. An entry without hosts is one for every host, as the API says. */
export function readIngressTls(field: Field, namespace: string): readonly TlsHost[] {
  return readItems(field).flatMap((item) => readEntry(item, namespace))
}

function readEntry(field: Field, namespace: string): readonly TlsHost[] {
  const { hosts, secretName } = readFields(field, ['hosts', 'secretName'])
  const named = isSet(secretName) && secretName.value !== ''
  const name = named ? readObjectName(secretName) : undefined
  // A name that cannot be read must not pass for none: none means the default certificate.
  if (named && name === undefined) return []
  const secret = name === undefined ? undefined : `${namespace}/${name}`
  const items = readItems(hosts)
  if (items.length === 0) {
    warn(field, {
      code: 'tls-without-hosts',
      text: 'names no hosts, so it holds for all of them',
      remedy: 'list the hosts that the certificate is for',
    })
    return [{ host: { type: 'any' }, secret, origin: originOf(field) }]
  }
  return items.flatMap((item) => {
    const host = readHostPattern(item, 'one')
    return host === undefined ? [] : [{ host, secret, origin: originOf(item) }]
  })
}
