import { once } from 'node:events'
import { writeFileSync } from 'node:fs'
import { connect } from 'node:net'
import { describe, expect, it } from 'vitest'
import { METRICS } from '../../src/observe/metrics.ts'
import { readExposition, valueOf, type ReadMetric } from '../exposition.ts'
import { createFolder, routesJson } from '../unit/adapters/folder.ts'
import {
  findFreePort,
  start,
  startBackend,
  startSlowBackend,
  type Command,
  type StartOptions,
} from './postern.ts'

type Metrics = ReadonlyMap<string, ReadMetric>

interface Router {
  readonly command: Command
  readonly url: string
  readonly scrape: () => Promise<Metrics>
}

async function startRouter(config: string, options: StartOptions = {}): Promise<Router> {
  const args = ['serve', '-c', config, '--http', '127.0.0.1:0', '--admin', '0']
  const command = start(args, options)
  const [, admin = ''] = await command.said(/^admin on (\S+)$/m)
  const url = await command.url()
  const scrape = async (): Promise<Metrics> => {
    const response = await fetch(`${admin}/metrics`)
    expect(response.headers.get('content-type')).toBe('text/plain; version=0.0.4; charset=utf-8')
    return readExposition(await response.text())
  }
  return { command, url, scrape }
}

async function send(url: string, init?: RequestInit): Promise<number> {
  const response = await fetch(url, init)
  await response.arrayBuffer()
  return response.status
}

/** Scrapes until `done`: a record is made after the client has its answer. */
async function scrapeUntil(
  { scrape }: Router,
  done: (metrics: Metrics) => boolean,
): Promise<Metrics> {
  for (;;) {
    const metrics = await scrape()
    if (done(metrics)) return metrics
  }
}

function requestCount(metrics: Metrics): number {
  return valueOf(metrics, 'postern_requests_total')
}

/** Every line of a counter or histogram, by name and labels. */
function counters(metrics: Metrics): ReadonlyMap<string, number> {
  const lines = [...metrics.values()]
    .filter(({ type }) => type !== 'gauge')
    .flatMap(({ samples }) => samples)
  return new Map(lines.map(({ name, labels, value }) => [name + JSON.stringify(labels), value]))
}

