/**
 * What a target can do, and how many cases each missing ability may cost it. A case is skipped by
 * naming a capability and by nothing else, and a test holds the numbers.
 */

/** What cases may ask of a target. */
export type Capability =
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
export type TargetName = 'core' | 'node'

/** What each target can do. */
export const CAPABILITIES: Readonly<Record<TargetName, ReadonlySet<Capability>>> = {
  // The decisions alone: no byte is parsed or written.
  core: new Set<Capability>(['request-line']),
  node: new Set<Capability>(['raw-bytes', 'raw-upstream', 'request-line']),
}

/** How many cases of the whole set each missing capability skips, by target. */
export const SKIPS: Readonly<Record<TargetName, Readonly<Partial<Record<Capability, number>>>>> = {
  core: { 'raw-bytes': 154, tls: 7, h2: 39, 'proxy-protocol': 16, 'control-api': 9 },
  node: { tls: 7, h2: 39, 'proxy-protocol': 16, 'control-api': 9 },
}

/** The first capability that `target` lacks of those needed; `undefined` where it lacks none. */
export function findMissing(
  target: TargetName,
  needs: readonly Capability[],
): Capability | undefined {
  return needs.find((need) => !CAPABILITIES[target].has(need))
}

/**
 * Cases that end in an outcome that is accepted but not the one preferred, by target. Each is a
 * decision: whoever changes it changes this list.
 */
export const SECOND_CHOICES: Readonly<Record<TargetName, readonly string[]>> = {
  core: [],
  node: ['PA-18'],
}
