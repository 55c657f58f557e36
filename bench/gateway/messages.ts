/** Rules of a hundred hosts, and heads as a socket gives them: new strings for each request. */
import type { Fields, RequestHead, ResponseHead } from '../../src/head.ts'

const HOSTS = 100
const SERVICES = ['api', 'static', 'login', 'search', 'cart', 'orders', 'media', 'admin', 'docs']

/** A value of routes.json: ten routes for each of a hundred hosts. */
export function createRules(): unknown {
  const routes = Array.from({ length: HOSTS }, (_, i) => {
    const host = `www.shop-${i}.example.com`
    const prefixes = SERVICES.map((service, k) => ({
      host,
      path: `/${service}`,
      backend: `http://127.0.0.1:${9000 + k}`,
    }))
    return [...prefixes, { host, path: '/', backend: 'http://127.0.0.1:9100' }]
  })
  return { version: 1, listeners: [{ name: 'web', port: 8080 }], routes: routes.flat() }
}

/** A head as bytes, with the place of each part. */
interface Recorded {
  readonly bytes: Buffer
  /** Ends of target, then of each name and value in turn. */
  readonly ends: readonly number[]
}

/** Gives request heads one after the other, each of strings that nobody has seen before. */
export function createRequests(): () => RequestHead {
  const recorded = Array.from({ length: 256 }, (_, i) => {
    const host = `www.shop-${(i * 37) % HOSTS}.example.com`
    const service = SERVICES[i % SERVICES.length] ?? ''
    return record([`/${service}/items/${i}?page=${i % 7}&sort=price`, ...browserFields(host, i)])
  })
  let next = 0
  return () => {
    const { bytes, ends } = recorded[next++ & 255] as Recorded // as many as there are
    // One decoding for the head and parts of its text, as the codec does it.
    const text = bytes.toString('latin1')
    let start = ends[0] as number // the target's
    const target = text.slice(0, start)
    const fields: string[] = []
    for (let i = 1; i < ends.length; i++) {
      const end = ends[i] as number // within the list
      fields.push(text.slice(start, end))
      start = end
    }
    const authority = undefined
    return { method: 'GET', target, version: '1.1', fields, authority, bodyLength: 0 }
  }
}

/** The response head of a small JSON document. */
export const RESPONSE: ResponseHead = {
  status: 200,
  reason: 'OK',
  fields: flat({
    Date: 'Tue, 03 Mar 2026 10:00:00 GMT',
    'Content-Type': 'application/json; charset=utf-8',
    'Content-Length': '512',
    'Cache-Control': 'private, max-age=0',
    ETag: '"5f3a-9c1b"',
    Vary: 'Accept-Encoding',
    Connection: 'keep-alive',
    'Keep-Alive': 'timeout=5',
  }),
}

function browserFields(host: string, i: number): Fields {
  return flat({
    Host: host,
    'User-Agent': 'Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0',
    Accept: 'text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8',
    'Accept-Language': 'en-GB,en;q=0.7,de;q=0.3',
    'Accept-Encoding': 'gzip, deflate, br, zstd',
    Referer: `https://${host}/`,
    Cookie: `session=${(i * 7919).toString(16)}; theme=dark`,
    Connection: 'keep-alive',
    'Cache-Control': 'max-age=0',
  })
}

function flat(fields: Readonly<Record<string, string>>): string[] {
  return Object.entries(fields).flat()
}

function record(parts: readonly string[]): Recorded {
  let end = 0
  const ends = parts.map((part) => (end += part.length))
  return { bytes: Buffer.from(parts.join(''), 'latin1'), ends }
}
