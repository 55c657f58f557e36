/** Plays a wire case against a server and endpoints of its own, and says what came of it. */
import type { WireCase } from '../case.ts'
import { listPods } from '../rules.ts'
import type { WireObservation } from '../target.ts'
import { openBlackhole } from './blackhole.ts'
import { dial, type Received } from './client.ts'
import type { RuleServer, StartServer } from './server.ts'
import { openUpstream, type Upstream } from './upstream.ts'

/** How long an endpoint may hold a request after the client is done. */
const SETTLE_MS = 2000

/** What came of the case's bytes. */
export async function play(wire: WireCase, start: StartServer): Promise<WireObservation> {
  const { rules, upstream: script } = wire
  const blackhole = script?.afterwards === 'blackhole' ? await openBlackhole() : undefined
  const upstreams = await Promise.all(
    rules.services.map((service) =>
      openUpstream({ service, ...(script === undefined ? {} : { script }) }),
    ),
  )
  const urls = new Map(rules.services.map((name, i) => [name, upstreams[i]?.url ?? '']))
  const pods = listPods(rules, (service) => blackhole?.url ?? urls.get(service) ?? '')
  const server = await start(rules, pods, wire.haste)
  try {
    return await observe(wire, server, upstreams)
  } finally {
    await server.close()
    await Promise.all(upstreams.map((one) => one.close()))
    await blackhole?.close()
  }
}

async function observe(
  wire: WireCase,
  server: RuleServer,
  upstreams: readonly Upstream[],
): Promise<WireObservation> {
  const { script, haste } = wire
  const startedMs = performance.now()
  const entrance = await server.admit({ gateway: undefined, peer: '127.0.0.1' })
  const received = await dial({
    ...entrance,
    script,
    haste,
    methods: [firstMethod(wire)],
    patienceMs: (wire.checks.patienceMs ?? DEFAULT_PATIENCE_MS) / haste,
    enough: (so) => isEnough(wire, so),
  })
  await settled(upstreams)
  await server.quiet()
  return {
    ...received,
    upstream: upstreams.flatMap((one) => one.requests()),
    attempts: upstreams.reduce((sum, one) => sum + one.attempts, 0),
    concurrent: Math.max(...upstreams.map((one) => one.concurrent)),
    tookMs: performance.now() - startedMs,
    records: server.records,
    faults: server.faults,
    ...(server.parsedByRuntime === undefined ? {} : { parsedByRuntime: true }),
  }
}

/** How long a client waits for more before it gives up. */
const DEFAULT_PATIENCE_MS = 2500

/** Whether the client has heard what it asked for and may leave. */
function isEnough({ checks }: WireCase, { responses }: Received): boolean {
  const refused = responses.some(({ status }) => status >= 400)
  // A refusal that has to end the connection is waited for.
  if (refused && checks.framing) return false
  const wanted = refused ? 1 : Math.max(1, checks.up ?? 1)
  return responses.filter(({ complete }) => complete).length >= wanted
}

function firstMethod({ script }: WireCase): string {
  const first = script.find((step) => step.type === 'send')
  return /^(?:\r\n)*([A-Z]+) /.exec(first?.bytes ?? '')?.[1] ?? ''
}

/** Resolves when no endpoint has a request in hand, or when one has held it too long. */
function settled(upstreams: readonly Upstream[]): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, SETTLE_MS)
    const check = (): void => {
      if (!upstreams.every(({ idle }) => idle)) return
      clearTimeout(timer)
      resolve()
    }
    for (const upstream of upstreams) upstream.onChange(check)
    check()
  })
}
