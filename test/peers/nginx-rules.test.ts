/** The same simple rules given to nginx: where both have an answer, it is the same. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { request, type RuleSet } from '../conformance/case.ts'
import { jsonFile } from '../conformance/suites/objects.ts'
import { createCoreTarget } from '../conformance/targets/core.ts'
import { dial } from '../conformance/wire/client.ts'
import { startNginx, type PeerServer } from './program.ts'

/** A rule in words that both understand. */
interface Rule {
  readonly host: string
  readonly path: string
  readonly type: 'Exact' | 'PathPrefix'
  readonly service: string
}

const RULES: readonly Rule[] = [
  { host: 'a.test', path: '/foo', type: 'PathPrefix', service: 'foo' },
  { host: 'a.test', path: '/foo', type: 'Exact', service: 'foo-exact' },
  { host: 'a.test', path: '/foo/bar', type: 'PathPrefix', service: 'foo-bar' },
  { host: 'a.test', path: '/only', type: 'Exact', service: 'only' },
  { host: 'a.test', path: '/x', type: 'PathPrefix', service: 'x' },
  { host: '*.a.test', path: '/', type: 'PathPrefix', service: 'wild' },
  { host: '*.b.a.test', path: '/', type: 'PathPrefix', service: 'wilder' },
  { host: 'c.a.test', path: '/c', type: 'PathPrefix', service: 'named' },
]

const PATHS = [
  '/foo',
  '/foo/',
  '/foo/x',
  '/foobar',
  '/foo/bar',
  '/foo/bar/',
  '/foo/barn',
  '/foo/bar/baz',
  '/FOO',
  '/only',
  '/only/',
  '/onlyx',
  '/x',
  '/x/y?z',
  '/x?/foo',
  '/xy',
  '/%66oo',
  '/foo/%62ar',
  '/x/../foo/y',
  '/foo/./bar',
  '/',
  '/nothing',
  '/a%20b',
  '/foo%20bar',
  '/x/%7Euser',
]

const HOSTS = ['a.test', 'A.Test', 'y.a.test', 'z.y.a.test', 'y.b.a.test', 'c.a.test', 'other.test']

const rules: RuleSet = {
  name: 'beside-nginx',
  files: [
    jsonFile('routes', {
      version: 1,
      listeners: [{ name: 'web', port: 80 }],
      routes: RULES.map(({ host, path, type, service }) => ({
        host,
        path,
        pathType: type,
        backend: `default/${service}:80`,
      })),
    }),
  ],
  services: RULES.map(({ service }) => `default/${service}`),
}

describe('nginx and postern', () => {
  let nginx: PeerServer
  beforeAll(async () => {
    nginx = await startNginx(nginxServers())
  })
  afterAll(async () => {
    await nginx.stop()
  })

  it.each(HOSTS)('send requests for %s to the same place', async (host) => {
    const postern = await createCoreTarget().open(rules)
    const answers: Record<string, string> = {}
    const expected: Record<string, string> = {}
    for (const path of PATHS) {
      const { upstream, response } = await postern.send(request({ path, host }))
      answers[path] = upstream[0]?.service.replace('default/', '') ?? String(response.status)
      expected[path] = await ask(nginx.port, host, path)
    }
    expect(answers).toEqual(expected)
  })
})

/** A prefix of elements is two locations: the path itself and everything under it. */
function nginxServers(): string {
  const byHost = Map.groupBy(RULES, ({ host }) => host)
  const servers = [...byHost].map(([host, own]) => {
    const exact = new Set(own.filter(({ type }) => type === 'Exact').map(({ path }) => path))
    const locations = own.flatMap(({ path, type, service }) => {
      const answer = `{ return 200 "${service}"; }`
      if (type === 'Exact') return [`location = ${path} ${answer}`]
      if (path === '/') return [`location / ${answer}`]
      const whole = exact.has(path) ? [] : [`location = ${path} ${answer}`]
      return [...whole, `location ^~ ${path}/ ${answer}`]
    })
    const rest = own.some(({ path }) => path === '/') ? '' : 'location / { return 404; }'
    return `server { listen %; server_name ${host}; ${locations.join(' ')} ${rest} }`
  })
  return `server { listen % default_server; return 404; } ${servers.join('\n')}`
}

/** The body where it is 200, else the status. */
async function ask(port: number, host: string, path: string): Promise<string> {
  const bytes = `GET ${path} HTTP/1.1\r\nHost: ${host}\r\nConnection: close\r\n\r\n`
  const { responses } = await dial({
    port,
    connected: () => {},
    script: [{ type: 'send', bytes }],
    haste: 1,
    methods: ['GET'],
    patienceMs: 2000,
    // nginx ends the connection.
    enough: () => false,
  })
  const [response] = responses
  return response?.status === 200 ? response.body : String(response?.status)
}
