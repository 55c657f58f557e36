/** The rules that hostile bytes are sent to: a path behind a policy, a stripped prefix, odd hosts. */
import type { RuleSet } from '../case.ts'
import { jsonFile } from './objects.ts'

/** What differs between rule sets of hazards. */
export interface HazardSettings {
  /** Waits a fraction of a second for endpoints. */
  readonly impatient?: boolean
  readonly clientAddress?: object
}

/** The proxies that the cases trust unless they say otherwise. */
const TRUST = ['10.0.0.0/8', '::1/128']

const IMPATIENT = { connect: '300ms', firstByte: '300ms', idle: '1s' }

/** Rules for hazards. */
export function hazardRules(settings: HazardSettings): RuleSet {
  const { impatient = false, clientAddress = { trust: TRUST } } = settings
  const timeouts = impatient ? { timeouts: IMPATIENT } : {}
  const strip = { type: 'URLRewrite', path: { replacePrefixMatch: '/' } }
  const rules = {
    version: 1,
    listeners: [{ name: 'web', port: 80, clientAddress }],
    routes: [
      { host: 'app.test', path: '/', backend: 'default/pub:80', ...timeouts },
      // Nobody who asks here is in this range.
      {
        host: 'app.test',
        path: '/admin',
        backend: 'default/adm:80',
        policy: { allow: ['192.0.2.0/24'] },
      },
      { host: 'app.test', path: '/api', backend: 'default/pub:80', filters: [strip] },
      { host: 'alt.test', path: '/', backend: 'default/alt:80' },
      { host: '[2001:db8::1]', path: '/', backend: 'default/alt:80' },
      { host: 'xn--bcher-kva.test', path: '/', backend: 'default/alt:80' },
      { host: '*.wild.test', path: '/', backend: 'default/pub:80' },
    ],
  }
  return {
    name: `hazards-${JSON.stringify(settings)}`,
    files: [jsonFile('routes', rules)],
    services: ['default/pub', 'default/adm', 'default/alt'],
  }
}