describe('the metrics of a router', { timeout: 30_000 }, () => {
  it('hold every metric before the first request, and tell what is served', async () => {
    const beforeMs = Date.now()
    const router = await startRouter('-', { input: routesJson(await startBackend('one')) })
    const metrics = await router.scrape()
    expect([...metrics.keys()]).toEqual(Object.values(METRICS).map(({ name }) => name))
    expect(valueOf(metrics, 'postern_ready')).toBe(1)
    expect(valueOf(metrics, 'postern_rules_revision')).toBe(1)
    expect(valueOf(metrics, 'postern_rules_outdated')).toBe(0)
    expect(valueOf(metrics, 'postern_faults_total')).toBe(0)
    for (const name of ['postern_rules_timestamp_seconds', 'process_start_time_seconds']) {
      expect(valueOf(metrics, name)).toBeGreaterThanOrEqual(beforeMs / 1000)
      expect(valueOf(metrics, name)).toBeLessThanOrEqual(Date.now() / 1000)
    }
    expect(valueOf(metrics, 'process_cpu_seconds_total')).toBeGreaterThan(0)
    expect(valueOf(metrics, 'process_resident_memory_bytes')).toBeGreaterThan(1e6)
  })

  it('count what was answered, by route and backend, with sizes and durations', async () => {
    const [port, dead] = [await startBackend('one'), await findFreePort()]
    const backend = `http://127.0.0.1:${port}`
    const input = JSON.stringify({
      version: 1,
      routes: [
        { name: 'web', host: '127.0.0.1', path: '/', backend },
        { name: 'dead', host: '127.0.0.1', path: '/dead', backend: `http://127.0.0.1:${dead}` },
        {
          name: 'shut',
          host: '127.0.0.1',
          path: '/shut',
          backend,
          policy: { allow: ['192.0.2.0/24'] },
        },
      ],
    })
    const router = await startRouter('-', { input })
    const { url } = router
    expect(await send(`${url}/a`)).toBe(200)
    expect(await send(`${url}/b`, { method: 'POST', body: 'x'.repeat(300) })).toBe(200)
    expect(await send(`${url}/dead`)).toBe(502)
    expect(await send(`${url}/shut`)).toBe(403)
    expect(await send(url.replace('127.0.0.1', 'localhost'))).toBe(404)
    const metrics = await scrapeUntil(router, (found) => requestCount(found) === 5)
    const requests = metrics.get('postern_requests_total')?.samples ?? []
    const web = { route: 'default/web', backend }
    const failed = { route: 'default/dead', backend: `http://127.0.0.1:${dead}` }
    expect(requests.map(({ labels, value }) => [value, labels])).toEqual([
      [2, { ...web, status: '2xx', reason: '' }],
      [1, { ...failed, status: '5xx', reason: 'connect_failed' }],
      [1, { route: 'default/shut', backend: '', status: '4xx', reason: 'policy_denied' }],
      [1, { route: '', backend: '', status: '4xx', reason: 'no_route' }],
    ])
    expect(valueOf(metrics, 'postern_request_body_bytes_sum', web)).toBe(300)
    const bodies = 'one GET /a'.length + 'one POST /b'.length
    expect(valueOf(metrics, 'postern_response_body_bytes_sum', web)).toBe(bodies)
    for (const what of ['request', 'upstream']) {
      expect(valueOf(metrics, `postern_${what}_duration_seconds_count`, web)).toBe(2)
      const sum = valueOf(metrics, `postern_${what}_duration_seconds_sum`, web)
      expect(sum).toBeGreaterThan(0)
      expect(sum).toBeLessThan(30)
    }
    expect(valueOf(metrics, 'postern_upstream_attempts_total', web)).toBe(2)
    expect(valueOf(metrics, 'postern_upstream_attempts_total')).toBeGreaterThan(2)
  })

  it('show connections and requests while they last, and count connections for ever', async () => {
    const backend = await startSlowBackend()
    const router = await startRouter('-', { input: routesJson(backend.port) })
    const idle = await router.scrape()
    expect(valueOf(idle, 'postern_connections_total')).toBe(0)
    const socket = connect(Number(new URL(router.url).port), '127.0.0.1')
    socket.write('GET / HTTP/1.1\r\nHost: a.test\r\nConnection: close\r\n\r\n')
    await backend.asked
    const busy = await router.scrape()
    expect(valueOf(busy, 'postern_connections')).toBe(1)
    expect(valueOf(busy, 'postern_requests_in_flight')).toBe(1)
    expect(requestCount(busy)).toBe(0)
    backend.answer()
    socket.resume()
    await once(socket, 'close')
    const after = await scrapeUntil(router, (found) => valueOf(found, 'postern_connections') === 0)
    expect(valueOf(after, 'postern_connections_total')).toBe(1)
    expect(valueOf(after, 'postern_requests_in_flight')).toBe(0)
    expect(requestCount(after)).toBe(1)
  })

  it('never fall across reloads, accepted or refused (G-02)', async () => {
    const folder = createFolder()
    const [one, two] = [await startBackend('one'), await startBackend('two')]
    const path = folder.write('routes.json', routesJson(one))
    const router = await startRouter(path)
    const { command, url } = router
    await send(`${url}/`)
    const first = await scrapeUntil(router, (found) => requestCount(found) === 1)
    writeFileSync(path, '{ "version": 1, "routs": [] }')
    await command.said(/rules refused/)
    const refused = await router.scrape()
    expect(valueOf(refused, 'postern_reloads_total', { result: 'config_rejected' })).toBe(1)
    expect(valueOf(refused, 'postern_reloads_total', { result: 'applied' })).toBe(0)
    expect(valueOf(refused, 'postern_findings', { severity: 'error' })).toBeGreaterThan(0)
    expect(valueOf(refused, 'postern_rules_outdated')).toBe(1)
    expect(valueOf(refused, 'postern_rules_revision')).toBe(1)
    writeFileSync(path, routesJson(two))
    await command.said(/rules reloaded/)
    await send(`${url}/`)
    const applied = await scrapeUntil(router, (found) => requestCount(found) === 2)
    expect(valueOf(applied, 'postern_reloads_total', { result: 'applied' })).toBe(1)
    expect(valueOf(applied, 'postern_findings')).toBe(0)
    expect(valueOf(applied, 'postern_rules_outdated')).toBe(0)
    expect(valueOf(applied, 'postern_rules_revision')).toBe(2)
    const since = 'postern_rules_timestamp_seconds'
    expect(valueOf(refused, since)).toBe(valueOf(first, since))
    expect(valueOf(applied, since)).toBeGreaterThan(valueOf(first, since))
    for (const [earlier, later] of [
      [first, refused],
      [refused, applied],
    ] as const) {
      const now = counters(later)
      for (const [line, value] of counters(earlier)) {
        expect({ line, fell: !((now.get(line) ?? -1) >= value) }).toEqual({ line, fell: false })
      }
    }
  })

  it('count the lines of the access log that nobody took, and their requests (O-13)', async () => {
    const router = await startRouter('-', { input: routesJson(await startBackend('one')) })
    router.command.child.stdout?.destroy()
    const dropped = (metrics: Metrics): number =>
      valueOf(metrics, 'postern_access_log_dropped_total')
    let sent = 0
    let metrics = await router.scrape()
    // What the pipe took before it broke was not dropped.
    while (dropped(metrics) === 0) {
      await send(router.url)
      sent++
      metrics = await scrapeUntil(router, (found) => requestCount(found) === sent)
    }
    expect(dropped(metrics)).toBeLessThanOrEqual(sent)
  })

  it('hold nothing that clients made up', async () => {
    const router = await startRouter('-', { input: routesJson(await startBackend('one')) })
    const port = Number(new URL(router.url).port)
    for (const head of [
      'GET /canary-path?canary-query HTTP/1.1\r\nHost: canary-host.test\r\nUser-Agent: canary',
      'CANARY / HTTP/1.1\r\nHost: a.test',
      'GET / HTTP/1.1\r\nHost: canary"}\\n 1',
      'GET /{canary="1"} HTTP/1.1\r\nHost: a.test',
    ]) {
      const socket = connect(port, '127.0.0.1').resume()
      socket.write(`${head}\r\nConnection: close\r\n\r\n`)
      await once(socket, 'close')
    }
    const metrics = await scrapeUntil(router, (found) => requestCount(found) === 4)
    expect(JSON.stringify([...metrics]).toLowerCase()).not.toContain('canary')
  })
})
