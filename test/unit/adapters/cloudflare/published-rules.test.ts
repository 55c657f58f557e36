/** Rules published in a KV namespace of miniflare, served by the Worker in workerd. */
import { build } from 'esbuild'
import { Miniflare } from 'miniflare'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest'
import { COMPATIBILITY } from '../../../../adapters/miniflare/running-worker.ts'
import { LOOPBACK } from '../../../../adapters/miniflare/worker-request.ts'
import { FIRST_READ_MS, REFRESH_MS, RETRY_MS } from '../../../../src/store/cached-rules.ts'
import { bundleOf } from '../../fetch/rules.ts'
import { publication, type Written } from '../../store/store.ts'
import { ORDER_FIELD, type Order } from './published-order.ts'

/** Rules that say their name: a redirect to it. */
function rules(name: string): object {
  const to = { type: 'RequestRedirect', hostname: `${name}.test`, statusCode: 302 }
  return bundleOf({ version: 1, routes: [{ path: '/', filters: [to] }] })
}

const BUILT = JSON.stringify(rules('built'))

/** One namespace for each test, so that none sees what another has written. */
const NAMESPACES = Array.from({ length: 16 }, (_, index) => `KV_${index}`)

const FIRST: Order = { worker: 'first', kv: 'KV_0', rules: BUILT, nowMs: 0 }

let miniflare: Miniflare
let base: URL
let order: Order
const problems: string[] = []

beforeAll(async () => {
  const { outputFiles } = await build({
    entryPoints: [fileURLToPath(new URL('published-worker.ts', import.meta.url))],
    bundle: true,
    write: false,
    format: 'esm',
    target: 'es2024',
    external: ['cloudflare:*'],
  })
  const contents = outputFiles[0]?.text ?? ''
  const bindings = NAMESPACES.map((name) => [name, { type: 'kv' as const, id: name }])
  miniflare = new Miniflare({
    cf: false,
    handleStructuredLogs({ level, message }) {
      if (level === 'error') problems.push(message)
    },
    workers: [
      {
        config: {
          name: 'postern',
          compatibilityDate: COMPATIBILITY.date,
          compatibilityFlags: [...COMPATIBILITY.flags],
          manifest: {
            mainModule: 'worker.mjs',
            modules: { 'worker.mjs': { type: 'esm', contents } },
          },
          env: { ...Object.fromEntries(bindings), OTHER: { type: 'json', value: 'text' } },
        },
        // Miniflare's own entrance would not tell the Worker that a client has left.
        dev: { unsafeDirectSockets: [{ host: LOOPBACK, port: 0 }] },
      },
    ],
  })
  await miniflare.ready
  base = await miniflare.unsafeGetDirectURL('postern')
  // The first read of all starts what miniflare keeps values in, and takes its time.
  order = FIRST
  await publish(publication(1, rules('first')))
  await vi.waitUntil(async () => (await ask()) === '302 first', { timeout: 10_000 })
})

afterAll(async () => {
  await miniflare.dispose()
})

// The namespace with number 0 is for the start.
let number = 0

beforeEach(() => {
  number += 1
  problems.length = 0
  order = { worker: `w${number}`, kv: NAMESPACES[number] ?? '', rules: BUILT, nowMs: 1000 * number }
})

/** Asks the Worker, `afterMs` later on its clock. */
async function ask(afterMs = 0, signal?: AbortSignal): Promise<string> {
  order = { ...order, nowMs: order.nowMs + afterMs }
  const response = await fetch(base, {
    headers: { [ORDER_FIELD]: JSON.stringify(order) },
    redirect: 'manual',
    ...(signal === undefined ? {} : { signal }),
  })
  await response.body?.cancel()
  const to = response.headers.get('location') ?? response.headers.get('x-postern-reason')
  return `${response.status} ${to === null ? '' : to.replace(/^http:\/\/([a-z]+)\.test.*/, '$1')}`
}

/** Writes what a publisher writes, or only the first of it. */
async function publish({ entries }: Written, count = entries.length): Promise<void> {
  const namespace = await miniflare.getKVNamespace(order.kv)
  for (const [key, value] of entries.slice(0, count)) await namespace.put(key, value)
}

/** Asks until the answer is that one: what is in the background ends when it ends. */
async function becomes(answer: string): Promise<void> {
  await expect.poll(() => ask(), { interval: 5, timeout: 5000 }).toBe(answer)
}

