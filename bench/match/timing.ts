/** Interleaved rounds and what is said about them: ratios within a round, median and quartiles. */
import type { BundleRoute } from '../../src/model/bundle.ts'
import { CANDIDATES, type Candidate, type Matcher } from './candidates.ts'
import type { Requests, Workload } from './workload.ts'

/** Median with the quartiles beside it. */
export interface Spread {
  readonly low: number
  readonly median: number
  readonly high: number
}

/** One candidate in one workload. */
export interface Measured {
  readonly name: string
  readonly kind: Candidate['kind']
  readonly buildMs: number
  /** Nanoseconds for one match, making both strings included. */
  readonly nanoseconds: Spread
  /** Within each round, divided by the floor. */
  readonly toFloor: Spread
  /** Within each round, divided by the fastest library of that round. */
  readonly toFastestLibrary: Spread
  /** The same two with the making of the strings, measured in the same round, taken off both sides. */
  readonly net: {
    readonly nanoseconds: Spread
    readonly toFloor: Spread
    readonly toFastestLibrary: Spread
  }
}

/** A workload with everybody who could hold it. */
export interface Comparison {
  readonly workload: string
  readonly rounds: number
  /** Requests on which all gave the same route, compared before anything was timed. */
  readonly agreedOn: number
  /** Nanoseconds for making host and path alone: contained in every figure. */
  readonly stringsNanoseconds: Spread
  readonly candidates: readonly Measured[]
  /** Who was left out, by name. */
  readonly leftOut: readonly string[]
}

interface Built {
  readonly candidate: Candidate
  readonly match: Matcher
  readonly buildMs: number
  /** Requests of one sample. */
  count: number
  readonly samples: number[]
}

const SAMPLE_MS = 40
const AGREEMENT = 3000

/** Builds everybody, checks that they agree, then times them in `rounds` interleaved rounds. */
export function compare(workload: Workload, rounds: number): Comparison {
  const { requests, documents } = workload
  const perHost = documents[0]?.routes.length ?? 0
  const total = perHost * documents.length
  const able = CANDIDATES.filter(({ holds }) => perHost <= holds.perHost && total <= holds.all)
  const built = able.map((candidate) => build(candidate, workload))
  const agreedOn = checkAgreement(built, requests)
  const strings: Built = {
    candidate: {
      name: 'strings alone',
      kind: 'floor',
      holds: { perHost, all: total },
      build: () => none,
    },
    match: none,
    buildMs: 0,
    count: 0,
    samples: [],
  }
  const everybody = [...built, strings]
  for (const one of everybody) calibrate(one, requests)
  for (let round = 0; round < rounds; round++) {
    // Another one begins each round, and all of a round see the same requests.
    const start = (round * 37_501) % requests.count
    for (let i = 0; i < everybody.length; i++) {
      const one = everybody[(i + round) % everybody.length] as Built // within the list
      one.samples.push(sample(one, requests, start))
    }
  }
  return {
    workload: workload.name,
    rounds,
    agreedOn,
    stringsNanoseconds: spread(strings.samples),
    candidates: summarise(built, strings.samples),
    leftOut: CANDIDATES.filter((candidate) => !able.includes(candidate)).map(({ name }) => name),
  }
}

/** Median and quartiles, interpolated. */
export function spread(values: readonly number[]): Spread {
  const sorted = values.toSorted((a, b) => a - b)
  const at = (share: number): number => {
    const position = share * (sorted.length - 1)
    const below = sorted[Math.floor(position)] ?? Number.NaN
    const above = sorted[Math.ceil(position)] ?? Number.NaN
    return below + (above - below) * (position - Math.floor(position))
  }
  return { low: at(0.25), median: at(0.5), high: at(0.75) }
}

function build(candidate: Candidate, workload: Workload): Built {
  const started = performance.now()
  const match = candidate.build(workload)
  // Some link or compile a host when it is first asked for; nobody is timed while doing so.
  for (const { host } of workload.documents) match(host, '/')
  return { candidate, match, buildMs: performance.now() - started, count: 0, samples: [] }
}

