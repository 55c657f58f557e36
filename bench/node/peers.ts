/** The processes that are compared: each a proxy on a port of its own before the same origin. */
import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, writeFileSync } from 'node:fs'
import { connect } from 'node:net'
import { join } from 'node:path'

/** A proxy that runs. */
export interface Peer {
  readonly name: string
  readonly port: number
  readonly child: ChildProcess
}

/** Where a process runs and writes. */
export interface PeerPlace {
  readonly folder: string
  readonly core: string
  readonly originPort: number
  /** Whether proxies write an access record for each request. */
  readonly records: boolean
}

const HOSTS = Array.from({ length: 100 }, (_value, i) => `host-${i}.test`)

/** Bodies by path; the smallest is what an API answers. */
export const BODIES: Readonly<Record<string, string>> = {
  '/small': JSON.stringify({ id: 1, name: 'x'.repeat(150) }),
  '/64k': 'y'.repeat(65_536),
  '/1m': 'z'.repeat(1_048_576),
}

/** The origin: nginx with files in memory, on a core that no proxy uses. */
export async function startOrigin(place: PeerPlace): Promise<ChildProcess> {
  const root = join(place.folder, 'files')
  mkdirSync(root, { recursive: true })
  for (const [path, body] of Object.entries(BODIES)) writeFileSync(join(root, path), body)
  return await startNginx('origin', place, place.originPort, (port) => [
    `server { listen 127.0.0.1:${port} reuseport; root ${root}; etag on; default_type application/json;`,
    '  keepalive_requests 1000000; client_max_body_size 0;',
    '  add_header Vary Accept-Encoding; add_header X-Request-Id 0123456789abcdef0123456789abcdef;',
    '  location = /post { return 200 "ok"; } }',
  ])
}

/** nginx as a proxy, with the fields, the routing and the access record that postern has. */
export async function startNginxProxy(place: PeerPlace, port: number): Promise<Peer> {
  const child = await startNginx('nginx', place, port, () => [
    `upstream origin { server 127.0.0.1:${place.originPort}; keepalive 256; keepalive_requests 1000000; }`,
    'log_format records escape=json \'{"time":"$time_iso8601","id":"$request_id","client":"$remote_addr",\'',
    '  \'"method":"$request_method","host":"$host","target":"$request_uri","status":$status,\'',
    '  \'"ms":$request_time,"upstream":"$upstream_addr","bytes":$body_bytes_sent,"agent":"$http_user_agent"}\';',
    `server { listen 127.0.0.1:${port} default_server; return 404; }`,
    `server { listen 127.0.0.1:${port}; server_name ${HOSTS.join(' ')};`,
    place.records
      ? `  access_log ${join(place.folder, 'nginx.access')} records buffer=64k flush=1s;`
      : '  access_log off;',
    '  keepalive_requests 1000000; client_body_buffer_size 128k;',
    '  location / { proxy_pass http://origin; proxy_http_version 1.1; proxy_set_header Connection "";',
    '    proxy_set_header Host $host; proxy_set_header X-Request-Id $request_id;',
    '    proxy_set_header X-Forwarded-For $proxy_add_x_forwarded_for;',
    '    proxy_set_header X-Forwarded-Proto $scheme; proxy_set_header X-Forwarded-Host $host; } }',
  ])
  return { name: 'nginx', port, child }
}

/** The checkout at `root`, by its own command. */
export async function startPostern(
  place: PeerPlace,
  { name, root, port }: { readonly name: string; readonly root: string; readonly port: number },
): Promise<Peer> {
  const rules = join(place.folder, `${name}.json`)
  writeFileSync(
    rules,
    JSON.stringify({
      version: 1,
      listeners: [{ name: 'web', port }],
      backends: { origin: { endpoints: [`http://127.0.0.1:${place.originPort}`] } },
      routes: HOSTS.map((host) => ({ host, path: '/', backend: 'origin' })),
    }),
  )
  const record = place.records ? join(place.folder, `${name}.access`) : 'off'
  const child = spawn(
    'taskset',
    ['-c', place.core, process.execPath, join(root, 'bin/postern.js'), 'serve', '-c', rules]
      .concat(['--http', `127.0.0.1:${port}`, '--access-log', record])
      .concat(['--state', join(place.folder, `${name}.state`)]),
    { stdio: ['ignore', 'ignore', 'inherit'] },
  )
  await listening(port)
  return { name, port, child }
}

async function startNginx(
  name: string,
  { folder, core }: PeerPlace,
  port: number,
  http: (port: number) => readonly string[],
): Promise<ChildProcess> {
  const file = join(folder, `${name}.conf`)
  writeFileSync(
    file,
    [
      `worker_processes 1; daemon off; pid ${join(folder, `${name}.pid`)};`,
      `error_log ${join(folder, `${name}.error`)} crit;`,
      'events { worker_connections 4096; }',
      'http { access_log off; sendfile on; tcp_nodelay on; keepalive_timeout 75s;',
      `  client_body_temp_path ${folder}; proxy_temp_path ${folder}; fastcgi_temp_path ${folder};`,
      `  uwsgi_temp_path ${folder}; scgi_temp_path ${folder};`,
      ...http(port),
      '}',
    ].join('\n'),
  )
  const child = spawn('taskset', ['-c', core, 'nginx', '-c', file], {
    stdio: ['ignore', 'ignore', 'inherit'],
  })
  await listening(port)
  return child
}

async function listening(port: number): Promise<void> {
  for (let attempt = 0; attempt < 200; attempt++) {
    const socket = connect(port, '127.0.0.1')
    const open = await Promise.race([
      once(socket, 'connect').then(() => true),
      once(socket, 'error').then(() => false),
    ]).catch(() => false)
    socket.destroy()
    if (open) return
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
  throw new Error(`nothing listens on port ${port}`)
}
