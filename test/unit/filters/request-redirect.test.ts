import { describe, expect, it } from 'vitest'
import type { RequestDraft } from '../../../src/filters/draft.ts'
import { redirectLocation } from '../../../src/filters/request-redirect.ts'
import type { RequestRedirect } from '../../../src/model/manifest.ts'

function draft(parts: Partial<RequestDraft> = {}): RequestDraft {
  return {
    scheme: 'http',
    hostname: 'app.test',
    port: 80,
    prefix: '/foo',
    requestPath: '/foo/bar',
    path: '/foo/bar',
    query: undefined,
    host: undefined,
    fields: [],
    ...parts,
  }
}

const ROWS: {
  name: string
  draft?: Partial<RequestDraft>
  filter: Omit<RequestRedirect, 'type' | 'statusCode'>
  expect: string | undefined
}[] = [
  {
    name: 'scheme alone takes its port',
    filter: { scheme: 'https' },
    expect: 'https://app.test/foo/bar',
  },
  {
    name: 'the port the client used stays without scheme and port',
    draft: { port: 8080 },
    filter: { hostname: 'other.test' },
    expect: 'http://other.test:8080/foo/bar',
  },
  {
    name: 'a scheme drops the port the client used',
    draft: { port: 8080 },
    filter: { scheme: 'https' },
    expect: 'https://app.test/foo/bar',
  },
  { name: 'port 443 stays on http', filter: { port: 443 }, expect: 'http://app.test:443/foo/bar' },
  {
    name: 'port 443 is left out on https',
    filter: { scheme: 'https', port: 443 },
    expect: 'https://app.test/foo/bar',
  },
  {
    name: 'an own port is written',
    filter: { port: 8083 },
    expect: 'http://app.test:8083/foo/bar',
  },
  {
    name: 'prefix replaced, query kept',
    draft: { query: 'a=1&b' },
    filter: { path: { type: 'ReplacePrefixMatch', value: '/x' } },
    expect: 'http://app.test/x/bar?a=1&b',
  },
  {
    name: 'an IPv6 literal keeps its brackets',
    draft: { hostname: '[2001:db8::1]' },
    filter: { scheme: 'https', port: 8443 },
    expect: 'https://[2001:db8::1]:8443/foo/bar',
  },
  {
    name: 'a path that was rewritten for backends stays with them',
    draft: { path: '/inner/bar' },
    filter: { hostname: 'other.test' },
    expect: 'http://other.test/foo/bar',
  },
  { name: 'the requested URL itself is a loop', filter: { scheme: 'http' }, expect: undefined },
]

describe('redirectLocation', () => {
  it.each(ROWS)('$name', ({ draft: parts, filter, expect: location }) => {
    const full: RequestRedirect = { type: 'RequestRedirect', statusCode: 302, ...filter }
    expect(redirectLocation(draft(parts), full)).toBe(location)
  })
})
