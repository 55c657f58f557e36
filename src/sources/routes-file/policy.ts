/** Reads who may come in, and whom to believe about the client's address. */
import { isTokenName } from '../../fields.ts'
import { formatCidr, parseCidr } from '../../ip/cidr.ts'
import { PRESETS, expandTrust } from '../../ip/presets.ts'
import type { ClientAddressSettings, NetworkPolicy } from '../../model/manifest.ts'
import type { ClientAddressInput, PolicyInput } from './input.ts'
import { adviseChoice } from './report.ts'
import type { Path, Report } from './report.ts'

const DEFAULT_SOURCE = 'x-forwarded-for'

const NO_CIDRS: readonly string[] = []

/** The policy at `path`. Each CIDR that is none is an error (`invalid-cidr`). */
export function readPolicy(input: PolicyInput, path: Path, report: Report): NetworkPolicy {
  return {
    deny: readCidrs(input.deny, [...path, 'deny'], report),
    allow: readCidrs(input.allow, [...path, 'allow'], report),
  }
}

/** The settings at `path`; errors are `conflicting-keys`, `missing-key`, `unknown-trust` and more. */
export function readClientAddress(
  input: ClientAddressInput,
  path: Path,
  report: Report,
): ClientAddressSettings {
  const { trust, hops, source } = input
  if (trust !== undefined && hops !== undefined) {
    report.add({
      code: 'conflicting-keys',
      path: [...path, 'hops'],
      part: 'key',
      text: 'stands beside trust',
      remedy: 'keep one of the two: trust names proxies, hops counts them',
    })
  }
  if (trust === undefined && hops === undefined) {
    const remedy = 'add trust with the CIDRs of the proxies in front, or remove clientAddress'
    report.add({ code: 'missing-key', path: [...path, 'trust'], text: 'is missing', remedy })
  }
  return {
    trust: trust === undefined ? [] : readTrust(trust, [...path, 'trust'], report),
    hops,
    source: readSource(source, [...path, 'source'], report),
  }
}

function readTrust(entries: readonly string[], path: Path, report: Report): readonly string[] {
  const { cidrs, unknown } = expandTrust(entries)
  for (const entry of new Set(unknown)) {
    const presets = [...PRESETS.keys()]
    report.add({
      code: 'unknown-trust',
      path: [...path, entries.indexOf(entry)],
      value: entry,
      text: 'is neither a CIDR nor a preset',
      remedy: adviseChoice(
        entry,
        presets,
        `use a CIDR such as 10.0.0.0/8, or ${presets.join(', ')}`,
      ),
    })
  }
  return cidrs
}

function readSource(source: string | undefined, path: Path, report: Report): string {
  if (source === undefined) return DEFAULT_SOURCE
  if (!isTokenName(source)) {
    report.add({
      code: 'invalid-header',
      path,
      value: source,
      text: 'is not the name of a header field',
      remedy: 'use a name such as X-Forwarded-For',
    })
  }
  return source.toLowerCase()
}

function readCidrs(
  entries: readonly string[] | undefined,
  path: Path,
  report: Report,
): readonly string[] {
  if (entries === undefined) return NO_CIDRS
  const cidrs = new Set<string>()
  for (const [i, entry] of entries.entries()) {
    const cidr = parseCidr(entry)
    if (cidr === undefined) {
      report.add({
        code: 'invalid-cidr',
        path: [...path, i],
        value: entry,
        text: 'is not an address or a CIDR',
        remedy:
          'write it as 10.0.0.0/8, 2001:db8::/32 or 192.0.2.1, without port and leading zeros',
      })
      continue
    }
    const text = formatCidr(cidr)
    cidrs.add(text)
    if (hasHostBits(entry, text)) warnHostBits(entry, { text, path: [...path, i], report })
  }
  return [...cidrs]
}

/** Whether the address in front of the slash is not the first of its block: a slip, often. */
function hasHostBits(entry: string, canonical: string): boolean {
  const slash = entry.indexOf('/')
  if (slash < 0) return false
  const own = parseCidr(entry.slice(0, slash))
  return own !== undefined && own.network.text !== canonical.slice(0, canonical.indexOf('/'))
}

function warnHostBits(
  entry: string,
  { text, path, report }: { readonly text: string; readonly path: Path; readonly report: Report },
): void {
  report.add({
    severity: 'warning',
    code: 'cidr-host-bits',
    path,
    value: entry,
    text: `means the whole block ${text}`,
    remedy: `write ${text}, or leave the length out to name the one address`,
  })
}
