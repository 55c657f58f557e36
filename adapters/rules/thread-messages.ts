/** What the serving thread and the thread that builds say to each other. */
import type { Finding } from '../../src/errors.ts'
import type { Cluster } from '../../src/model/bundle.ts'
import type { PackedBundle } from '../../src/model/packed.ts'
import type { RuleCounts } from './build.ts'
import type { StandardInput } from './load.ts'
import type { RulesOptions } from './options.ts'

/** One build. */
export interface BuildOrder {
  readonly options: RulesOptions
  /** What was read of standard input, where `-` is among the sources. */
  readonly standardInput: StandardInput | undefined
  /** Whether warnings refuse, as errors do. */
  readonly strict: boolean
  /** Where good rules are kept for a start without files; `undefined` keeps none. */
  readonly state: StatePlace | undefined
}

/** Where the rules of one project are kept. */
export interface StatePlace {
  readonly folder: string
  /** As `projectKey` gives it. */
  readonly key: string
}

/** A rule set that may be served. */
export interface GoodRules {
  readonly packed: PackedBundle
  /** SHA-256 over everything that was read and how, hexadecimal. */
  readonly digest: string
  readonly counts: RuleCounts
  /** The first clusters by name, for whoever asks about the state; the whole list may be long. */
  readonly clusters: readonly Pick<Cluster, 'name' | 'endpoints'>[]
}

/** What came of a build. */
export interface BuildOutcome {
  /** `undefined` where the rules are refused. */
  readonly rules: GoodRules | undefined
  /**
   * Sorted by file, line and column, and at most `MAX_TOLD` of them, errors before all else where
   * there are more: a large set may have one for every line, and taking them over holds up requests.
   */
  readonly findings: readonly Finding[]
  /** How many there are, those left out of `findings` included. */
  readonly findingCount: number
  /** Whether a source could not be read at all, as opposed to holding something wrong. */
  readonly unreadable: boolean
}

/** Findings, and clusters, that cross from one thread to the other at most. */
export const MAX_TOLD = 1000
