/**
 * What a target can do, and how many cases each missing ability may cost it. A case is skipped by
 * naming a capability and by nothing else, and a test holds the numbers.
 */
import {
  LACKS,
  type Capability as RuntimeCapability,
  type RuntimeName,
} from '../../src/compile/capabilities.ts'
import { readCases } from './suites/objects.ts'

/** What cases may ask of a target: of its runtime, or of the way in which it is tested. */
export type Capability =
  | RuntimeCapability
  /** Takes the bytes of a request as they are written. */
  | 'raw-bytes'
  /** Lets an endpoint answer with any bytes, and keeps what it received. */
  | 'raw-upstream'
  /** Sees a request line whole: other protocols, and methods that nobody knows. */
  | 'request-line'
  /** Terminates TLS. */
  | 'tls'
  /** Speaks HTTP/2 to clients. */
  | 'h2'
  /** Reads the PROXY protocol. */
  | 'proxy-protocol'
  /** Keeps revisions of rules. */
  | 'store'
  /** Has the control API with its tokens. */
  | 'control-api'

/** The places where cases run. */
export type TargetName = 'core' | 'node' | 'fetch' | 'worker'

/** What each target can do. */
export const CAPABILITIES: Readonly<Record<TargetName, ReadonlySet<Capability>>> = {
  // The decisions alone: no byte is parsed or written.
  core: new Set<Capability>(['request-line']),
  node: new Set<Capability>(['raw-bytes', 'raw-upstream', 'request-line']),
  fetch: new Set<Capability>(['raw-bytes', 'raw-upstream']),
  worker: new Set<Capability>(['raw-bytes', 'raw-upstream']),
}

/** How many cases of the whole set each missing capability skips, by target. */
export const SKIPS: Readonly<Record<TargetName, Readonly<Partial<Record<Capability, number>>>>> = {
  core: { 'raw-bytes': 154, tls: 7, h2: 39, 'proxy-protocol': 16, 'control-api': 9 },
  node: { tls: 7, h2: 39, 'proxy-protocol': 16, 'control-api': 9 },
  fetch: {
    'request-line': 2,
    tls: 7,
    h2: 39,
    'proxy-protocol': 16,
    'control-api': 9,
    'keep-host': 1,
    'raw-target': 2,
    'raw-fields': 5,
    'protocol-version': 2,
    connections: 5,
    'body-of-get': 1,
    'broken-body': 3,
    encodings: 2,
  },
  worker: {
    'request-line': 2,
    tls: 7,
    h2: 39,
    'proxy-protocol': 16,
    'control-api': 9,
    'keep-host': 1,
    'raw-target': 1,
    'raw-fields': 7,
    'protocol-version': 2,
    connections: 3,
    'body-of-get': 1,
    framing: 11,
  },
}

/** The first capability that `target` lacks of those needed; `undefined` where it lacks none. */
export function findMissing(
  target: TargetName,
  needs: readonly Capability[],
): Capability | undefined {
  return needs.find((need) => !CAPABILITIES[target].has(need))
}

/** The capability for whose lack `target` skips a case; `undefined` where it has to pass. */
export function findSkip(
  target: TargetName,
  { id, needs }: { readonly id: string; readonly needs: readonly Capability[] },
): Capability | undefined {
  return (
    findMissing(target, needs) ?? (target === 'core' ? undefined : DIFFERENCES.get(id)?.[target])
  )
}

/** Whether the table of runtimes says that this one lacks it. */
export function lacks(target: TargetName, capability: string): boolean {
  return target !== 'core' && Object.hasOwn(LACKS[target], capability)
}

/** By case; each names for every target that cannot pass what it lacks. */
export const DIFFERENCES: ReadonlyMap<string, Difference> = new Map(
  Object.entries((readCases('runtimes') as DifferenceFile).cases), // the file's own shape
)

interface DifferenceFile {
  readonly cases: Readonly<Record<string, Difference>>
}

/** What targets lack that cannot pass a case. */
export type Difference = Readonly<Partial<Record<RuntimeName, RuntimeCapability>>>

/**
 * Cases that end in an outcome that is accepted but not the one preferred, by target. Each is a
 * decision: whoever changes it changes this list.
 */
export const SECOND_CHOICES: Readonly<Record<TargetName, readonly string[]>> = {
  core: [],
  // What the runtime parses, it also refuses, with the status that it likes.
  fetch: ['PA-18', 'PB-05', 'RL-21', 'RL-36', 'UP-46'],
  worker: ['HH-26', 'PA-18', 'RL-03', 'RL-13'],
  node: ['PA-18'],
}
