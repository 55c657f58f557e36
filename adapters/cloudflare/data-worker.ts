/**
 * The Worker that carries traffic: rules and an environment to a gateway, once for each isolate.
 * It stays up whatever it is given; what is wrong is told in the log and answered with a reason.
 */
import { PosternError } from '../../src/errors.ts'
import {
  createRuntime,
  openGateway,
  refuseAll,
  type Gateway,
  type GatewaySettings,
} from '../../src/fetch/gateway.ts'
import { WORKERS_FETCH } from '../../src/fetch/traits.ts'
import { parseBinding } from '../../src/model/binding.ts'
import type { Bundle } from '../../src/model/bundle.ts'
import type { PatternCompiler } from '../../src/regex/pattern.ts'
import { CachedRules, type Background } from '../../src/store/cached-rules.ts'
import { createKvReader } from '../../src/store/kv.ts'
import { bindingOf, findMissingBindings, readEnvironment, type Environment } from './environment.ts'
import { logFault, logProblem, logRecord } from './log.ts'

/** What a Worker is made of. */
export interface DataWorkerOptions {
  /**
   * A Bundle, or its JSON: what `postern build --target worker` writes. Where rules are published
   * in KV, these serve while none of those can be had.
   */
  readonly rules: string | Bundle
  /** Loads the regular-expression engine; called where the rules have patterns. */
  readonly loadPatterns: () => Promise<PatternCompiler>
  /** Name of the KV binding that rules are published in. Default: none is looked for. */
  readonly kv?: string
}

/** The handler that the platform calls. */
export interface DataWorker {
  /** `context` may be left out where no KV namespace is read. */
  fetch(request: Request, environment: Environment, context?: Background): Promise<Response>
}

/** Without a context the platform ends with the response what was to renew the rules. */
const UNATTENDED: Background = {
  waitUntil() {
    logProblem('published rules may not be renewed: hand the execution context on to fetch')
  },
}

/** Gives the gateway of now; a promise only while an isolate asks for its first rules. */
type GatewaySource = (background: Background) => Gateway | Promise<Gateway>

/**
 * A Worker for the rules. They are parsed here, where the platform starts the isolate, and linked
 * with the first request, which is the first to bring the environment.
 */
export function createDataWorker(options: DataWorkerOptions): DataWorker {
  const { rules, loadPatterns, kv } = options
  const parsed = typeof rules === 'string' ? parseRules(rules) : rules
  let source: GatewaySource | undefined
  return {
    fetch(request, environment, context = UNATTENDED) {
      source ??= createSource(parsed, { environment, loadPatterns, kv })
      const gateway = source(context)
      const peer = { address: clientAddress(request) }
      return gateway instanceof Promise
        ? gateway.then((first) => first(request, peer))
        : gateway(request, peer)
    },
  }
}

/** What starting needs beside the rules. */
export interface StartOptions {
  readonly environment: Environment
  readonly loadPatterns: () => Promise<PatternCompiler>
  /** As in the options of the Worker. */
  readonly kv?: string | undefined
}

/** Published rules where a namespace is bound, else `built`. */
function createSource(built: Bundle | PosternError, options: StartOptions): GatewaySource {
  const { environment, kv } = options
  const read = readEnvironment(environment, kv)
  let ofBuilt: Gateway | undefined
  const startBuilt = (): Gateway => (ofBuilt ??= startGateway(built, options))
  if (read.type === 'faults' || read.rules === undefined) return startBuilt
  const settings = { ...gatewaySettings(options, read.accessLog), runtime: createRuntime() }
  const published = new CachedRules({
    store: createKvReader(read.rules),
    open: (bundle) => openChecked(bundle, environment, settings),
    now: settings.runtime.monotonic,
    problem: logProblem,
  })
  return (background) =>
    published.take(background) ?? published.first().then((gateway) => gateway ?? startBuilt())
}

/**
 * A gateway in this environment. Rules that are none, or of another version, make one that answers
 * 503 `no_rules`; an environment that is wrong makes one that answers 500 `internal_error`.
 */
export function startGateway(rules: Bundle | PosternError, options: StartOptions): Gateway {
  const { environment, kv } = options
  const read = readEnvironment(environment, kv)
  const settings = gatewaySettings(options, read.type === 'faults' || read.accessLog)
  if (read.type === 'faults') {
    for (const fault of read.faults) logProblem(fault)
    return refuseAll('internal_error', read.faults.join('; '), settings)
  }
  try {
    if (rules instanceof PosternError) throw rules
    return openChecked(rules, environment, settings)
  } catch (error) {
    if (error instanceof PosternError) {
      logProblem(error.message)
      return refuseAll('no_rules', error.message, settings)
    }
    logFault(error)
    return refuseAll('internal_error', String(error), settings)
  }
}

function gatewaySettings(
  { environment, loadPatterns }: StartOptions,
  accessLog: boolean,
): GatewaySettings {
  return {
    fetch: (request) => fetch(request),
    binding: (name) => bindingOf(environment, name),
    traits: WORKERS_FETCH,
    log: accessLog ? logRecord : () => {},
    fault: logFault,
    loadPatterns,
  }
}

/** Throws a PosternError where the rules cannot be served; missing bindings are only told. */
function openChecked(rules: Bundle, environment: Environment, settings: GatewaySettings): Gateway {
  const gateway = openGateway(rules, settings)
  for (const problem of findMissingBindings(environment, bindingsOf(rules))) logProblem(problem)
  return gateway
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
