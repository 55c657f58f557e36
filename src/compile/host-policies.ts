/**
 * Settings of hosts. Owns which setting holds for a virtual host.
 *
 * A setting holds for every host that its pattern names, whichever route serves it. Where several
 * name a host, the most specific one that has a policy holds alone: `*.a.test` can be closed and
 * `public.a.test` opened.
 */
import type { Finding } from '../errors.ts'
import type { HostSettings, NetworkPolicy } from '../model/manifest.ts'
import { createFinding, describeOrigin } from './finding.ts'
import { broaderKeys, describePattern, hostKeys } from './hosts.ts'

/** The policies of one manifest by host key. */
export class HostPolicies {
  readonly #settings: Map<string, HostSettings> = new Map()
  readonly #used: Set<HostSettings> = new Set()

  constructor(hosts: readonly HostSettings[], findings: Finding[]) {
    for (const settings of hosts) {
      if (settings.policy === undefined) continue
      let rival: HostSettings | undefined
      for (const key of hostKeys(settings.host)) {
        const first = this.#settings.get(key)
        rival ??= first
        if (first === undefined) this.#settings.set(key, settings)
      }
      if (rival !== undefined) findings.push(duplicateSettings(settings, rival))
    }
  }

  /** Host keys with a policy of their own. */
  keys(): IterableIterator<string> {
    return this.#settings.keys()
  }

  /** The policy that holds for a virtual host with this key. Its setting counts as used. */
  policyOf(host: string): NetworkPolicy | undefined {
    if (this.#settings.size === 0) return undefined
    const settings = this.#settings.get(host) ?? this.#broader(host)
    if (settings !== undefined) this.#used.add(settings)
    return settings?.policy
  }

  /** Warnings about settings that no request can meet. */
  unused(): readonly Finding[] {
    const listed = new Set(this.#settings.values())
    return [...listed].filter((one) => !this.#used.has(one)).map(unusedSettings)
  }

  #broader(host: string): HostSettings | undefined {
    for (const key of broaderKeys(host)) {
      const settings = this.#settings.get(key)
      if (settings !== undefined) return settings
    }
    return undefined
  }
}

function duplicateSettings(settings: HostSettings, first: HostSettings): Finding {
  const host = describePattern(settings.host)
  return createFinding(settings.origin, {
    severity: 'error',
    code: 'duplicate-host-settings',
    message: `host "${host}" has a policy already, in ${describeOrigin(first.origin)}, which holds`,
    value: host,
    remedy: 'write both into one policy',
  })
}

function unusedSettings(settings: HostSettings): Finding {
  const host = describePattern(settings.host)
  return createFinding(settings.origin, {
    severity: 'warning',
    code: 'unused-host-settings',
    message: `host "${host}" has settings, but no route serves it`,
    value: host,
    remedy: 'check the name against the hosts of the routes, or remove the settings',
  })
}
