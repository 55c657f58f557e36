/** Starts other people's servers on loopback, in folders of their own. */
import { spawn, spawnSync, type ChildProcess } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { connect, createServer, type AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/** A server that keeps account of its requests. */
export interface PeerServer {
  readonly name: string
  readonly port: number
  /** Ends it and gives a line for each request that it believes it got: `200 GET /a?b`. */
  stop(): Promise<string[]>
}

/** Says by name which program is missing; tests against other programs are worth nothing without. */
export function requireProgram(name: string, argument: string): void {
  const { error, stderr } = spawnSync(name, [argument], { encoding: 'utf8' })
  if (error === undefined) return
  throw new Error(`${name} cannot be run, and this test is about it: ${error.message} ${stderr}`)
}

/** An nginx that answers 200 to everything, or by the `locations` of its configuration. */
export async function startNginx(
  locations = 'server { listen %; location / { return 200 "ok\\n"; } }',
): Promise<PeerServer> {
  requireProgram('nginx', '-v')
  const port = await findPort()
  const folder = mkdtempSync(join(tmpdir(), 'postern-nginx-'))
  const log = join(folder, 'access.log')
  const temporary = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi']
  const settings = temporary.map((name) => `${name}_temp_path ${folder}/${name};`).join('\n')
  const file = join(folder, 'nginx.conf')
  writeFileSync(
    file,
    `daemon off; master_process off; pid ${folder}/pid; error_log ${folder}/error.log;
events {}
http {
  ${settings}
  default_type text/plain;
  merge_slashes off;
  log_format line escape=none '$status $request_method $request_uri';
  access_log ${log} line;
  ${locations.replaceAll('%', `127.0.0.1:${port}`)}
}
`,
  )
  writeFileSync(log, '')
  const child = spawn('nginx', ['-p', folder, '-c', file], { stdio: 'ignore' })
  await untilListening(child, port)
  return {
    name: 'nginx',
    port,
    async stop() {
      await end(child, 'SIGQUIT')
      const lines = readFileSync(log, 'utf8').split('\n').filter(Boolean)
      rmSync(folder, { recursive: true })
      return lines
    },
  }
}

/** A HAProxy that answers 200 to everything. */
export async function startHaproxy(): Promise<PeerServer> {
  requireProgram('haproxy', '-v')
  const port = await findPort()
  const folder = mkdtempSync(join(tmpdir(), 'postern-haproxy-'))
  const file = join(folder, 'haproxy.cfg')
  writeFileSync(
    file,
    `global
  log stdout format raw local0
defaults
  mode http
  log global
  log-format "%ST %HM %HU"
  option dontlognull
  timeout client 10s
  timeout http-request 10s
  timeout connect 1s
  timeout server 10s
frontend all
  bind 127.0.0.1:${port}
  http-request return status 200 content-type text/plain string ok
`,
  )
  const child = spawn('haproxy', ['-db', '-f', file], { stdio: ['ignore', 'pipe', 'ignore'] })
  let output = ''
  child.stdout.on('data', (chunk: Buffer) => (output += chunk.toString('latin1')))
  await untilListening(child, port)
  return {
    name: 'haproxy',
    port,
    async stop() {
      await end(child, 'SIGUSR1')
      rmSync(folder, { recursive: true })
      return output.split('\n').filter((line) => /^-?\d+ /.test(line))
    },
  }
}

async function findPort(): Promise<number> {
  const server = createServer()
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve)
  })
  const { port } = server.address() as AddressInfo // bound to a port
  await new Promise((resolve) => {
    server.close(resolve)
  })
  return port
}

/** Tries until the program accepts; it says nothing when it does. */
async function untilListening(child: ChildProcess, port: number): Promise<void> {
  for (;;) {
    if (child.exitCode !== null) throw new Error(`${child.spawnfile} ended at once`)
    if (await accepts(port)) return
    await new Promise((resolve) => {
      setTimeout(resolve, 20)
    })
  }
}

function accepts(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1')
    socket.once('connect', () => {
      socket.destroy()
      resolve(true)
    })
    socket.once('error', () => resolve(false))
  })
}

/** Lets requests in hand finish, so that all are logged. */
async function end(child: ChildProcess, signal: NodeJS.Signals): Promise<void> {
  const ended = new Promise((resolve) => {
    child.once('close', resolve)
  })
  child.kill(signal)
  // Its connections to us are idle by now; a grace ends before the test's patience.
  const deadline = setTimeout(() => child.kill('SIGKILL'), 5000)
  await ended
  clearTimeout(deadline)
}
