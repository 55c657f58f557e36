/** Hosts for which rules name a certificate, and which one. Sees names alone, never key material. */
import { describePattern } from '../../src/compile/hosts.ts'
import type { Manifest } from '../../src/model/manifest.ts'
import { describePlace } from './place.ts'
import type { Column, Shown } from './view.ts'

const COLUMNS: readonly Column[] = [{ title: 'HOST' }, { title: 'SECRET' }, { title: 'SOURCE' }]

/** The hosts of tls sections, in file order. */
export function certificatesView({ manifest }: { readonly manifest: Manifest }): Shown {
  return {
    columns: COLUMNS,
    items: manifest.tlsHosts.map(({ host, secret, origin }) => {
      const name = describePattern(host)
      const source = describePlace(origin)
      return {
        cells: [name, secret ?? '(default certificate)', source],
        json: { host: name, ...(secret === undefined ? {} : { secret }), source },
      }
    }),
    empty: 'no certificates are named',
  }
}
