/**
 * The Worker as `postern dev` runs it: the same gateway as in production, with rules that are asked
 * for through a binding instead of built in. Owns which rules the isolate serves.
 */
import { WorkerEntrypoint } from 'cloudflare:workers'
import { PosternError, type Finding } from '../../src/errors.ts'
import type { Gateway } from '../../src/fetch/gateway.ts'
import { openBundle } from '../../src/gateway/bundle-reader.ts'
import { loadPatternCompiler } from '../../src/regex/engine.ts'
import { clientAddress, parseRules, startGateway, type DataWorker } from './data-worker.ts'
import type { Environment } from './environment.ts'

/** What the development server binds, beside what the Worker has in production. */
export interface DevEnvironment extends Environment {
  /** Answers with the Bundle of now, as JSON. */
  readonly RULES: Fetcher
}

/** What answers; `undefined` in an isolate that has not asked for rules yet. */
let gateway: Gateway | undefined
/** Loads are numbered, so that a slow one does not undo a later one. */
const loads = { begun: 0, served: 0 }

/** Asks for the rules and serves by them, or says why not and serves by those before. */
async function loadRules(environment: DevEnvironment): Promise<Finding | undefined> {
  const number = ++loads.begun
  const response = await environment.RULES.fetch('http://rules.invalid/')
  const rules = parseRules(await response.text())
  if (rules instanceof PosternError) return notTaken(rules.message)
  const opened = openBundle(rules)
  if (opened.type === 'refused') return opened.finding
  if (number < loads.served) return undefined
  loads.served = number
  gateway = startGateway(rules, { environment, loadPatterns: loadPatternCompiler })
  return undefined
}

/** Where the development server says that there are other rules. */
export class Rules extends WorkerEntrypoint<DevEnvironment> {
  override async fetch(): Promise<Response> {
    const finding = await loadRules(this.env)
    if (finding !== undefined) return Response.json(finding, { status: 422 })
    return new Response(null, { status: 204 })
  }
}

const worker: DataWorker = {
  async fetch(request, environment: DevEnvironment) {
    // Not shared among the first requests: what one of them waits for ends with it.
    if (gateway === undefined) await loadRules(environment)
    if (gateway === undefined) throw new Error('the development server has no rules')
    return await gateway(request, { address: clientAddress(request) })
  },
}

// oxlint-disable-next-line import/no-default-export -- workerd looks for it
export default worker

function notTaken(why: string): Finding {
  return {
    severity: 'error',
    code: 'rules-not-taken',
    message: `the Worker cannot serve these rules: ${why}`,
    object: '',
    file: '',
    line: 0,
    column: 0,
    value: undefined,
    remedy: 'this is a fault of postern: report it with the rules that cause it',
  }
}
