import { existsSync, mkdirSync, readdirSync, readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import type { Bundle } from '../../../../src/model/bundle.ts'
import { createFolder, ingressYaml, routesJson } from '../folder.ts'
import { run } from './memory-terminal.ts'

const api = ['--service', 'default/api=http://127.0.0.1:9001']

const all = JSON.stringify({
  version: 1,
  listeners: [{ name: 'web', port: 8080 }],
  backends: { one: { endpoints: ['http://127.0.0.1:9001'] } },
  hosts: { 'a.test': { policy: { deny: ['192.0.2.0/24'] } } },
  routes: [
    { host: 'a.test', path: '/api/', backend: 'one' },
    {
      name: 'admin',
      hosts: ['a.test'],
      matches: [
        {
          path: { type: 'PathPrefix', value: '/admin' },
          method: 'GET',
          headers: [{ name: 'x-team', value: 'ops' }],
        },
      ],
      policy: { allow: ['10.0.0.0/8'] },
      timeouts: { total: '30s' },
      backends: [
        { name: 'one', weight: 9 },
        { url: 'http://127.0.0.1:9003', weight: 1 },
      ],
    },
    { host: '*.b.test', path: '/', backend: 'http://127.0.0.1:9000' },
  ],
})

function columns(text: string): string[][] {
  return text
    .trimEnd()
    .split('\n')
    .map((line) => line.split(/ {2,}/))
}

describe('postern', () => {
  it('shows its commands, and says so with exit 2 where none was given', async () => {
    const help = await run(['--help'])
    expect(help).toMatchObject({ code: 0, err: '' })
    for (const name of ['serve', 'dev', 'check', 'explain', 'get', 'status', 'build']) {
      expect(help.out).toContain(`\n  ${name}`)
    }
    expect(await run([])).toEqual({ code: 2, out: '', err: help.out })
    expect(await run(['help'])).toEqual(help)
  })

  it.each(['serve', 'dev', 'check', 'explain', 'get', 'status', 'build'])(
    'teaches %s by example, in three ways of asking',
    async (name) => {
      const help = await run(['help', name])
      expect(help.code).toBe(0)
      expect(help.out).toMatch(new RegExp(`^Usage: postern ${name} [\\s\\S]*Examples:\\n  #`))
      expect(await run([name, '--help'])).toEqual(help)
      expect(await run([name, '-h', 'more', 'words'])).toEqual(help)
    },
  )

  it('tells its version', async () => {
    const { version } = JSON.parse(
      readFileSync(new URL('../../../../package.json', import.meta.url), 'utf8'),
    ) as { version: string }
    expect(await run(['--version'])).toEqual({ code: 0, out: `postern ${version}\n`, err: '' })
  })

  it.each([
    [['chekc'], 'unknown command "chekc"; did you mean check?'],
    [['help', 'sreve'], 'unknown command "sreve"; did you mean serve?'],
    [['--versoin'], 'unknown option "--versoin"; did you mean --version?'],
    [['check', '--jsno'], 'postern check: unknown option "--jsno"; did you mean --json?'],
    [['get', 'rotues'], 'unknown kind of thing "rotues"; did you mean routes?'],
    [['get', '-o', 'jsn'], 'unknown output "jsn"; did you mean json?'],
    [['explain'], 'explain needs a URL'],
    [['status'], 'status needs --admin'],
    [['build'], 'build needs --target'],
    [['build', '--target', 'wroker'], 'did you mean worker?'],
    [['serve', '--https', '8443'], '--https is not available yet'],
    [['serve', '--workers', '2'], '--workers 2 is not available yet'],
    [['serve', '--workers', 'two'], '--workers "two" is no number'],
    [['serve', '--http', '99999'], 'no port from 0 to 65535'],
    [['serve', '--admin', 'x'], '--admin "x"'],
    [['check', '--service', 'x'], '--service "x" has no "="'],
  ])('%j is a mistake: exit 2 and one line that helps', async (args, text) => {
    const { code, out, err } = await run(args)
    expect({ code, out }).toEqual({ code: 2, out: '' })
    expect(err).toContain(text)
    expect(err).not.toContain('    at ')
  })
})

describe('postern check', () => {
  it('passes good rules', async () => {
    const path = createFolder().write('routes.json', routesJson(9001))
    expect(await run(['check', '-c', path])).toEqual({
      code: 0,
      out: 'ok: 1 route, 1 host, no findings\n',
      err: '',
    })
  })

  it('tells every finding with its place, and exits 1', async () => {
    const folder = createFolder()
    const a = folder.write('a.json', '{\n  "version": 1,\n  "routs": []\n}')
    const b = folder.write('b.yaml', 'kind: [\n')
    const { code, out } = await run(['check', '-c', folder.path])
    expect(code).toBe(1)
    expect(out).toMatch(new RegExp(`^${a}:3:3: error [a-z-]+: .*routs`, 'm'))
    expect(out).toMatch(new RegExp(`^${b}:\\d+:\\d+: error yaml-syntax: `, 'm'))
    expect(out).toMatch(/^ {2}remedy: /m)
    expect(out).toMatch(/^failed: .*errors/m)
  })

  it('fails for an object with an error although serving would do without it', async () => {
    const folder = createFolder()
    folder.write('a.yaml', ingressYaml('good'))
    folder.write('b.yaml', ingressYaml('bad', '/b c'))
    expect(await run(['check', '-c', folder.path, ...api])).toMatchObject({ code: 1 })
  })

  it('counts warnings with --strict alone', async () => {
    const path = createFolder().write('a.yaml', `${ingressYaml('i')}extra: 1\n`)
    expect((await run(['check', '-c', path, ...api])).code).toBe(0)
    expect((await run(['check', '-c', path, ...api, '--strict'])).code).toBe(1)
  })

  it('reads standard input and prints JSON', async () => {
    const { code, out } = await run(['check', '-c', '-', '--json'], '{ "version": 1, "x": 2 }')
    const report = JSON.parse(out) as { findings: { file: string }[]; counts: object; ok: boolean }
    expect(code).toBe(1)
    expect(report).toMatchObject({ ok: false, counts: { errors: report.findings.length } })
    expect(report.findings[0]?.file).toBe('-')
  })

  it('looks for routes.json and says what to do where there is none', async () => {
    const { code, out } = await run(['check', '-c', createFolder().at('routes.json')])
    expect(code).toBe(1)
    expect(out).toContain('error file-not-found: ')
  })

  it('never shows a secret (G-13)', async () => {
    const canary = 'Y2FuYXJ5LWNhbmFyeS1jYW5hcnk'
    const path = createFolder().write(
      's.yaml',
      `apiVersion: v1
kind: Secret
metadata: { name: s }
type: kubernetes.io/tls
data: { tls.crt: ${canary}!, tls.key: ${canary}!, extra: ${canary} }
stringData: [${canary}]
`,
    )
    for (const args of [['check'], ['check', '--json'], ['get', 'certificates', '-o', 'json']]) {
      const { out, err } = await run([...args, '-c', path])
      expect(out + err).not.toContain(canary)
    }
  })
})

describe('postern explain', () => {
  const explain = async (rules: string, ...args: string[]) => {
    const path = createFolder().write('routes.json', rules)
    const { code, out, err } = await run(['explain', '-c', path, '--json', ...args])
    if (code !== 0) throw new Error(err)
    return JSON.parse(out) as Record<string, unknown>
  }

  it('says who takes a request, from which line, and what would be sent', async () => {
    expect(await explain(all, 'http://a.test/api/users?x=1')).toMatchObject({
      verdict: 'forward',
      route: { name: 'default/routes[0000]', host: 'a.test', path: '/api' },
      backend: 'one',
      endpoint: 'http://127.0.0.1:9001',
      client: '127.0.0.1',
      reason: 'matched',
      sent: { method: 'GET', target: '/api/users?x=1', host: 'a.test' },
    })
  })

  it.each([
    ['by the policy of the route', [], 'http://a.test/admin', 403, 'policy_denied'],
    [
      'by the policy of the host',
      ['--from', '192.0.2.1'],
      'http://a.test/api',
      403,
      'policy_denied',
    ],
    ['because no rule takes it', [], 'http://c.test/', 404, 'no_route'],
    ['because its path is not one (H-19)', [], 'http://a.test/a b', 400, 'invalid_target'],
    [
      'because its method is not served',
      ['-X', 'TRACE'],
      'http://a.test/',
      501,
      'method_not_implemented',
    ],
  ])('says that a request is refused %s', async (_name, args, url, status, reason) => {
    const headers = ['-H', 'x-team: ops']
    expect(await explain(all, ...headers, ...args, url)).toMatchObject({
      verdict: 'refuse',
      status,
      reason,
    })
  })

  it('takes method, headers and address into account', async () => {
    const args = ['-X', 'GET', '-H', 'X-Team: ops', '--from', '10.1.2.3']
    expect(await explain(all, ...args, 'http://a.test/admin')).toMatchObject({
      verdict: 'forward',
      route: { name: 'default/admin' },
      client: '10.1.2.3',
    })
  })

  it.each([
    ['http://a.test/x/../api/y', '/api/y'],
    ['http://a.test/%2e%2e/api/y', '/api/y'],
    ['http://a.test/%61pi/y', '/api/y'],
    ['http://a.test/api/a%2Fb', '/api/a%2Fb'],
  ])('gives %s to the gate as it is typed (H-25)', async (url, target) => {
    expect(await explain(all, url)).toMatchObject({ verdict: 'forward', sent: { target } })
  })

  it('tells people the same, with why the nearest others did not', async () => {
    const path = createFolder().write('routes.json', all)
    const { code, out } = await run(['explain', '-c', path, 'http://a.test/api'])
    expect(code).toBe(0)
    expect(out).toContain('Forwarded to http://127.0.0.1:9001\n')
    expect(out).toContain(`default/routes[0000], ${path}:1:`)
    expect(out).toMatch(/Not taken by:\n {2}host a\.test, path \/admin .*\n {4}takes paths under/)
  })

  it('explains nothing by rules that are refused', async () => {
    const path = createFolder().write('routes.json', '{')
    const { code, out, err } = await run(['explain', '-c', path, 'http://a.test/'])
    expect({ code, out }).toEqual({ code: 1, out: '' })
    expect(err).toContain('refused: 1 error')
  })
})

describe('postern get', () => {
  it('shows routes in the order in which they are tried, each once', async () => {
    const path = createFolder().write('routes.json', all)
    const { code, out } = await run(['get', '-c', path])
    const rows = columns(out)
    expect(code).toBe(0)
    expect(rows.map((row) => row.slice(0, 3))).toEqual([
      ['HOST', 'PATH', 'BACKEND'],
      ['a.test', '/admin', 'one 90%, http://127.0.0.1:9003 10%'],
      ['a.test', '/api', 'one'],
      ['*.b.test', '/', 'http://127.0.0.1:9000'],
    ])
    expect(rows[1]?.[3]).toMatch(/routes\.json:1:\d+$/)
  })

  it('shows conditions, policy and timeouts with -o wide', async () => {
    const path = createFolder().write('routes.json', all)
    const { out } = await run(['get', 'routes', '-o', 'wide', '-c', path])
    const [, admin = ''] = out.split('\n')
    for (const part of ['default/admin', 'web', 'GET', 'x-team=ops', 'total=30000ms']) {
      expect(admin).toContain(part)
    }
    expect(admin).toContain('host deny 192.0.2.0/24; allow 10.0.0.0/8')
  })

  it('shows everything with -o json', async () => {
    const path = createFolder().write('routes.json', all)
    const { out } = await run(['get', 'routes', '-o', 'json', '-c', path])
    const [admin] = JSON.parse(out) as object[]
    expect(admin).toMatchObject({
      name: 'default/admin',
      host: 'a.test',
      path: '/admin',
      method: 'GET',
      policy: { allow: ['10.0.0.0/8'] },
      backends: [
        { ref: 'one', weight: 9 },
        { ref: 'http://127.0.0.1:9003', weight: 1 },
      ],
      listeners: ['web'],
      invalid: false,
    })
  })

  it('shows a default backend as the last route', async () => {
    const yaml = ingressYaml('i').replace(
      'rules:',
      'defaultBackend: { service: { name: api, port: { number: 80 } } }\n  rules:',
    )
    const path = createFolder().write('i.yaml', yaml)
    const { out } = await run(['get', '-c', path, ...api])
    expect(columns(out).map(([host, route]) => [host, route])).toEqual([
      ['HOST', 'PATH'],
      ['a.test', '/'],
      ['*', '(default backend)'],
    ])
  })

  it('shows Ingress objects as kubectl does, those of other classes without an address', async () => {
    const folder = createFolder()
    const dated = '{ name: a, creationTimestamp: "2001-01-01T00:00:00Z", namespace: default }'
    folder.write('a.yaml', ingressYaml('a').replace('{ name: a, namespace: default }', dated))
    folder.write('b.yaml', ingressYaml('b', '/', '"*.b.test"').replace('postern', 'nginx'))
    const { out } = await run(['get', 'ing', '-c', folder.path, ...api])
    const [titles = [], a = [], b = []] = columns(out)
    expect(titles).toEqual(['NAMESPACE', 'NAME', 'CLASS', 'HOSTS', 'ADDRESS', 'PORTS', 'AGE'])
    expect(a.slice(0, 6)).toEqual(['default', 'a', 'postern', 'a.test', '*', '8080'])
    expect(a[6]).toMatch(/^\d+y/)
    expect(b).toEqual(['default', 'b', 'nginx', '*.b.test', '<unknown>'])
  })

  it('shows backends with their endpoints and how many routes use them', async () => {
    const path = createFolder().write('routes.json', all)
    const { out } = await run(['get', 'backends', '-o', 'json', '-c', path])
    expect(JSON.parse(out)).toContainEqual(
      expect.objectContaining({ endpoints: ['http://127.0.0.1:9001'], routes: 2 }),
    )
  })

  it('shows the hosts that certificates are named for, and says when there are none', async () => {
    const yaml = ingressYaml('i').replace(
      'rules:',
      'tls: [{ hosts: [a.test], secretName: cert }]\n  rules:',
    )
    const folder = createFolder()
    const path = folder.write('i.yaml', yaml)
    const { out } = await run(['get', 'certificates', '-c', path, ...api])
    expect(columns(out)[1]?.slice(0, 2)).toEqual(['a.test', 'default/cert'])
    const plain = folder.write('plain.yaml', ingressYaml('i'))
    expect(await run(['get', 'certificates', '-c', plain, ...api])).toMatchObject({
      code: 0,
      out: '',
      err: 'no certificates are named\n',
    })
  })
})

describe('postern build', () => {
  it('writes the Bundle, the same for the same rules', async () => {
    const folder = createFolder()
    const path = folder.write('routes.json', all)
    const target = folder.at('made/bundle.json')
    const made = await run(['build', '--target', 'worker', '-o', target, '-c', path])
    expect(made).toMatchObject({ code: 0, out: '' })
    const text = readFileSync(target, 'utf8')
    const bundle = JSON.parse(text) as Bundle
    expect(Object.keys(bundle.hosts)).toHaveLength(3)
    expect(await run(['build', '--target', 'node', '-c', path])).toMatchObject({ out: text })
    expect(readdirSync(folder.at('made'))).toEqual(['bundle.json'])
  })

  it('leaves the file as it was where the rules are refused', async () => {
    const folder = createFolder()
    const path = folder.write('routes.json', '{')
    const target = folder.at('bundle.json')
    expect((await run(['build', '--target', 'worker', '-o', target, '-c', path])).code).toBe(1)
    expect(existsSync(target)).toBe(false)
  })

  it('says why a file cannot be written, and leaves nothing behind', async () => {
    const folder = createFolder()
    const path = folder.write('routes.json', routesJson(9001))
    mkdirSync(folder.at('taken'))
    const args = ['build', '--target', 'worker', '-o', folder.at('taken'), '-c', path]
    const { code, err } = await run(args)
    expect(code).toBe(1)
    expect(err).toMatch(/cannot be written: .*\(?E[A-Z]+\)?\n$/)
    expect(readdirSync(folder.path).toSorted()).toEqual(['routes.json', 'taken'])
  })
})

describe('postern status', () => {
  it('says where nobody answers', async () => {
    // Port 1 is set aside for a protocol that nobody runs.
    const { code, out, err } = await run(['status', '--admin', '127.0.0.1:1'])
    expect({ code, out }).toEqual({ code: 1, out: '' })
    expect(err).toContain('no answer from 127.0.0.1:1: nothing listens there (ECONNREFUSED)')
  })
})
