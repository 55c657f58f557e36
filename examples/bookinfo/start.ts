/**
 * `npm start`: the three services, and postern in front of them with the rules of `routes.json`.
 * Ends when postern ends; Ctrl-C reaches both.
 */
import { spawn } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { startDetails } from './services/details.ts'
import { startProductpage } from './services/productpage.ts'
import { startRatings } from './services/ratings.ts'

/** The endpoints that `routes.json` names, and ratings behind productpage. */
const PORTS = { productpage: 9081, details: 9082, ratings: 9083 } as const

const postern = fileURLToPath(new URL('../../bin/postern.js', import.meta.url))
const root = fileURLToPath(new URL('../..', import.meta.url))

async function startServices(): Promise<void> {
  const local = (port: number): string => `http://127.0.0.1:${port}`
  await startDetails(PORTS.details)
  await startRatings(PORTS.ratings)
  await startProductpage(PORTS.productpage, {
    details: local(PORTS.details),
    ratings: local(PORTS.ratings),
  })
}

function run(...args: string[]): Promise<number> {
  const child = spawn(process.execPath, [postern, ...args], { cwd: root, stdio: 'inherit' })
  const stop = (signal: NodeJS.Signals): void => {
    child.kill(signal)
  }
  // A terminal sends Ctrl-C to the whole group, a supervisor only to us.
  process.on('SIGTERM', stop)
  process.on('SIGINT', () => undefined)
  return new Promise((resolve) => {
    child.once('exit', (code, signal) => {
      process.off('SIGTERM', stop)
      resolve(signal === null ? (code ?? 1) : 0)
    })
  })
}

try {
  await startServices()
} catch (error) {
  const { code, port } = error as { code?: string; port?: number }
  if (code !== 'EADDRINUSE') throw error
  console.error(`port ${port} on 127.0.0.1 is taken; stop what listens there and start again`)
  process.exit(1)
}
await run('get', 'routes')
console.log(`
Try, in another terminal:
  curl -i http://127.0.0.1:8080/             the page, from productpage
  curl -i http://127.0.0.1:8080/details/1    the facts, from details
  curl -i http://127.0.0.1:8080/ratings      404 from productpage: the rule for / takes it
`)
process.exit(await run('serve', '--http', '127.0.0.1:8080'))
