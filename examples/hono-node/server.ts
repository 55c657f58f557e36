/**
 * The rules of `routes.json` behind `@hono/node-server`, on Node. Another file may be named:
 * `node server.ts rules.yaml`. PORT is 3000 where the environment names none.
 */
import { serve } from '@hono/node-server'
import { fileURLToPath } from 'node:url'
import { createGateway } from 'postern'
import { buildRules, loadRules } from 'postern/rules'

const [source = fileURLToPath(new URL('routes.json', import.meta.url))] = process.argv.slice(2)
const options = { sources: [source], className: 'postern', services: [], sockets: undefined }
const { bundle, findings } = buildRules(await loadRules(options, undefined))
for (const { severity, file, line, column, message, remedy } of findings) {
  console.error(`${file}:${line}:${column}: ${severity}: ${message}; ${remedy}`)
}
if (bundle === undefined) process.exit(1)

const gateway = createGateway({
  bundle,
  log: (record) => console.log(JSON.stringify(record)),
  fault: console.error,
})

const server = serve(
  {
    // The socket's address, which no header can say otherwise.
    fetch: (request, { incoming }) => gateway(request, { address: incoming.socket.remoteAddress }),
    hostname: '127.0.0.1',
    port: Number(process.env['PORT'] ?? 3000),
  },
  ({ address, port }) => console.error(`listening on http://${address}:${port}`),
)

process.once('SIGTERM', () => server.close())
