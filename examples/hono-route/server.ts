/** The application of `app.ts` on Node; `routes.json` or the file named, PORT or 3000. */
import { serve } from '@hono/node-server'
import { fileURLToPath } from 'node:url'
import { buildRules, loadRules } from 'postern/rules'
import { createApp } from './app.ts'

const [source = fileURLToPath(new URL('routes.json', import.meta.url))] = process.argv.slice(2)
const options = { sources: [source], className: 'postern', services: [], sockets: undefined }
const { bundle, findings } = buildRules(await loadRules(options, undefined))
if (bundle === undefined) {
  console.error(findings)
  process.exit(1)
}

const server = serve(
  {
    fetch: createApp(bundle).fetch,
    hostname: '127.0.0.1',
    port: Number(process.env['PORT'] ?? 3000),
  },
  ({ address, port }) => console.error(`listening on http://${address}:${port}`),
)

process.once('SIGTERM', () => server.close())
