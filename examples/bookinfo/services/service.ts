/** What the three services share: one small HTTP server with named routes and an honest 404. */
import { createServer, type Server } from 'node:http'

/** What a route answers. */
export interface Reply {
  readonly status: number
  readonly type: 'application/json' | 'text/html; charset=utf-8' | 'text/plain; charset=utf-8'
  readonly body: string
}

/** Gives the answer for a path, or `undefined` when the service has no such page. */
export type Route = (path: string) => Promise<Reply | undefined> | Reply | undefined

/** Starts `name` on the port and resolves once it accepts connections. */
export async function startService(name: string, port: number, route: Route): Promise<Server> {
  const server = createServer((request, response) => {
    const path = (request.url ?? '/').split('?', 1)[0] ?? '/'
    Promise.resolve(route(path)).then(
      (reply) => {
        const { status, type, body } = reply ?? notFound(name, path)
        response.writeHead(status, { 'content-type': type, 'x-service': name })
        response.end(body)
      },
      (error: unknown) => {
        response.writeHead(500, { 'content-type': 'text/plain; charset=utf-8' })
        response.end(`${name} failed: ${error instanceof Error ? error.message : 'unknown'}\n`)
      },
    )
  })
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(port, '127.0.0.1', resolve)
  })
  return server
}

/** A JSON answer. */
export function json(value: unknown): Reply {
  return { status: 200, type: 'application/json', body: `${JSON.stringify(value)}\n` }
}

function notFound(name: string, path: string): Reply {
  return {
    status: 404,
    type: 'text/plain; charset=utf-8',
    body: `${name} has no page ${path}\n`,
  }
}
