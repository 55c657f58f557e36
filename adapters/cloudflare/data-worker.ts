/**
 * The Worker that carries traffic: rules and an environment to a gateway, once for each isolate.
 * It stays up whatever it is given; what is wrong is told in the log and answered with a reason.
 */
import { PosternError } from '../../src/errors.ts'
import { openGateway, refuseAll, type Gateway } from '../../src/fetch/gateway.ts'
import { WORKERS_FETCH } from '../../src/fetch/traits.ts'
import { parseBinding } from '../../src/model/binding.ts'
import type { Bundle } from '../../src/model/bundle.ts'
import type { PatternCompiler } from '../../src/regex/pattern.ts'
import { bindingOf, findMissingBindings, readEnvironment, type Environment } from './environment.ts'
import { logFault, logProblem, logRecord } from './log.ts'

/** What a Worker is made of. */
export interface DataWorkerOptions {
  /** A Bundle, or its JSON: what `postern build --target worker` writes. */
  readonly rules: string | Bundle
  /** Loads the regular-expression engine; called where the rules have patterns. */
  readonly loadPatterns: () => Promise<PatternCompiler>
}

/** The handler that the platform calls. */
export interface DataWorker {
  fetch(request: Request, environment: Environment): Promise<Response>
}

/**
 * A Worker for the rules. They are parsed here, where the platform starts the isolate, and linked
 * with the first request, which is the first to bring the environment.
 */
export function createDataWorker({ rules, loadPatterns }: DataWorkerOptions): DataWorker {
  const parsed = typeof rules === 'string' ? parseRules(rules) : rules
  let gateway: Gateway | undefined
  return {
    fetch(request, environment) {
      gateway ??= startGateway(parsed, { environment, loadPatterns })
      return gateway(request, { address: clientAddress(request) })
    },
  }
}

/** What starting needs beside the rules. */
export interface StartOptions {
  readonly environment: Environment
  readonly loadPatterns: () => Promise<PatternCompiler>
}

/**
 * A gateway in this environment. Rules that are none, or of another version, make one that answers
 * 503 `no_rules`; an environment that is wrong makes one that answers 500 `internal_error`.
 */
export function startGateway(rules: Bundle | PosternError, options: StartOptions): Gateway {
  const { environment, loadPatterns } = options
  const read = readEnvironment(environment)
  const settings = {
    fetch: (request: Request) => fetch(request),
    binding: (name: string) => bindingOf(environment, name),
    traits: WORKERS_FETCH,
    log: read.type === 'settings' && !read.accessLog ? () => {} : logRecord,
    fault: logFault,
    loadPatterns,
  }
  if (read.type === 'faults') {
    for (const fault of read.faults) logProblem(fault)
    return refuseAll('internal_error', read.faults.join('; '), settings)
  }
  try {
    if (rules instanceof PosternError) throw rules
    const gateway = openGateway(rules, settings)
    for (const problem of findMissingBindings(environment, bindingsOf(rules))) logProblem(problem)
    return gateway
  } catch (error) {
    if (!(error instanceof PosternError)) throw error
    logProblem(error.message)
    return refuseAll('no_rules', error.message, settings)
  }
}

/** The Bundle that is JSON in `text`, or why there is none. Its shape is checked when it is opened. */
export function parseRules(text: string): Bundle | PosternError {
  try {
    // `openGateway` takes it for a claim.
    return JSON.parse(text) as Bundle
  } catch (cause) {
    return new PosternError('no_rules', 'the rules are no JSON; build them anew', { cause })
  }
}

/** Names that endpoints of the rules have as `binding:NAME`, each once. */
function bindingsOf({ clusters }: Bundle): ReadonlySet<string> {
  const names = new Set<string>()
  for (const { endpoints } of Object.values(clusters)) {
    for (const endpoint of endpoints) {
      const name = parseBinding(endpoint)
      if (name !== undefined) names.add(name)
    }
  }
  return names
}

/**
 * The other end of the client's connection. The platform writes this field over whatever the client
 * sent; in front of a local workerd somebody else has to. Another Worker's request has none.
 */
export function clientAddress({ headers }: Request): string | undefined {
  return headers.get('cf-connecting-ip') ?? undefined
}
