/** A development server in this process, with an entry that a test can change. */
import { request, type Agent } from 'node:http'
import { fileURLToPath } from 'node:url'
import { onTestFinished } from 'vitest'
import { DevServer, startDevServer, type CodeChange } from '../../adapters/miniflare/dev-server.ts'
import type { WorkerLog } from '../../adapters/miniflare/running-worker.ts'
import { buildRules } from '../../adapters/rules/build.ts'
import { createFolder, routesJson } from '../unit/adapters/folder.ts'

/** The entry that `postern dev` runs. */
export const postern: string = fileURLToPath(
  new URL('../../adapters/cloudflare/dev.ts', import.meta.url),
)

/** A Worker's entry that is postern's own, and says its version of itself in each answer. */
export function entryText(version: number | string): string {
  return `import worker, { Rules } from ${JSON.stringify(postern)}
export { Rules }
export default {
  async fetch(request, environment) {
    const response = await worker.fetch(request, environment)
    const answer = new Response(response.body, response)
    answer.headers.set('x-version', ${JSON.stringify(String(version))})
    return answer
  },
}
`
}

export function bundleText(port: number): string {
  const files = [{ name: 'routes.json', text: routesJson(port) }]
  const options = {
    sources: ['routes.json'],
    className: 'postern',
    services: [],
    sockets: undefined,
  }
  const { bundle } = buildRules({ files, findings: [], digest: '', options })
  return JSON.stringify(bundle)
}

export interface Rig {
  readonly server: DevServer
  readonly entry: string
  readonly logged: readonly WorkerLog[]
  /** The next change that has not been asked for. */
  readonly changed: () => Promise<CodeChange>
}

export async function open(port: number, text = entryText(0)): Promise<Rig> {
  const entry = createFolder().write('entry.mjs', text)
  const changes: CodeChange[] = []
  const logged: WorkerLog[] = []
  let tell: (() => void) | undefined
  const server = await startDevServer({
    address: '127.0.0.1',
    port: 0,
    entry,
    rules: bundleText(port),
    log: (line) => logged.push(line),
    codeChanged: (change) => {
      changes.push(change)
      tell?.()
    },
  })
  if (!(server instanceof DevServer)) throw new Error(JSON.stringify(server))
  onTestFinished(() => server.close())
  const changed = async (): Promise<CodeChange> => {
    const change = changes.shift()
    if (change !== undefined) return change
    await new Promise<void>((resolve) => (tell = resolve))
    return await changed()
  }
  return { server, entry, logged, changed }
}

export interface Answer {
  readonly status: number
  readonly version: string
  readonly body: string
}

export async function get(url: string, agent?: Agent): Promise<Answer> {
  return await new Promise((resolve, reject) => {
    const call = request(url, agent === undefined ? {} : { agent }, (response) => {
      let body = ''
      response.setEncoding('utf8')
      response.on('data', (part: string) => (body += part))
      response.on('error', reject)
      const { statusCode = 0, headers } = response
      const version = String(headers['x-version'])
      response.on('end', () => resolve({ status: statusCode, version, body }))
    })
    call.on('error', reject)
    call.end()
  })
}
