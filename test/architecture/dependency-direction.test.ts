import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { describe, expect, onTestFinished, test } from 'vitest'
import { listSources, root } from './files.ts'
import { readEdges, type Edge } from './imports.ts'
import { findOffences, formatOffence } from './layers.ts'

function edge(from: string, to: string, rest: Partial<Edge> = {}): Edge {
  return { from, to, kind: 'static', reexport: false, ...rest }
}

test('no import in src/ and adapters/ goes against the order of folders', async () => {
  const offences = findOffences(await readEdges(root, listSources()))
  expect(offences.map(formatOffence)).toEqual([])
})

describe('the order of folders', () => {
  const order = [
    'src/errors.ts',
    'src/ip/cidr.ts',
    'src/model/bundle.ts',
    'src/routing/match.ts',
    'src/sources/ingress.ts',
    'src/compile/compile.ts',
    'src/gateway/begin.ts',
    'src/store/kv.ts',
    'src/index.ts',
    'adapters/rules/load.ts',
    'adapters/node/server.ts',
    'adapters/cli/main.ts',
  ]
  const pairs = order.flatMap((low, index) => order.slice(index + 1).map((high) => [low, high]))

  test.each(pairs)('%s may not import %s', (low = '', high = '') => {
    expect(findOffences([edge(low, high)]).map(({ from, to }) => [from, to])).toContainEqual([
      low,
      high,
    ])
  })

  test.each(pairs)('%s may be imported by %s', (low = '', high = '') => {
    // From the command line another adapter is loaded only when it is needed.
    const kind = high.startsWith('adapters/cli') ? 'dynamic' : 'static'
    // The Worker's own graph has tests of its own below.
    const offences = findOffences([edge(high, low, { kind })])
    expect(offences.filter(({ rule }) => !rule.startsWith('the data Worker'))).toEqual([])
  })

  test.each([
    ['src/http1/parser.ts', 'src/regex/pattern.ts'],
    ['src/http1/parse.ts', 'src/canonical/path.ts'],
    ['src/canonical/gate.ts', 'src/client-hello/parse.ts'],
    ['src/documents/yaml.ts', 'src/routing/table.ts'],
    ['src/client-address/resolve.ts', 'src/policy/network.ts'],
    ['src/filters/header.ts', 'src/upstream/pick.ts'],
    ['src/observe/record.ts', 'src/routing/match.ts'],
    ['src/fetch/engine.ts', 'src/store/memory.ts'],
    ['src/index.ts', 'src/control/app.ts'],
    ['adapters/node/server.ts', 'adapters/miniflare/dev.ts'],
    ['adapters/cloudflare/worker.ts', 'adapters/cloudflare-control/writer.ts'],
  ])('%s does not import %s, which stands beside it', (one, other) => {
    for (const offence of [edge(one, other), edge(other, one)]) {
      expect(findOffences([offence])[0]?.rule).toMatch(/stand side by side/)
    }
  })

  test('files of one folder import each other, and so do those of the first line', () => {
    const edges = [
      edge('src/ip/cidr.ts', 'src/ip/parse.ts'),
      edge('src/exchange.ts', 'src/head.ts'),
      edge('src/store/kv.ts', 'src/store/port.ts'),
    ]
    expect(findOffences(edges)).toEqual([])
  })

  test.each(['type', 'dynamic'] as const)('a %s import is held to the order too', (kind) => {
    expect(findOffences([edge('src/ip/cidr.ts', 'src/model/bundle.ts', { kind })])).toHaveLength(1)
  })

  test('a folder or file without a place in the order is refused on either side', () => {
    expect(findOffences([edge('src/utils/misc.ts', 'src/ip/cidr.ts')])).toHaveLength(1)
    expect(findOffences([edge('src/ip/cidr.ts', 'src/helpers.ts')])).toHaveLength(1)
    expect(findOffences([edge('adapters/node/server.ts', 'test/unit/fake.ts')])).toHaveLength(1)
  })

  test('a folder whose name begins like another one is not that one', () => {
    expect(findOffences([edge('src/ip-ranges/list.ts', 'src/errors.ts')])).toHaveLength(1)
  })

  test('the command line loads another adapter dynamically or not at all', () => {
    const [from, to] = ['adapters/cli/serve.ts', 'adapters/node/server.ts']
    expect(findOffences([edge(from, to)])[0]?.rule).toContain('import()')
    expect(findOffences([edge(from, to, { kind: 'dynamic' })])).toEqual([])
    expect(findOffences([edge(from, to, { kind: 'type' })])).toEqual([])
    expect(findOffences([edge(from, 'adapters/rules/load.ts')])).toEqual([])
  })

  test('only entries re-export', () => {
    const reexport = { reexport: true }
    expect(findOffences([edge('src/ip/index.ts', 'src/ip/cidr.ts', reexport)])).toHaveLength(1)
    expect(findOffences([edge('src/index.ts', 'src/gateway/begin.ts', reexport)])).toEqual([])
    expect(
      findOffences([edge('adapters/node/index.ts', 'adapters/node/server.ts', reexport)]),
    ).toEqual([])
  })
})

