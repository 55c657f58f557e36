/** `postern status`: asks a running router how it is. */
import http from 'node:http'
import { text as readText } from 'node:stream/consumers'
import type { SocketAddress } from '../../src/compile/listeners.ts'
import { systemErrorText } from '../rules/system-error.ts'
import { EXIT, type Command } from './command.ts'
import { countFindings, countText, describeCounts, writeFindings } from './findings.ts'
import { writeJson } from './json.ts'
import { formatSocket, parseSocketFlag } from './socket-flag.ts'
import type { ServiceStatus } from './status-facts.ts'
import type { Output, Terminal } from './terminal.ts'
import { isMistake, usageMistake } from './usage.ts'

/** Milliseconds to wait for the answer of a router that is on this machine, as a rule. */
const TIMEOUT_MS = 5000

/** The command. */
export const status: Command = {
  name: 'status',
  summary: 'Say how a running router is: revision, listeners, findings.',
  usage: '--admin [ADDR:]PORT [options]',
  options: [
    {
      name: 'admin',
      value: '[ADDR:]PORT',
      text: 'Admin listener of the router, as given to serve.',
    },
    { name: 'json', text: 'Print everything as JSON.' },
  ],
  maxArguments: 0,
  about: [
    'Asks the admin listener of a router that was started with --admin. Exits 1 where nobody',
    'answers, or where the router is not ready.',
  ].join('\n'),
  examples: [
    { line: 'postern status --admin 9901', text: 'of "postern serve --admin 9901"' },
    { line: 'postern status --admin 9901 --json', text: 'for a program' },
  ],
  async run(call, terminal) {
    const given = call.value('admin')
    if (given === undefined) {
      return usageMistake(
        'status needs --admin: a router answers only where it was told to',
        'start it with "postern serve --admin 9901" and ask with "postern status --admin 9901"',
      )
    }
    const admin = parseSocketFlag('--admin', given)
    if (isMistake(admin)) return admin
    const found = await ask(admin, terminal)
    if (found === undefined) return EXIT.failed
    if (call.has('json')) writeJson(found, terminal.out)
    else writeStatus(found, terminal.out)
    return found.ready ? EXIT.ok : EXIT.failed
  },
}

async function ask(
  { address = '127.0.0.1', port }: SocketAddress,
  { err }: Terminal,
): Promise<ServiceStatus | undefined> {
  const where = formatSocket({ address, port })
  try {
    const found = await read(address, port)
    if (isStatus(found)) return found
    err.write(`postern: what answers on ${where} is no admin listener of postern\n`)
  } catch (error) {
    err.write(`postern: no answer from ${where}: ${systemErrorText(error)}\n`)
    err.write('  remedy: give the address that the router was started with, serve --admin\n')
  }
  return undefined
}

/** What `/status` says; `undefined` where it is no JSON. Not by fetch, which refuses some ports. */
function read(host: string, port: number): Promise<unknown> {
  return new Promise((resolve, reject) => {
    const signal = AbortSignal.timeout(TIMEOUT_MS)
    const request = http.get({ host, port, path: '/status', agent: false, signal }, (response) => {
      readText(response).then((text) => resolve(parseJson(text)), reject)
    })
    request.on('error', (error) => {
      reject(signal.aborted ? Object.assign(new Error(), { code: 'ETIMEDOUT' }) : error)
    })
  })
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    // Somebody else answers there, which the caller tells.
    return undefined
  }
}

/** Another version may answer otherwise; what is written below is looked at. */
function isStatus(value: unknown): value is ServiceStatus {
  if (typeof value !== 'object' || value === null) return false
  const { ready, revision, listeners, findings, requests } = value as Partial<ServiceStatus>
  return (
    typeof ready === 'boolean' &&
    typeof revision === 'object' &&
    Array.isArray(listeners) &&
    Array.isArray(findings) &&
    typeof requests === 'object'
  )
}

function writeStatus(found: ServiceStatus, out: Output): void {
  const { ready, revision, listeners, requests, connections, findings, outdated } = found
  const line = (name: string, text: string): void =>
    out.write(`${out.style('dim', name.padEnd(11))} ${text}\n`)
  line('state', ready ? out.style('green', 'ready') : out.style('red', 'not ready'))
  if (revision !== null) {
    const { number, digest, counts } = revision
    const size = `${countText(counts.routes, 'route')}, ${countText(counts.hosts, 'host')}`
    line('revision', `${number} (${digest.slice(0, 12)}), ${size}`)
  }
  if (outdated) line('', out.style('yellow', 'newer rules were refused; the ones before serve'))
  for (const { url } of listeners) line('listening', url)
  const ended = Object.entries(requests.byStatus).map(([name, count]) => `${name} ${count}`)
  line('requests', `${requests.active} under way; ended: ${ended.join(', ')}`)
  line('connections', String(connections))
  line('up', `${Math.floor(found.uptimeMs / 1000)} s`)
  line('findings', describeCounts(countFindings(findings)))
  writeFindings(findings, out)
}
