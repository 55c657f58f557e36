/**
 * The Workers that are compared: one that only passes requests on, one that does the least for the
 * fields that postern writes, and ours with its rules.
 */
import { fileURLToPath } from 'node:url'
import { build } from 'esbuild'
import { buildRules } from '../../adapters/rules/build.ts'
import type { Modules } from './workerd.ts'

/** Passes every request on to `origin`, and does nothing else. */
export function passThrough(origin: string): Modules {
  const contents = `export default {
    fetch(request) {
      const { pathname, search } = new URL(request.url)
      return fetch(new Request(${JSON.stringify(origin)} + pathname + search, request))
    },
  }`
  return { 'worker.js': { type: 'esm', contents } }
}

/**
 * Reads all fields and writes those that postern writes, with fixed values: what its work costs in
 * the runtime before anything is decided, timed or recorded.
 */
export function fieldsOnly(origin: string): Modules {
  const contents = `export default {
    async fetch(request) {
      const { url } = request
      const received = [...request.headers]
      const outbound = new Request(${JSON.stringify(origin)} + url.slice(url.indexOf('/', 8)), request)
      const { headers } = outbound
      headers.delete('host')
      headers.delete('cf-connecting-ip')
      headers.append('X-Forwarded-For', '192.0.2.1')
      headers.append('X-Forwarded-Proto', 'http')
      headers.append('X-Forwarded-Host', 'host-0.example.com')
      headers.append('X-Forwarded-Port', '80')
      headers.append('X-Real-IP', '192.0.2.1')
      headers.append('X-Request-Id', '0123456789abcdef0123456789abcdef')
      const upstream = await fetch(outbound)
      const answered = [...upstream.headers]
      if (received.length + answered.length === 0) throw new Error('no fields')
      const response = new Response(upstream.body, upstream)
      response.headers.append('Server', 'postern')
      response.headers.append('X-Envoy-Upstream-Service-Time', '1')
      return response
    },
  }`
  return { 'worker.js': { type: 'esm', contents } }
}

/** The Worker of wrangler.toml over these rules, as text. */
export async function ourWorker(rules: string): Promise<Modules> {
  const { outputFiles } = await build({
    entryPoints: [fileURLToPath(new URL('../../adapters/cloudflare/worker.ts', import.meta.url))],
    bundle: true,
    minify: true,
    write: false,
    format: 'esm',
    target: 'es2024',
    external: ['*.generated.json', '*.generated.js'],
  })
  return {
    'worker.js': { type: 'esm', contents: outputFiles[0]?.text ?? '' },
    'bundle.generated.json': { type: 'text', contents: rules },
  }
}

/** A Bundle with `count` routes on a tenth as many hosts, as JSON. */
export function rulesOf(count: number, origin: string): string {
  const routes = Array.from({ length: count }, (_, i) => ({
    host: hostOf(Math.floor(i / 10)),
    path: `/service-${i % 10}`,
    backend: origin,
  }))
  const { bundle, findings } = buildRules({
    files: [{ name: 'routes.json', text: JSON.stringify({ version: 1, routes }) }],
    findings: [],
    digest: '',
    options: { sources: ['-'], className: 'postern', services: [], sockets: undefined },
  })
  if (bundle === undefined) throw new Error(JSON.stringify(findings))
  return JSON.stringify(bundle)
}

/** Name of the host with this number. */
export function hostOf(number: number): string {
  return `host-${number}.example.com`
}