describe('packages', () => {
  test.each([
    ['yaml', 'src/documents/yaml.ts', 'src/sources/ingress.ts'],
    ['yaml', 'src/documents/yaml.ts', 'adapters/rules/load.ts'],
    ['hono', 'src/control/app.ts', 'src/observe/metrics.ts'],
    ['hono/jwt', 'src/control/app.ts', 'adapters/node/admin.ts'],
    ['jose', 'src/policy/jwt.ts', 'src/policy/network.ts'],
    ['jose', 'src/policy/jwt/keys.ts', 'src/policy/jwt-free.ts'],
    ['jose', 'src/control/auth.ts', 'adapters/cli/main.ts'],
  ])('%s is imported by %s and not by %s', (name, owner, other) => {
    expect(findOffences([edge(owner, name)])).toEqual([])
    expect(findOffences([edge(other, name)])[0]?.rule).toMatch(/^only src\//)
  })

  test('a package whose name begins like an owned one is not that one', () => {
    expect(findOffences([edge('adapters/node/admin.ts', '@hono/node-server')])).toEqual([])
  })

  test.each(['node:fs', 'cloudflare:workers'])('src does not import %s', (name) => {
    expect(findOffences([edge('src/ip/cidr.ts', name)])[0]?.rule).toBe('src knows no runtime')
    expect(findOffences([edge('adapters/rules/load.ts', name)])).toEqual([])
  })
})

describe("the data Worker's static graph", () => {
  const worker = 'adapters/cloudflare/worker.ts'

  test.each([
    ['src/documents/json.ts', 'src/documents'],
    ['src/sources/ingress.ts', 'src/sources'],
    ['src/compile/compile.ts', 'src/compile'],
    ['src/control/app.ts', 'src/control'],
    ['valibot', 'package'],
    ['node:buffer', 'package'],
  ])('reaches no %s, however far away', (to, what) => {
    const edges = [
      edge(worker, 'src/store/kv.ts'),
      edge('src/store/kv.ts', 'src/store/port.ts'),
      edge('src/store/port.ts', to),
    ]
    expect(findOffences(edges).map(formatOffence)).toContain(
      `src/store/port.ts -> ${to} (the data Worker loads no ${what}; by ${worker} -> src/store/kv.ts -> src/store/port.ts)`,
    )
  })

  test.each(['src/gateway/begin.ts', 'src/fetch/engine.ts'])(
    'begins at %s too, before there is a Worker',
    (from) => {
      const edges = [edge(from, 'src/regex/engine.ts'), edge('src/regex/engine.ts', 're2js')]
      expect(findOffences(edges)[0]?.rule).toContain(`by ${from} -> src/regex/engine.ts`)
    },
  )

  test('ends where a module is loaded on demand or for its types alone', () => {
    const edges = [
      edge('src/gateway/link.ts', 'src/policy/jwt.ts', { kind: 'dynamic' }),
      edge('src/policy/jwt.ts', 'jose'),
      edge('src/fetch/engine.ts', 'src/regex/engine.ts', { kind: 'type' }),
      edge('src/regex/engine.ts', 're2js'),
      edge(worker, 'cloudflare:workers'),
    ]
    expect(findOffences(edges)).toEqual([])
  })

  test('does not loop where modules import each other', () => {
    const edges = [
      edge('src/gateway/begin.ts', 'src/gateway/link.ts'),
      edge('src/gateway/link.ts', 'src/gateway/begin.ts'),
    ]
    expect(findOffences(edges)).toEqual([])
  })
})

describe('reading imports', () => {
  async function read(text: string): Promise<Edge[]> {
    const folder = mkdtempSync(join(tmpdir(), 'postern-imports-'))
    onTestFinished(() => {
      rmSync(folder, { recursive: true })
    })
    const path = join(folder, 'src/a/one.ts')
    mkdirSync(dirname(path), { recursive: true })
    writeFileSync(path, text)
    return readEdges(folder, ['src/a/one.ts'])
  }

  const from = 'src/a/one.ts'
  const to = 'src/b/two.ts'

  test.each([
    ['a static import', "import { x } from '../b/two.ts'\nx()", edge(from, to)],
    ['a default import', "import x from '../b/two.ts'\nx()", edge(from, to)],
    ['an import for its effect', "import '../b/two.ts'", edge(from, to)],
    ['an unused import', "import { x } from '../b/two.ts'", edge(from, to)],
    ['over several lines', "import {\n  x,\n  y,\n} from '../b/two.ts'\nx(y)", edge(from, to)],
    [
      'types alone',
      "import type { X } from '../b/two.ts'\nlet x: X",
      edge(from, to, { kind: 'type' }),
    ],
    [
      'a namespace of types',
      "import type * as x from '../b/two.ts'",
      edge(from, to, { kind: 'type' }),
    ],
    ['one type among values', "import { x, type Y } from '../b/two.ts'", edge(from, to)],
    ['an inline type', "import { type Y } from '../b/two.ts'", edge(from, to)],
    ['on demand', "await import('../b/two.ts')", edge(from, to, { kind: 'dynamic' })],
    ['a re-export', "export { x } from '../b/two.ts'", edge(from, to, { reexport: true })],
    ['a re-export of all', "export * from '../b/two.ts'", edge(from, to, { reexport: true })],
    [
      'a re-export of types',
      "export type {\n  X,\n} from '../b/two.ts'",
      edge(from, to, { kind: 'type', reexport: true }),
    ],
    ['a package', "import { x } from '@a/b/c'", edge(from, '@a/b/c')],
  ])('sees %s', async (_name, text, expected) => {
    expect(await read(text)).toEqual([expected])
  })

  test('sees none in comments, strings and declarations', async () => {
    const text = `
      // import '../b/two.ts'
      const text = "import '../b/two.ts'"
      type A = { b: string }
      export type { A }
      export type B = A
      export { text }
    `
    expect(await read(text.replaceAll(/^ {6}/gm, ''))).toEqual([])
  })
})
