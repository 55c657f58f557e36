/** The Worker in workerd, through miniflare, with endpoints on loopback. */
import { build } from 'esbuild'
import { Miniflare } from 'miniflare'
import { fileURLToPath } from 'node:url'
import type { AccessRecord } from '../../../src/exchange.ts'
import { buildAccepted, findEntry } from '../rules.ts'
import type { WorkerOrder } from '../worker/order.ts'
import { RecordKeeper, type StartServer } from './server.ts'

/** One workerd that serves the rules of one case after the other. */
export interface WorkerRuntime {
  readonly start: StartServer
  close(): Promise<void>
}

const NAME = 'postern'
const LOOPBACK = '127.0.0.1'

/** Starts workerd with the settings of wrangler.toml. */
export async function startWorkerRuntime(): Promise<WorkerRuntime> {
  const logged = { keeper: new RecordKeeper(), faults: [] as string[] }
  const miniflare = new Miniflare({
    cf: false,
    handleStructuredLogs({ level, message }) {
      if (level === 'log') logged.keeper.add(JSON.parse(message) as AccessRecord) // data-worker's
      else logged.faults.push(message)
    },
    workers: [
      {
        config: {
          name: NAME,
          compatibilityDate: '2026-10-23',
          compatibilityFlags: ['enable_request_signal'],
          manifest: {
            mainModule: 'worker.mjs',
            modules: { 'worker.mjs': { type: 'esm', contents: await bundleWorker() } },
          },
          env: {},
        },
        // Straight to the Worker: miniflare's own entrance rewrites requests.
        dev: {
          unsafeDirectSockets: [
            { host: LOOPBACK, port: 0 },
            { host: LOOPBACK, port: 0, entrypoint: 'Control' },
          ],
        },
      },
    ],
  })
  await miniflare.ready
  const port = Number((await miniflare.unsafeGetDirectURL(NAME)).port)
  const control = await miniflare.unsafeGetDirectURL(NAME, 'Control')
  const tell = async (order: WorkerOrder): Promise<void> => {
    const response = await fetch(control, { method: 'POST', body: JSON.stringify(order) })
    if (!response.ok) throw new Error(await response.text())
  }
  let count = 0
  return {
    async start(rules, pods) {
      const bundle = buildAccepted(rules, pods)
      const number = count++
      const keeper = new RecordKeeper()
      const faults: string[] = []
      await tell({ rules: number, bundle, socket: '', peer: null })
      return {
        async admit({ gateway, peer }) {
          logged.keeper = keeper
          logged.faults = faults
          await tell({ rules: number, socket: findEntry(bundle, gateway).key, peer })
          return { port, connected() {} }
        },
        nextRecord: () => keeper.next(),
        quiet: () => new Promise((resolve) => setTimeout(resolve, LOG_MS)),
        records: keeper.records,
        faults,
        parsedByRuntime: true,
        close: () => Promise.resolve(),
      }
    },
    close: () => miniflare.dispose(),
  }
}

/** What workerd logs comes over a pipe of its own, a little later than the response. */
const LOG_MS = 20

async function bundleWorker(): Promise<string> {
  const { outputFiles } = await build({
    entryPoints: [fileURLToPath(new URL('../worker/entry.ts', import.meta.url))],
    bundle: true,
    write: false,
    format: 'esm',
    target: 'es2024',
    external: ['cloudflare:*'],
  })
  return outputFiles[0]?.text ?? ''
}
