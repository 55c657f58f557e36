/**
 * One Worker in miniflare: started with its code, told of new rules while it runs, and ended. Owns
 * how rules get in; what they say, and where the code comes from, is given.
 *
 * Rules come by a binding: the Worker asks `RULES` for them, whose answer is written by this process.
 * It asks when its entrypoint `Rules` is called, and by itself when it has none yet. So new rules
 * cost no restart, a request costs no look for them, a reload is over when the call is answered, and
 * the Worker itself says what it thinks of the rules. The call carries nothing that anybody would have
 * to believe, and its socket is on loopback and another than that of requests.
 */
import { Miniflare, type MiniflareOptions, type WorkerdStructuredLog } from 'miniflare'
import type { Finding } from '../../src/errors.ts'
import { LOOPBACK } from './worker-request.ts'
import type { WorkerAddress } from './worker-slot.ts'

/** The settings of the Worker in wrangler.toml, which a test holds these to. */
export const COMPATIBILITY = {
  date: '2026-10-23',
  flags: ['enable_request_signal'],
} as const

/** The Worker's name; nobody sees it. */
const NAME = 'postern'

/** Milliseconds that the Worker may take to start, or to take over rules. */
const PATIENCE_MS = 15_000

/** Signals that a command decides about. */
const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const

/** What a Worker is started with. */
export interface WorkerOptions {
  /** One module, as esbuild gives it. */
  readonly code: string
  /** The Bundle as JSON; asked for at every load. */
  readonly rules: () => string
  /** Takes what the Worker writes to its console. */
  readonly log: (entry: WorkerLog) => void
}

/** One call of `console`. */
export interface WorkerLog {
  /** `log`, `warn`, `error` … */
  readonly level: string
  readonly message: string
}

/** A Worker that answers requests. */
export interface RunningWorker extends WorkerAddress {
  /** Has it take over the rules of now; the finding says why it did not and keeps those before. */
  loadRules(): Promise<Finding | undefined>
  /** Ends it with its process. */
  dispose(): Promise<void>
}

/** Starts a Worker without loading rules. Rejects where its code does not run; `log` has the reason. */
export async function startWorker(options: WorkerOptions): Promise<RunningWorker> {
  let port = 0
  const findPort = async (): Promise<void> => {
    port = Number((await miniflare.unsafeGetDirectURL(NAME)).port)
  }
  // After a crash miniflare starts the process again, which may listen elsewhere.
  const restarted = async (): Promise<void> => {
    options.log({ level: 'error', message: 'workerd crashed and was started again' })
    await findPort()
  }
  const miniflare = keepSignals(() => new Miniflare(miniflareOptions(options, restarted)))
  try {
    await miniflare.ready
    await findPort()
    return {
      get port() {
        return port
      },
      loadRules: async () => loadRules(await miniflare.unsafeGetDirectURL(NAME, 'Rules')),
      dispose: () => miniflare.dispose(),
    }
  } catch (cause) {
    await miniflare.dispose()
    // What is wrong with the code, workerd has told the log; the error quotes that once more, as JSON.
    throw new Error('workerd does not start with this code', { cause })
  }
}

function miniflareOptions(
  { code, rules, log }: WorkerOptions,
  restarted: () => Promise<void>,
): MiniflareOptions {
  return {
    cf: false,
    unsafeHandleRuntimeRestart: restarted,
    handleStructuredLogs: ({ level, message }: WorkerdStructuredLog) => log({ level, message }),
    workers: [
      {
        config: {
          name: NAME,
          compatibilityDate: COMPATIBILITY.date,
          compatibilityFlags: [...COMPATIBILITY.flags],
          manifest: {
            mainModule: 'worker.mjs',
            modules: { 'worker.mjs': { type: 'esm', contents: code } },
          },
          env: {
            RULES: {
              type: 'node-handler',
              handler: (_request, response) => void response.end(rules()),
            },
          },
        },
        dev: {
          // Straight to the Worker: miniflare's own entrance rewrites Accept-Encoding, takes paths
          // for itself and turns exceptions into pages, none of which the edge does.
          unsafeDirectSockets: [
            { host: LOOPBACK, port: 0 },
            { host: LOOPBACK, port: 0, entrypoint: 'Rules' },
          ],
        },
      },
    ],
  }
}

/**
 * Keeps `create` from listening for signals. Miniflare would end this process at once on each of
 * them, with requests under way; it may go on ending its own when this one exits.
 */
function keepSignals<T>(create: () => T): T {
  const before = new Map(SIGNALS.map((signal) => [signal, new Set(process.listeners(signal))]))
  const created = create()
  for (const [signal, listeners] of before) {
    for (const listener of process.listeners(signal)) {
      if (!listeners.has(listener)) process.off(signal, listener)
    }
  }
  return created
}

async function loadRules(url: URL): Promise<Finding | undefined> {
  const response = await fetch(url, { method: 'POST', signal: AbortSignal.timeout(PATIENCE_MS) })
  if (response.ok) {
    await response.body?.cancel()
    return undefined
  }
  const text = await response.text()
  // Only our own Worker answers there: 422 with a finding; anything else is a fault.
  if (response.status === 422) return JSON.parse(text) as Finding
  throw new Error(`the Worker answers ${response.status} to new rules: ${text.slice(0, 200)}`)
}