function none(): undefined {
  return undefined
}

/** Throws unless all give the same route for each of the first requests. Paths tell routes apart. */
function checkAgreement(built: readonly Built[], requests: Requests): number {
  const count = Math.min(AGREEMENT, requests.count)
  for (let i = 0; i < count; i++) {
    const [host, path] = read(requests, i)
    const answers = built.map(({ match }) => match(host, path)?.path)
    const odd = answers.findIndex((answer) => answer !== answers[0])
    if (odd === -1) continue
    const name = built[odd]?.candidate.name ?? ''
    throw new Error(`${name} gives ${answers[odd]} for ${host}${path}, not ${answers[0]}`)
  }
  return count
}

function read({ bytes, offsets }: Requests, i: number): [host: string, path: string] {
  const [from, middle, to] = [offsets[3 * i], offsets[3 * i + 1], offsets[3 * i + 2]]
  return [bytes.latin1Slice(from, middle), bytes.latin1Slice(middle, to)]
}

/** Warms up until the time of a match has settled, then sizes samples to `SAMPLE_MS`. */
function calibrate(built: Built, requests: Requests): void {
  built.count = 256
  let spentMs = 0
  for (;;) {
    const nanoseconds = sample(built, requests, 0)
    spentMs += (nanoseconds * built.count) / 1e6
    const wanted = Math.min(requests.count, Math.ceil((SAMPLE_MS * 1e6) / nanoseconds))
    if (spentMs > 5 * SAMPLE_MS) {
      built.count = wanted
      return
    }
    built.count = Math.min(2 * built.count, wanted)
  }
}

/** Nanoseconds for one match, over `count` requests from `start` on. */
function sample({ match, count }: Built, requests: Requests, start: number): number {
  const { bytes, offsets } = requests
  let found: BundleRoute | undefined
  const started = performance.now()
  for (let n = 0, i = start; n < count; n++, i++) {
    if (i === requests.count) i = 0
    const middle = offsets[3 * i + 1]
    const host = bytes.latin1Slice(offsets[3 * i], middle)
    const route = match(host, bytes.latin1Slice(middle, offsets[3 * i + 2]))
    if (route !== undefined) found = route
  }
  const elapsedMs = performance.now() - started
  kept = found
  return (elapsedMs * 1e6) / count
}

/** The last route found: without a reader of the answers a compiler might leave the question out. */
export let kept: BundleRoute | undefined

function summarise(built: readonly Built[], strings: readonly number[]): Measured[] {
  const floor = built.find(({ candidate }) => candidate.kind === 'floor')?.samples ?? []
  const libraries = built.filter(({ candidate }) => candidate.kind === 'library')
  const fastest = strings.map((_, round) =>
    Math.min(...libraries.map(({ samples }) => samples[round] ?? Infinity)),
  )
  const [netFloor, netFastest] = [without(floor, strings), without(fastest, strings)]
  return built.map(({ candidate, buildMs, samples }) => {
    const net = without(samples, strings)
    return {
      name: candidate.name,
      kind: candidate.kind,
      buildMs,
      nanoseconds: spread(samples),
      toFloor: spread(ratios(samples, floor)),
      toFastestLibrary: spread(ratios(samples, fastest)),
      net: {
        nanoseconds: spread(net),
        toFloor: spread(ratios(net, netFloor)),
        toFastestLibrary: spread(ratios(net, netFastest)),
      },
    }
  })
}

function without(samples: readonly number[], part: readonly number[]): readonly number[] {
  return samples.map((value, round) => value - (part[round] ?? Number.NaN))
}

function ratios(samples: readonly number[], divisors: readonly number[]): readonly number[] {
  return samples.map((value, round) => value / (divisors[round] ?? Number.NaN))
}
