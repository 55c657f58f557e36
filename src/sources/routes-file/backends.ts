/** Reads the named backends of a routes file. */
import { parseHost } from '../../canonical/host.ts'
import type { Backend, UpstreamHost } from '../../model/manifest.ts'
import { parseEndpointUrl } from './endpoint-url.ts'
import type { EndpointUrl } from './endpoint-url.ts'
import type { BackendInput } from './input.ts'
import type { Path, Report } from './report.ts'

/** The backend at `path`; an endpoint that cannot be read is an error and left out. */
export function readBackend(
  input: BackendInput,
  { name, path, report }: { readonly name: string; readonly path: Path; readonly report: Report },
): Backend {
  const endpoints = new Set<string>()
  for (const [i, text] of input.endpoints.entries()) {
    const place = [...path, 'endpoints', i]
    const url = parseEndpointUrl(text)
    if (url.type === 'fault') {
      reportUrl(url, { text, path: place, report })
      continue
    }
    if (endpoints.has(url.origin)) {
      report.add({
        severity: 'warning',
        code: 'repeated-endpoint',
        path: place,
        value: text,
        text: 'is listed a second time and counts once',
        remedy: 'remove it, or give backends of a route weights',
      })
    }
    endpoints.add(url.origin)
  }
  return {
    name,
    endpoints: [...endpoints],
    host: readUpstreamHost(input.host, [...path, 'host'], report),
    origin: report.originOf(path),
  }
}

/** Reports a URL that is none; credentials in it are not quoted. */
export function reportUrl(
  url: EndpointUrl & { readonly type: 'fault' },
  { text, path, report }: { readonly text: string; readonly path: Path; readonly report: Report },
): void {
  const value = url.confidential ? undefined : text
  report.add({ code: url.code, path, value, text: url.text, remedy: url.remedy })
}

function readUpstreamHost(text: string | undefined, path: Path, report: Report): UpstreamHost {
  if (text === undefined || text === 'preserve') return { type: 'preserve' }
  if (text === 'endpoint') return { type: 'endpoint' }
  const host = parseHost(text)
  if (host === undefined) {
    report.add({
      code: 'invalid-host',
      path,
      value: text,
      text: 'is not a host',
      remedy: 'use preserve, endpoint, or the host that endpoints are to see',
    })
    return { type: 'preserve' }
  }
  const { name, port } = host
  return { type: 'fixed', value: port === undefined ? name : `${name}:${port}` }
}
