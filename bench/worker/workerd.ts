/** One Worker in a workerd of its own, and the processor time that it has used. */
import { readdirSync, readFileSync } from 'node:fs'
import { Miniflare } from 'miniflare'

const LOOPBACK = '127.0.0.1'

/** A running Worker. */
export interface MeasuredWorker {
  readonly port: number
  /** Milliseconds of processor time since its start, of all its threads. */
  cpuMs(): number
  close(): Promise<void>
}

/** Modules of a Worker: the first is its entry. */
export type Modules = Readonly<Record<string, WorkerModule>>

/** A module. */
export interface WorkerModule {
  readonly type: 'esm' | 'text'
  readonly contents: string
}

/** Starts it. `variables` are its environment. */
export async function startWorker(
  modules: Modules,
  variables: Readonly<Record<string, string>>,
): Promise<MeasuredWorker> {
  const before = new Set(findWorkerds())
  const env = Object.fromEntries(
    Object.entries(variables).map(([name, value]) => [name, { type: 'text' as const, value }]),
  )
  const miniflare = new Miniflare({
    cf: false,
    // Taken like any log, and not written: a terminal is no part of what is measured.
    handleStructuredLogs() {},
    workers: [
      {
        config: {
          name: 'bench',
          compatibilityDate: '2026-10-23',
          compatibilityFlags: ['enable_request_signal'],
          manifest: { mainModule: Object.keys(modules)[0] ?? '', modules },
          env,
        },
        dev: { unsafeDirectSockets: [{ host: LOOPBACK, port: 0 }] },
      },
    ],
  })
  await miniflare.ready
  const pid = findWorkerds().find((one) => !before.has(one))
  if (pid === undefined) throw new Error('workerd has no process')
  const { port } = await miniflare.unsafeGetDirectURL('bench')
  return {
    port: Number(port),
    cpuMs: () => readCpuMs(pid),
    close: () => miniflare.dispose(),
  }
}

/** Processes of this name that this process has started. */
function findWorkerds(): number[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map(Number)
    .filter((pid) => {
      const stat = readStat(pid)
      return (
        stat.includes('(workerd)') && Number(stat.split(') ')[1]?.split(' ')[1]) === process.pid
      )
    })
}

function readStat(pid: number): string {
  try {
    return readFileSync(`/proc/${pid}/stat`, 'utf8')
  } catch {
    // It has ended meanwhile.
    return ''
  }
}

/** The scheduler's own account, in nanoseconds, over all threads. */
function readCpuMs(pid: number): number {
  let total = 0
  for (const thread of readdirSync(`/proc/${pid}/task`)) {
    const [ran = '0'] = readFileSync(`/proc/${pid}/task/${thread}/schedstat`, 'utf8').split(' ')
    total += Number(ran)
  }
  return total / 1e6
}
