/** The page a reader sees: `/` and `/productpage`, made of what details and ratings say. */
import type { Server } from 'node:http'
import { startService, type Reply } from './service.ts'

/** Where the page finds the services behind it. */
export interface PageSources {
  /** Origin of details, `http://127.0.0.1:9082`. */
  readonly details: string
  /** Origin of ratings. */
  readonly ratings: string
}

export function startProductpage(port: number, sources: PageSources): Promise<Server> {
  return startService('productpage', port, (path) =>
    path === '/' || path === '/productpage' ? page(sources) : undefined,
  )
}

async function page(sources: PageSources): Promise<Reply> {
  const [details, ratings] = await Promise.all([
    load(`${sources.details}/details/1`),
    load(`${sources.ratings}/ratings/1`),
  ])
  const stars = Object.entries((ratings['ratings'] ?? {}) as Record<string, number>)
    .map(([reader, count]) => `<li>${escape(reader)}: ${'★'.repeat(count)}</li>`)
    .join('')
  const body = `<!doctype html>
<html lang="en">
<head><meta charset="utf-8"><title>${escape(details['title'])}</title>
<style>body{font:1.1rem/1.5 system-ui,sans-serif;max-width:34rem;margin:3rem auto;padding:0 1rem}
dt{font-weight:600}dd{margin:0 0 .5rem}ul{padding-left:1.2rem}</style></head>
<body><h1>${escape(details['title'])}</h1>
<dl><dt>Author</dt><dd>${escape(details['author'])}</dd>
<dt>Year</dt><dd>${escape(details['year'])}</dd>
<dt>Pages</dt><dd>${escape(details['pages'])}</dd></dl>
<h2>Readers</h2><ul>${stars}</ul></body></html>
`
  return { status: 200, type: 'text/html; charset=utf-8', body }
}

async function load(url: string): Promise<Record<string, unknown>> {
  const response = await fetch(url)
  if (!response.ok) throw new Error(`${url} answered ${response.status}`)
  return (await response.json()) as Record<string, unknown>
}

function escape(value: unknown): string {
  return String(value).replace(/[&<>"]/g, (character) => `&#${character.charCodeAt(0)};`)
}
