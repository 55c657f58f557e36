/**
 * G-01: rules are replaced while requests run. Every request is answered as a whole by one rule set
 * that was served between its beginning and its end, and none fails.
 */
import { once } from 'node:events'
import http, { Agent, createServer, type IncomingMessage, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'
import { expect, it, onTestFinished } from 'vitest'
import { createAccessLog } from '../../adapters/node/access-log.ts'
import { createServer as createPostern, type PosternServer } from '../../adapters/node/server.ts'
import { buildRules } from '../../adapters/rules/build.ts'
import { linkRules, ServedRules, type LinkedRules } from '../../adapters/rules/served-rules.ts'
import { pack } from '../../src/compile/pack.ts'
import { begin } from '../../src/gateway/begin.ts'
import { Runtime } from '../../src/gateway/runtime.ts'
import type { SocketEntry } from '../../src/model/bundle.ts'

const RELOADS = 200

const runtime = new Runtime({
  now: Date.now,
  monotonic: () => performance.now(),
  random: Math.random,
})

/** Rules that name their number in every response and send it to a backend of that parity. */
async function createRules(
  number: number,
  backends: readonly number[],
  ports: readonly number[],
): Promise<LinkedRules> {
  const routes = [
    {
      path: '/',
      backend: `http://127.0.0.1:${backends[number % 2]}`,
      filters: [
        { type: 'ResponseHeaderModifier', set: [{ name: 'x-revision', value: `${number}` }] },
      ],
    },
    // Enough of them for a reload to take its time.
    ...Array.from({ length: 200 }, (_, i) => ({
      path: `/other/${number}/${i}`,
      backend: 'http://127.0.0.1:1',
    })),
  ]
  const { findings, bundle, digest, counts } = buildRules({
    files: [{ name: 'routes.json', text: JSON.stringify({ version: 1, routes }) }],
    findings: [],
    digest: `${number}`,
    options: {
      sources: ['routes.json'],
      className: 'postern',
      services: [],
      sockets: { http: ports.map((port) => ({ address: '127.0.0.1', port })), https: [] },
    },
  })
  if (bundle === undefined) throw new Error(JSON.stringify(findings))
  const linked = await linkRules({ packed: pack(bundle), digest, counts, clusters: [] }, runtime)
  if (linked.type !== 'linked') throw new Error(linked.finding.message)
  return linked.rules
}

function socketsOf({ snapshot }: LinkedRules): SocketEntry[] {
  return [...snapshot.sockets.values()].map(({ entry }) => entry)
}

/** A backend that answers with its name, every other time in two parts. */
async function startBackend(name: string): Promise<number> {
  let count = 0
  const server: Server = createServer((request, response) => {
    request.resume()
    if (count++ % 2 === 0) {
      response.end(name)
      return
    }
    response.write(name.slice(0, 1))
    setImmediate(() => response.end(name.slice(1)))
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  onTestFinished(() => {
    server.close()
    server.closeAllConnections()
  })
  return (server.address() as AddressInfo).port
}

interface Router {
  readonly served: ServedRules
  readonly server: PosternServer
  readonly faults: unknown[]
}

function createRouter(first: LinkedRules): Router {
  const served = new ServedRules()
  served.swap(first)
  const faults: unknown[] = []
  const server = createPostern({
    sockets: socketsOf(first),
    begin: (head, peer) => begin(head, peer, served.snapshotFor(peer.socket)),
    log: createAccessLog({ target: 'off', stdout: process.stdout }),
    drain: { lameDuckMs: 0, deadlineMs: 5000 },
    fault: (error) => faults.push(error),
  })
  onTestFinished(async () => {
    await server.drain(0)
  })
  return { served, server, faults }
}

/** One response as far as this test looks at it. */
interface Answer {
  readonly status: number | undefined
  readonly revision: number
  readonly body: string
}

async function ask(port: number, agent: Agent | false, method: string): Promise<Answer> {
  const request = http.request({ host: '127.0.0.1', port, agent, method, path: '/a' })
  request.end(method === 'POST' ? 'body' : undefined)
  const [response] = (await once(request, 'response')) as [IncomingMessage]
  const body = await text(response)
  return {
    status: response.statusCode,
    revision: Number(response.headers['x-revision']),
    body,
  }
}

it(
  'answers every request by old or new rules through 200 reloads (G-01, P-05)',
  { timeout: 120_000 },
  async () => {
    const names = ['even', 'odd']
    const backends = await Promise.all(names.map(startBackend))
    const router = createRouter(await createRules(0, backends, [0]))
    const [bound] = await router.server.listen()
    const port = bound?.port ?? 0
    const keepAlive = new Agent({ keepAlive: true, maxSockets: 6 })
    onTestFinished(() => keepAlive.destroy())
    const load = createLoad(port, names)
    const clients = [
      ...Array.from({ length: 6 }, (_, i) => load.run(keepAlive, i % 2 === 0 ? 'GET' : 'POST')),
      ...Array.from({ length: 3 }, () => load.run(false, 'GET')),
    ]
    for (let number = 1; number <= RELOADS; number++) {
      const rules = await createRules(number, backends, [0])
      await router.server.update(socketsOf(rules))
      load.state.current = number
      router.served.swap(rules)
      // Some requests begin under these rules and end under the next.
      await load.answers(5)
    }
    await load.answers(clients.length)
    load.state.running = false
    await Promise.all(clients)

    const { wrong, answered, seen } = load.state
    expect(wrong).toEqual([])
    expect(router.faults).toEqual([])
    expect(answered).toBeGreaterThan(RELOADS * 5)
    expect(seen.size).toBeGreaterThan(RELOADS / 2)
    expect(seen.has(RELOADS)).toBe(true)
    expect(router.served.current?.number).toBe(RELOADS + 1)
  },
)

interface LoadState {
  running: boolean
  /** The rules that are served. */
  current: number
  answered: number
  /** Revisions that answered. */
  readonly seen: Set<number>
  /** Answers that no rule set served at that time would have given, and failures. */
  readonly wrong: unknown[]
}

function createLoad(port: number, names: readonly string[]) {
  const state: LoadState = {
    running: true,
    current: 0,
    answered: 0,
    seen: new Set(),
    wrong: [],
  }
  let wake: (() => void) | undefined
  const askOnce = async (agent: Agent | false, method: string): Promise<void> => {
    const earliest = state.current
    try {
      const answer = await ask(port, agent, method)
      const { status, revision, body } = answer
      const inTime = revision >= earliest && revision <= state.current
      if (status !== 200 || !inTime || body !== names[revision % 2]) {
        state.wrong.push({ earliest, latest: state.current, ...answer })
      }
      state.seen.add(revision)
    } catch (error) {
      state.wrong.push(error)
    }
    state.answered++
    wake?.()
  }
  return {
    state,
    /** Asks one after another until the load ends. */
    run: async (agent: Agent | false, method: string): Promise<void> => {
      while (state.running) await askOnce(agent, method)
    },
    /** Resolves after `more` answers. */
    answers: async (more: number): Promise<void> => {
      const until = state.answered + more
      while (state.answered < until) await new Promise<void>((resolve) => (wake = resolve))
    },
  }
}

it(
  'opens a new port before the old one goes, and breaks no request under way (G-01)',
  { timeout: 60_000 },
  async () => {
    const slow = await startSlowBackend(4)
    const ports = await freePorts(2)
    const [oldPort = 0, newPort = 0] = ports
    const router = createRouter(await createRules(0, [slow.port, slow.port], [oldPort]))
    await router.server.listen()
    const agent = new Agent({ keepAlive: true })
    onTestFinished(() => agent.destroy())
    const underWay = [
      ask(oldPort, agent, 'GET'),
      ask(oldPort, agent, 'POST'),
      ask(oldPort, false, 'GET'),
      ask(oldPort, false, 'POST'),
    ]
    await slow.asked
    const odd = await startBackend('odd')
    const rules = await createRules(1, [odd, odd], [newPort])
    router.served.announce(rules.snapshot)
    await router.server.update(socketsOf(rules))
    // It accepts by now, and the swap is still to come.
    expect(await ask(newPort, false, 'GET')).toEqual({ status: 200, revision: 1, body: 'odd' })
    const before = router.served.swap(rules)
    await expect(ask(oldPort, false, 'GET')).rejects.toMatchObject({ code: 'ECONNREFUSED' })
    slow.answer()
    for (const answer of await Promise.all(underWay)) {
      expect(answer).toEqual({ status: 200, revision: 0, body: 'slow' })
    }
    if (before !== undefined) router.served.forget(before)
    expect(router.faults).toEqual([])
  },
)

interface SlowBackend {
  readonly port: number
  /** Resolves when all requests are there. */
  readonly asked: Promise<void>
  /** Answers them. */
  answer(): void
}

/** A backend that answers `count` requests together, when it is told to. */
async function startSlowBackend(count: number): Promise<SlowBackend> {
  const waiting: (() => void)[] = []
  const { promise: asked, resolve } = createDeferred()
  const server = createServer((request, response) => {
    request.resume()
    waiting.push(() => response.end('slow'))
    if (waiting.length === count) resolve()
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  onTestFinished(() => {
    server.close()
    server.closeAllConnections()
  })
  const { port } = server.address() as AddressInfo
  return {
    port,
    asked,
    answer: () => {
      for (const one of waiting) one()
    },
  }
}

function createDeferred(): { readonly promise: Promise<void>; readonly resolve: () => void } {
  let resolve: () => void = () => undefined
  const promise = new Promise<void>((done) => (resolve = done))
  return { promise, resolve }
}

/** Ports that were free a moment ago. */
async function freePorts(count: number): Promise<number[]> {
  const servers = Array.from({ length: count }, () => createServer().listen(0, '127.0.0.1'))
  await Promise.all(servers.map((server) => once(server, 'listening')))
  const ports = servers.map((server) => (server.address() as AddressInfo).port)
  for (const server of servers) server.close()
  return ports
}
