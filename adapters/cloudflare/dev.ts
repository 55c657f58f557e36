/**
 * The Worker as `postern dev` runs it: the same gateway as in production, with rules that are asked
 * for through a binding instead of built in. Owns which rules the isolate serves.
 */
import { WorkerEntrypoint } from 'cloudflare:workers'
import type { AccessRecord } from '../../src/exchange.ts'
import type { Finding } from '../../src/errors.ts'
import { openGateway, refuseAll, type Gateway } from '../../src/fetch/gateway.ts'
import { WORKERS_FETCH } from '../../src/fetch/traits.ts'
import type { Bundle } from '../../src/model/bundle.ts'
import { loadPatternCompiler } from '../../src/regex/engine.ts'

/** What the development server binds. */
export interface DevEnvironment {
  /** Answers with the Bundle of now, as JSON. */
  readonly RULES: Fetcher
}

// The console is what workerd hands out by: records and faults are told apart by level.
/* oxlint-disable no-console */
const settings = {
  fetch: (request: Request) => fetch(request),
  traits: WORKERS_FETCH,
  log: (record: AccessRecord) => console.log(JSON.stringify(record)),
  fault: (error: unknown) => console.error(error),
  loadPatterns: loadPatternCompiler,
}
/* oxlint-enable no-console */

/** What answers; `undefined` in an isolate that has not asked for rules yet. */
let gateway: Gateway | undefined
/** Loads are numbered, so that a slow one does not undo a later one. */
const loads = { begun: 0, served: 0 }

/** Asks for the rules and serves by them, or says why not and serves by those before. */
async function loadRules({ RULES }: DevEnvironment): Promise<Finding | undefined> {
  const number = ++loads.begun
  try {
    const response = await RULES.fetch('http://rules.invalid/')
    const bundle: Bundle = await response.json()
    const opened = openGateway(bundle, settings)
    if (number < loads.served) return undefined
    loads.served = number
    gateway = opened
    return undefined
  } catch (error) {
    return notTaken(error)
  }
}

/** Where the development server says that there are other rules. */
export class Rules extends WorkerEntrypoint<DevEnvironment> {
  override async fetch(): Promise<Response> {
    const finding = await loadRules(this.env)
    if (finding !== undefined) return Response.json(finding, { status: 422 })
    return new Response(null, { status: 204 })
  }
}

const worker: ExportedHandler<DevEnvironment> = {
  async fetch(request, env) {
    // Not shared among the first requests: what one of them waits for ends with it.
    if (gateway === undefined) await loadRules(env)
    const handle = gateway ?? refuseAll('no_rules', 'the Worker has no rules', settings)
    return await handle(request, { address: request.headers.get('cf-connecting-ip') ?? undefined })
  },
}

// oxlint-disable-next-line import/no-default-export -- workerd looks for it
export default worker

function notTaken(error: unknown): Finding {
  return {
    severity: 'error',
    code: 'rules-not-taken',
    message: `the Worker cannot serve these rules: ${error instanceof Error ? error.message : String(error)}`,
    object: '',
    file: '',
    line: 0,
    column: 0,
    value: undefined,
    remedy: 'this is a fault of postern: report it with the rules that cause it',
  }
}
