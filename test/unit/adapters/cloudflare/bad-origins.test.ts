/**
 * Endpoints that break off, lie or answer what nobody may send, behind the Worker in workerd. After
 * each of them the same isolate answers the next request.
 */
import { build } from 'esbuild'
import { Miniflare } from 'miniflare'
import { createServer, connect, type AddressInfo, type Server } from 'node:net'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { AccessRecord } from '../../../../src/exchange.ts'
import { COMPATIBILITY } from '../../../../adapters/miniflare/running-worker.ts'
import { LOOPBACK } from '../../../../adapters/miniflare/worker-request.ts'
import { bundleOf } from '../../fetch/rules.ts'

/** What the endpoint writes, by path; `rst` says that it resets the connection then. */
const ANSWERS: Readonly<Record<string, { readonly bytes: string; readonly rst?: true }>> = {
  '/fine': { bytes: 'HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nfine' },
  '/reset': { bytes: 'HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhalf', rst: true },
  '/reset-first': { bytes: '', rst: true },
  '/switch': {
    bytes: 'HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n',
  },
  '/600': { bytes: 'HTTP/1.1 600 Odd\r\nContent-Length: 3\r\n\r\nodd' },
  '/099': { bytes: 'HTTP/1.1 099 Odd\r\nContent-Length: 3\r\n\r\nodd' },
  '/1000': { bytes: 'HTTP/1.1 1000 Odd\r\nContent-Length: 3\r\n\r\nodd' },
  '/not-gzip': {
    bytes: 'HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 5\r\n\r\nplain',
  },
  '/no-coding': {
    bytes: 'HTTP/1.1 200 OK\r\nContent-Encoding: zip\r\nContent-Length: 5\r\n\r\nplain',
  },
  '/no-http': { bytes: 'SSH-2.0-OpenSSH_9.6\r\n', rst: true },
}

let origin: Server
let miniflare: Miniflare
let port: number
const records: AccessRecord[] = []
const faults: string[] = []

beforeAll(async () => {
  origin = createServer((socket) => {
    socket.on('error', () => {}) // resets are what it is for
    socket.on('data', (head) => {
      const path = head.toString('latin1').split(' ')[1] ?? ''
      const { bytes, rst } = ANSWERS[path] ?? { bytes: '', rst: true }
      socket.write(bytes, 'latin1', () => {
        if (rst === true) setImmediate(() => socket.resetAndDestroy())
      })
    })
  })
  await new Promise<void>((resolve) => origin.listen(0, LOOPBACK, resolve))
  const url = `http://${LOOPBACK}:${(origin.address() as AddressInfo).port}` // bound to a port
  const routes = [
    { path: '/', backend: url },
    { path: '/unbound', backend: 'binding:NOBODY' },
  ]
  miniflare = await start(JSON.stringify(bundleOf({ version: 1, routes })))
  port = Number((await miniflare.unsafeGetDirectURL('postern')).port)
})

afterAll(async () => {
  await miniflare.dispose()
  origin.close()
})

async function start(rules: string): Promise<Miniflare> {
  const { outputFiles } = await build({
    stdin: {
      contents: `import { createWorker } from './adapters/cloudflare/index.ts'
        export default createWorker({ rules: ${JSON.stringify(rules)} })`,
      resolveDir: new URL('../../../../', import.meta.url).pathname,
    },
    bundle: true,
    write: false,
    format: 'esm',
    target: 'es2024',
  })
  const contents = outputFiles[0]?.text ?? ''
  const created = new Miniflare({
    cf: false,
    handleStructuredLogs({ level, message }) {
      if (level === 'log') records.push(JSON.parse(message) as AccessRecord) // the Worker's own
      else faults.push(message)
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
          env: {},
        },
        dev: { unsafeDirectSockets: [{ host: LOOPBACK, port: 0 }] },
      },
    ],
  })
  await created.ready
  return created
}

/** What a client gets, byte for byte, until the connection ends. */
function ask(path: string): Promise<string> {
  return new Promise((resolve) => {
    let text = ''
    const socket = connect(port, LOOPBACK, () => {
      socket.write(`GET ${path} HTTP/1.1\r\nHost: a.test\r\nConnection: close\r\n\r\n`)
    })
    socket.setEncoding('latin1')
    socket.on('data', (chunk: string) => (text += chunk))
    socket.on('error', () => {}) // `close` follows
    socket.on('close', () => resolve(text))
  })
}

/** Status, reason, coding, length and body. */
function digest(response: string): string {
  const [head = '', body = ''] = response.split('\r\n\r\n')
  const field = (name: string): string =>
    new RegExp(`^${name}: *(.*)$`, 'im').exec(head)?.[1]?.trim() ?? '-'
  const fields = ['x-postern-reason', 'content-encoding', 'content-length'].map(field)
  return `${head.split(' ')[1]} ${fields.join(' ')} ${JSON.stringify(body)}`
}

describe('the Worker before an endpoint', () => {
  it.each([
    { path: '/reset', name: 'that resets in the middle of a body', answer: '200 - - 9 "half"' },
    {
      path: '/reset-first',
      name: 'that resets before it answers',
      answer: '502 upstream_reset',
    },
    {
      path: '/switch',
      name: 'that answers 101 unasked',
      answer: '502 upstream_unexpected_upgrade',
    },
    { path: '/600', name: 'that sends 600 as its status', answer: '502 upstream_invalid' },
    { path: '/099', name: 'that sends 099 as its status', answer: '502 upstream_reset' },
    { path: '/1000', name: 'that sends 1000 as its status', answer: '502 upstream_reset' },
    { path: '/not-gzip', name: 'that says gzip and sends none', answer: '200 - gzip 5 "plain"' },
    { path: '/no-coding', name: 'that names no known coding', answer: '200 - zip 5 "plain"' },
    { path: '/no-http', name: 'that speaks something else', answer: '502 upstream_reset' },
    { path: '/unbound', name: 'that is a missing service binding', answer: '502 connect_failed' },
  ])('$name has a defined answer, and lives on', async ({ path, answer }) => {
    expect(digest(await ask(path))).toContain(answer)
    expect(digest(await ask('/fine'))).toBe('200 - - 4 "fine"')
    await expect
      .poll(() => records.filter(({ target }) => target === path))
      .toMatchObject([{ status: Number(answer.slice(0, 3)) }])
    expect(faults.filter((fault) => !fault.includes('NOBODY'))).toEqual([])
  })
})