describe('the Worker with a KV namespace', () => {
  it('serves what is published there from its first request on', async () => {
    await publish(publication(1, rules('one')))
    expect(await ask()).toBe('302 one')
    expect(problems).toEqual([])
  })

  it('lets every request of a cold isolate wait for one read', async () => {
    await publish(publication(1, rules('one')))
    const answers = await Promise.all(Array.from({ length: 10 }, () => ask()))
    expect(new Set(answers)).toEqual(new Set(['302 one']))
  })

  it('takes over a publication while it serves, and a rollback, which is one too', async () => {
    await publish(publication(1, rules('one')))
    expect(await ask()).toBe('302 one')
    await publish(publication(2, rules('two')))
    expect(await ask(REFRESH_MS - 1)).toBe('302 one')
    // This one asks for what follows.
    expect(await ask(1)).toBe('302 one')
    await becomes('302 two')
    await publish(publication(3, rules('one')))
    expect(await ask(REFRESH_MS)).toBe('302 two')
    await becomes('302 one')
    expect(problems).toEqual([])
  })

  it('G-04 serves nothing of a publication whose pointer is not written yet', async () => {
    await publish(publication(1, rules('one')))
    expect(await ask()).toBe('302 one')
    await publish(publication(2, rules('two')), 1)
    expect(await ask(REFRESH_MS)).toBe('302 one')
    expect(await ask(REFRESH_MS)).toBe('302 one')
    expect(problems).toEqual([])
  })

  const two = publication(2, rules('two'))
  const sharded = publication(2, { format: 1, layout: 'sharded', shards: [] })
  const newer = publication(2, { ...rules('two'), format: 2 })
  const [document, pointer] = two.entries
  it.each<{ name: string; served?: number; written: Written; problem: string }>([
    {
      name: 'a document that is cut off',
      written: { ...two, entries: [[document?.[0] ?? '', '{"format":1'], pointer ?? ['', '']] },
      problem: 'is damaged',
    },
    {
      name: 'a document that is missing',
      written: { ...two, entries: [pointer ?? ['', '']] },
      problem: 'there is no document',
    },
    { name: 'a newer bundle', written: newer, problem: 'compiled rules have format 2' },
    { name: 'a newer layout', written: sharded, problem: 'layout "sharded"' },
    {
      name: 'a newer pointer',
      written: { digest: '', entries: [['postern/current', '{"format":2,"revision":2}']] },
      problem: 'has format 2',
    },
    { name: 'a lower revision', served: 3, written: two, problem: 'only grow' },
  ])(
    'G-04, G-05 goes on as it was before $name, and says why',
    async ({ served = 1, written, problem }) => {
      await publish(publication(served, rules('one')))
      expect(await ask()).toBe('302 one')
      await publish(written)
      expect(await ask(REFRESH_MS)).toBe('302 one')
      await expect.poll(() => problems).toEqual([expect.stringContaining(problem)])
      expect(await ask()).toBe('302 one')
      await publish(publication(9, rules('nine')))
      expect(await ask(REFRESH_MS)).toBe('302 one')
      await becomes('302 nine')
    },
  )

  it('G-06 serves the built rules while nothing is published', async () => {
    expect(await ask()).toBe('302 built')
    await expect
      .poll(() => problems)
      .toEqual(['postern: nothing is published under "postern/current"'])
    await publish(publication(1, rules('one')))
    expect(await ask(RETRY_MS)).toBe('302 built')
    await becomes('302 one')
  })

  it('answers 503 no_rules where nothing is published and nothing built, until something is', async () => {
    order = { ...order, rules: '' }
    expect(await ask()).toBe('503 no_rules')
    expect(await ask()).toBe('503 no_rules')
    await publish(publication(1, rules('one')))
    expect(await ask(RETRY_MS)).toBe('503 no_rules')
    await becomes('302 one')
  })

  it('G-03 answers by the built rules, and at last without waiting, while KV is silent', async () => {
    order = { ...order, kv: 'SILENT' }
    expect(await Promise.all([ask(), ask()])).toEqual(['302 built', '302 built'])
    order = { ...order, rules: '', worker: 'silent without rules' }
    expect(await Promise.all([ask(), ask()])).toEqual(['503 no_rules', '503 no_rules'])
    const startedMs = performance.now()
    // Behind the time that the first answer was given.
    expect(await ask(FIRST_READ_MS)).toBe('503 no_rules')
    expect(performance.now() - startedMs).toBeLessThan(FIRST_READ_MS / 2)
  })

  it('ends a read for those who wait with a client that has left', async () => {
    const { entries } = publication(1, rules('one'))
    const values = new Map(entries.map(([key, value]) => [`/${key}`, value]))
    const asked: string[] = []
    const client = new AbortController()
    let answerPointer = (): void => {}
    const store = createServer(({ url = '' }, response) => {
      asked.push(url)
      const answer = (): void => void response.end(values.get(url))
      if (url === '/postern/current') {
        answerPointer = answer
        client.abort()
      } else answer()
    })
    await new Promise<void>((resolve) => store.listen(0, LOOPBACK, resolve))
    const { port } = store.address() as AddressInfo // bound to a port
    order = { ...order, kv: 'BEHIND_FETCH', url: `http://${LOOPBACK}:${port}` }
    try {
      const gone = ask(0, client.signal)
      const waiting = ask()
      await expect(gone).rejects.toThrow('aborted')
      // By the time that another request is answered, the Worker has seen the client leave.
      order = FIRST
      expect(await ask()).toBe('302 first')
      answerPointer()
      expect(await waiting).toBe('302 one')
      expect(asked).toEqual(entries.map(([key]) => `/${key}`).toReversed())
    } finally {
      store.close()
      store.closeAllConnections()
    }
  })

  it('says what is bound where it is no namespace', async () => {
    order = { ...order, kv: 'OTHER' }
    expect(await ask()).toBe('500 internal_error')
    await expect
      .poll(() => problems)
      .toEqual(['postern: OTHER is "text"; bind a KV namespace to it under [[kv_namespaces]]'])
  })
})
