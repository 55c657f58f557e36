/** What is deployed: the Worker as wrangler bundles it, by its own account of what went in. */
import { execFile } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { gzipSync } from 'node:zlib'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { root } from './files.ts'

/** Bytes that the Worker's module may have, compressed. */
const MAX_GZIP_BYTES = 40 * 1024

/** Files that are for whoever makes rules, and packages. */
const FOREIGN = /node_modules|^src\/(?:documents|sources|compile|control)\//

interface Metafile {
  readonly outputs: Readonly<Record<string, Output>>
}

interface Output {
  readonly inputs: Readonly<Record<string, { readonly bytesInOutput: number }>>
  readonly imports: readonly { readonly path: string; readonly kind: string }[]
}

let folder: string
let output: Output

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'postern-worker-'))
  const wrangler = join(root, 'node_modules/wrangler/bin/wrangler.js')
  const metafile = join(folder, 'meta.json')
  await promisify(execFile)(
    process.execPath,
    [wrangler, 'deploy', '--dry-run', '--outdir', folder, '--metafile', metafile],
    { cwd: root },
  )
  // As esbuild writes it.
  const { outputs } = JSON.parse(readFileSync(metafile, 'utf8')) as Metafile
  const name = Object.keys(outputs).find((path) => path.endsWith('worker.js'))
  output = outputs[name ?? ''] ?? { inputs: {}, imports: [] }
}, 60_000)

afterAll(() => {
  rmSync(folder, { recursive: true })
})

describe('the Worker that wrangler deploys', () => {
  it(`is at most ${MAX_GZIP_BYTES} bytes, compressed`, () => {
    const { length } = gzipSync(readFileSync(join(folder, 'worker.js')))
    expect(length).toBeGreaterThan(1024)
    expect(length).toBeLessThanOrEqual(MAX_GZIP_BYTES)
  })

  it('holds no package and nothing that makes rules', () => {
    const inputs = Object.entries(output.inputs).filter(
      ([, { bytesInOutput }]) => bytesInOutput > 0,
    )
    const names = inputs.map(([name]) => name)
    expect(names).toContain('src/gateway/begin.ts')
    expect(names.filter((name) => FOREIGN.test(name))).toEqual([])
  })

  it('takes its rules as a module of text, and the regular-expression engine on demand', () => {
    expect(output.imports.map(({ path, kind }) => `${kind} ${path}`)).toEqual([
      'import-statement ./bundle.generated.json',
      'dynamic-import ./patterns.generated.js',
    ])
    const rules = readFileSync(join(folder, 'bundle.generated.json'), 'utf8')
    expect(JSON.parse(rules)).toMatchObject({ format: 1 })
    expect(readFileSync(join(folder, 'patterns.generated.js'), 'utf8')).toContain(
      'loadPatternCompiler',
    )
  })
})
