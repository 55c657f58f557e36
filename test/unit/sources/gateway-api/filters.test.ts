import { describe, expect, it } from 'vitest'
import type { RouteRule } from '../../../../src/model/manifest.ts'
import { readRules } from '../rules.ts'
import type { ReadRules } from '../rules.ts'
import { gateway, route } from './objects.ts'

/** A rule of path `/a` with these filters. */
function readFilters(
  filters: string,
  type = 'PathPrefix',
): { read: ReadRules; rule: RouteRule | undefined } {
  const read = readRules(
    gateway() +
      route(`rules:
- matches: [{ path: { type: ${type}, value: /a } }]
  filters: [${filters}]
  backendRefs: [{ name: web, port: 80 }]`),
  )
  return { read, rule: read.manifest.routes[0]?.rules[0] }
}

describe('readFilters', () => {
  it.each([
    {
      text: `{ type: RequestHeaderModifier, requestHeaderModifier: {
        set: [{ name: X-A, value: '1' }], add: [{ name: X-B, value: '' }], remove: [X-C] } }`,
      filter: {
        type: 'RequestHeaderModifier',
        set: [{ name: 'X-A', value: '1' }],
        add: [{ name: 'X-B', value: '' }],
        remove: ['x-c'],
      },
    },
    {
      text: '{ type: ResponseHeaderModifier, responseHeaderModifier: { remove: [Server] } }',
      filter: { type: 'ResponseHeaderModifier', set: [], add: [], remove: ['server'] },
    },
    {
      text: `{ type: URLRewrite, urlRewrite: { hostname: B.test,
        path: { type: ReplacePrefixMatch, replacePrefixMatch: /b } } }`,
      filter: {
        type: 'URLRewrite',
        hostname: 'b.test',
        path: { type: 'ReplacePrefixMatch', value: '/b' },
      },
    },
    {
      text: "{ type: URLRewrite, urlRewrite: { path: { type: ReplacePrefixMatch, replacePrefixMatch: '' } } }",
      filter: { type: 'URLRewrite', path: { type: 'ReplacePrefixMatch', value: '' } },
    },
    {
      text: '{ type: RequestRedirect, requestRedirect: { scheme: https, port: 8443, statusCode: 308 } }',
      filter: { type: 'RequestRedirect', scheme: 'https', port: 8443, statusCode: 308 },
    },
    {
      text: '{ type: RequestRedirect, requestRedirect: { path: { type: ReplaceFullPath, replaceFullPath: /b/ } } }',
      filter: {
        type: 'RequestRedirect',
        path: { type: 'ReplaceFullPath', value: '/b/' },
        statusCode: 302,
      },
    },
  ])('reads $filter.type: $text', ({ text, filter }) => {
    const { read, rule } = readFilters(text)
    expect(read.codes).toEqual([])
    expect(rule).toMatchObject({ invalid: false })
    expect(rule?.filters).toEqual([filter])
  })

  it.each([
    { name: 'RequestMirror', text: '{ type: RequestMirror, requestMirror: {} }' },
    { name: 'CORS', text: '{ type: CORS, cors: {} }' },
    { name: 'ExtensionRef', text: '{ type: ExtensionRef, extensionRef: {} }' },
    { name: 'ExternalAuth', text: '{ type: ExternalAuth, externalAuth: {} }' },
    { name: 'an unknown type', text: '{ type: BasicAuth }' },
    { name: 'no type', text: '{}' },
    { name: 'no settings', text: '{ type: URLRewrite }' },
    { name: 'settings of another filter', text: '{ type: URLRewrite, urlRewrite: {}, cors: {} }' },
    {
      name: 'a redirect beside a rewrite',
      text: '{ type: URLRewrite, urlRewrite: {} }, { type: RequestRedirect, requestRedirect: {} }',
    },
    {
      name: 'two of one type',
      text: '{ type: URLRewrite, urlRewrite: {} }, { type: URLRewrite, urlRewrite: {} }',
    },
    {
      name: 'an unknown status',
      text: '{ type: RequestRedirect, requestRedirect: { statusCode: 200 } }',
    },
    {
      name: 'an unknown scheme',
      text: '{ type: RequestRedirect, requestRedirect: { scheme: ftp } }',
    },
    { name: 'a pattern as host', text: "{ type: URLRewrite, urlRewrite: { hostname: '*.test' } }" },
    {
      name: 'a path without slash',
      text: '{ type: URLRewrite, urlRewrite: { path: { type: ReplaceFullPath, replaceFullPath: b } } }',
    },
    {
      name: 'no new path',
      text: '{ type: URLRewrite, urlRewrite: { path: { type: ReplaceFullPath } } }',
    },
    {
      name: 'both new paths',
      text: '{ type: URLRewrite, urlRewrite: { path: { type: ReplaceFullPath, replaceFullPath: /b, replacePrefixMatch: /c } } }',
    },
    {
      name: 'a header that frames (CF-43)',
      text: "{ type: RequestHeaderModifier, requestHeaderModifier: { set: [{ name: Content-Length, value: '1' }] } }",
    },
    {
      name: 'Host as a header',
      text: '{ type: RequestHeaderModifier, requestHeaderModifier: { set: [{ name: Host, value: x }] } }',
    },
    {
      name: 'the removal of a hop-by-hop header',
      text: '{ type: ResponseHeaderModifier, responseHeaderModifier: { remove: [Connection] } }',
    },
    {
      name: 'a line break in a header (CF-46)',
      text: '{ type: ResponseHeaderModifier, responseHeaderModifier: { add: [{ name: a, value: "x\\r\\ny: z" }] } }',
    },
    {
      name: 'a header name that is none',
      text: '{ type: ResponseHeaderModifier, responseHeaderModifier: { add: [{ name: "a:", value: x }] } }',
    },
  ])('keeps the path of a rule with $name and makes it answer 500', ({ text }) => {
    const { read, rule } = readFilters(text)
    expect(read.findings).toMatchObject([{ severity: 'error', object: 'HTTPRoute infra/shop' }])
    expect(rule).toMatchObject({ invalid: true, matches: [{ path: { value: '/a' } }] })
  })

  it('replaces a prefix only where one was matched', () => {
    const text =
      '{ type: URLRewrite, urlRewrite: { path: { type: ReplacePrefixMatch, replacePrefixMatch: /b } } }'
    expect(readFilters(text, 'Exact')).toMatchObject({
      read: { codes: ['error prefix-without-match'] },
      rule: { invalid: true },
    })
  })

  it('counts the first of two values for one name', () => {
    const { read, rule } = readFilters(
      "{ type: RequestHeaderModifier, requestHeaderModifier: { set: [{ name: A, value: '1' }, { name: a, value: '2' }] } }",
    )
    expect(read.codes).toEqual(['warning repeated-name'])
    expect(rule?.filters).toMatchObject([{ set: [{ name: 'A', value: '1' }] }])
  })
})
