/** A gateway in memory for tests: rules in, heads in, steps and records out. No socket, no clock. */
import { openBundle } from '../../../src/gateway/bundle-reader.ts'
import { begin } from '../../../src/gateway/begin.ts'
import { link } from '../../../src/gateway/link.ts'
import { Runtime } from '../../../src/gateway/runtime.ts'
import type { Snapshot } from '../../../src/gateway/snapshot.ts'
import { compile } from '../../../src/compile/compile.ts'
import { parseDocuments } from '../../../src/documents/documents.ts'
import type { AttemptStep, Exchange, Outcome, RespondStep, Step } from '../../../src/exchange.ts'
import type { Peer, RequestHead } from '../../../src/head.ts'
import { readSources } from '../../../src/sources/read.ts'

export interface TestGateway {
  readonly snapshot: Snapshot
  readonly runtime: Runtime
  /** Moves the monotonic clock. */
  advance(ms: number): void
  begin(head: Partial<RequestHead>, peer?: Partial<Peer>): Exchange
  /** The same runtime with other rules. */
  reload(rules: unknown): TestGateway
}

/** A gateway for a routes.json value, or for the text of Kubernetes objects. */
export function createTestGateway(rules: unknown, shared?: TestClock): TestGateway {
  const clock = shared ?? createClock()
  const text = typeof rules === 'string' ? rules : JSON.stringify(rules)
  const parsed = parseDocuments({ name: typeof rules === 'string' ? 'a.yaml' : 'a.json', text })
  const read = readSources(parsed.documents, { className: 'postern' })
  const compiled = compile(read.manifest, {
    services: [],
    sockets: undefined,
    checkPattern: () => undefined,
  })
  const errors = [...parsed.findings, ...read.findings, ...compiled.findings].filter(
    (finding) => finding.severity === 'error',
  )
  if (errors.length > 0) throw new Error(JSON.stringify(errors, undefined, 1))
  const opened = openBundle(compiled.bundle)
  if (opened.type !== 'opened') throw new Error('the bundle was refused')
  const snapshot = link(opened.reader, {
    runtime: clock.runtime,
    patterns: (source) => {
      const pattern = new RegExp(`^(?:${source})$`)
      return { test: (value) => pattern.test(value) }
    },
  })
  const socket = [...snapshot.sockets.keys()][0] ?? ''
  return {
    snapshot,
    runtime: clock.runtime,
    advance: (ms) => {
      clock.advance(ms)
    },
    begin: (head, peer) =>
      begin(
        {
          method: 'GET',
          target: '/',
          version: '1.1',
          fields: ['Host', 'app.test'],
          authority: undefined,
          bodyLength: 0,
          ...head,
        },
        { address: '127.0.0.1', port: 40_000, localPort: 8080, socket, tls: undefined, ...peer },
        snapshot,
      ),
    reload: (next) => createTestGateway(next, clock),
  }
}

export interface TestClock {
  readonly runtime: Runtime
  advance(ms: number): void
}

function createClock(): TestClock {
  let nowMs = 1000
  const runtime = new Runtime({
    now: () => 1_800_000_000_000 + nowMs,
    monotonic: () => nowMs,
    random: () => 0.5,
  })
  return {
    runtime,
    advance: (ms) => {
      nowMs += ms
    },
  }
}

export function expectAttempt(step: Step): AttemptStep {
  if (step.type !== 'attempt') throw new Error(`expected an attempt, got ${JSON.stringify(step)}`)
  return step
}

export function expectRespond(step: Step): RespondStep {
  if (step.type !== 'respond') throw new Error(`expected an answer, got ${JSON.stringify(step)}`)
  return step
}

/** A failure of the upstream side, to connect unless stated otherwise. */
export function failure(parts: Partial<Outcome> = {}): Outcome {
  return {
    side: 'upstream',
    phase: 'connect',
    bytesSent: 0,
    reused: false,
    replayable: true,
    reason: 'connect_failed',
    ...parts,
  }
}

export const WHOLE = { failure: undefined, requestBytes: 0, responseBytes: 0 }
