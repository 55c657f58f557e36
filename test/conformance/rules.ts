/** Rules of a case to a Bundle, the way every command of postern takes them. */
import { buildRules, type RulesResult } from '../../adapters/rules/build.ts'
import type { ServiceOverride } from '../../src/compile/services.ts'
import { openBundle } from '../../src/gateway/bundle-reader.ts'
import { link } from '../../src/gateway/link.ts'
import { Runtime } from '../../src/gateway/runtime.ts'
import type { Snapshot } from '../../src/gateway/snapshot.ts'
import type { Bundle, SocketEntry } from '../../src/model/bundle.ts'
import { loadPatternCompiler } from '../../src/regex/engine.ts'
import type { RuleSet } from './case.ts'

/** The class that cases name. */
export const CLASS_NAME = 'postern'

/** Where each pod of a service can be reached: `service` is `namespace/name`. */
export interface Pod {
  readonly service: string
  readonly url: string
}

/** Builds the rules; `pods` are the endpoints of their services. */
export function build(rules: Pick<RuleSet, 'files'>, pods: readonly Pod[]): RulesResult {
  return buildRules({
    files: rules.files,
    findings: [],
    digest: '',
    options: {
      sources: ['-'],
      className: CLASS_NAME,
      services: pods.map(toOverride),
      sockets: undefined,
    },
  })
}

/** The Bundle of rules that have to be accepted; throws their findings where they are not. */
export function buildAccepted(rules: RuleSet, pods: readonly Pod[]): Bundle {
  const { bundle, findings } = build(rules, pods)
  if (bundle !== undefined) return bundle
  throw new Error(`${rules.name} is refused: ${JSON.stringify(findings, undefined, 1)}`)
}

/** A snapshot of `bundle` with the clock of this process. */
export async function openSnapshot(bundle: Bundle): Promise<Snapshot> {
  const opened = openBundle(bundle)
  if (opened.type === 'refused') throw new Error(opened.finding.message)
  const runtime = new Runtime({
    now: Date.now,
    monotonic: () => performance.now(),
    random: Math.random,
  })
  return link(opened.reader, { runtime, patterns: await loadPatternCompiler() })
}

/** The socket that serves `gateway`, or the first one. */
export function findSocket(snapshot: Snapshot, gateway: string | undefined): SocketEntry {
  for (const { entry, listeners } of snapshot.sockets.values()) {
    const named = listeners.some(({ entry: { name } }) => name.startsWith(`${gateway}/`))
    if (gateway === undefined || named) return entry
  }
  throw new Error(`no socket serves ${gateway ?? 'anything'}`)
}

/** Likewise, of a Bundle that is not linked here. */
export function findEntry(
  { sockets, listeners }: Bundle,
  gateway: string | undefined,
): SocketEntry {
  const found = sockets.find(
    (socket) =>
      gateway === undefined ||
      socket.listeners.some((index) => listeners[index]?.name.startsWith(`${gateway}/`)),
  )
  if (found === undefined) throw new Error(`no socket serves ${gateway ?? 'anything'}`)
  return found
}

/** All pods that the services of `rules` have, reached at what `urlOf` gives for each. */
export function listPods(rules: RuleSet, urlOf: (service: string) => string): Pod[] {
  return rules.services.flatMap((service) =>
    Array.from({ length: rules.pods?.[service] ?? 1 }, () => ({ service, url: urlOf(service) })),
  )
}

function toOverride({ service, url }: Pod): ServiceOverride {
  const [namespace = '', name = ''] = service.split('/')
  return { namespace, name, port: undefined, url }
}
