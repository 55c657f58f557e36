/**
 * Reads which file imports what, with esbuild's parser. It knows files and edges, and none of the
 * rules about them.
 */
import { readFileSync } from 'node:fs'
import { dirname, join, relative, resolve, sep } from 'node:path'
import { build, type Plugin } from 'esbuild'

/** One import as it stands in a file. */
export interface Edge {
  /** The importing file, relative to the repository's root, with `/`. */
  readonly from: string
  /** The imported file in the same form, or the specifier as written where it is no relative one. */
  readonly to: string
  /**
   * `static` is loaded with the importer, `dynamic` is an `import()`, `type` disappears before
   * anything runs.
   */
  readonly kind: 'static' | 'dynamic' | 'type'
  /** Whether the file hands the import on: `export … from`. */
  readonly reexport: boolean
}

/** Imports and re-exports of types alone, which esbuild drops before anybody sees them. */
const typeOnly = /^(import|export) type (?=\*|\{[^}]*\} from|\w+ from)/gm

/** Re-exports; comments and strings never start a line with `export` in formatted code. */
const reexports = /^export (?:type )?(?:\*(?: as \w+)?|\{[^}]*\}) from '([^']+)'/gm

/**
 * Gives every import of the files, each once for each kind.
 *
 * @param root the repository's root, absolute
 * @param files relative to the root, with `/`
 */
export async function readEdges(root: string, files: readonly string[]): Promise<Edge[]> {
  const untyped = await readSpecifiers(root, files, (text) => text)
  const all = await readSpecifiers(root, files, (text) => text.replace(typeOnly, '$1 '))
  const edges: Edge[] = []
  for (const file of files) {
    const text = readFileSync(join(root, file), 'utf8')
    const handedOn = new Set([...text.matchAll(reexports)].map((match) => match[1] ?? ''))
    for (const key of all.get(file) ?? []) {
      const [kind, specifier] = splitKey(key)
      const loaded = kind === 'dynamic' || untyped.get(file)?.has(key) === true
      edges.push({
        from: file,
        to: locate(root, file, specifier),
        kind: loaded ? kind : 'type',
        reexport: handedOn.has(specifier),
      })
    }
  }
  return edges
}

/** Every file's imports as `kind specifier`. */
async function readSpecifiers(
  root: string,
  files: readonly string[],
  prepare: (text: string) => string,
): Promise<Map<string, Set<string>>> {
  const found = new Map<string, Set<string>>()
  if (files.length === 0) return found
  const collector: Plugin = {
    name: 'collect-imports',
    setup(setup) {
      setup.onLoad({ filter: /\.ts$/ }, ({ path }) => ({
        contents: prepare(readFileSync(path, 'utf8')),
        loader: 'ts',
      }))
      setup.onResolve({ filter: /.*/ }, ({ kind, importer, path }) => {
        if (kind === 'entry-point') return undefined
        const from = toPosix(relative(root, importer))
        const key = `${kind === 'import-statement' ? 'static' : 'dynamic'} ${path}`
        found.set(from, (found.get(from) ?? new Set<string>()).add(key))
        return { path, external: true }
      })
    },
  }
  await build({
    absWorkingDir: root,
    entryPoints: files.map((file) => `./${file}`),
    bundle: true,
    write: false,
    outdir: 'unwritten',
    format: 'esm',
    logLevel: 'silent',
    // An import that is only ever used as a type is still loaded unless it says `type`.
    tsconfigRaw: { compilerOptions: { verbatimModuleSyntax: true } },
    plugins: [collector],
  })
  return found
}

function splitKey(key: string): ['static' | 'dynamic', string] {
  const space = key.indexOf(' ')
  return [key.slice(0, space) === 'static' ? 'static' : 'dynamic', key.slice(space + 1)]
}

function locate(root: string, from: string, specifier: string): string {
  if (!specifier.startsWith('.')) return specifier
  return toPosix(relative(root, resolve(root, dirname(from), specifier)))
}

function toPosix(path: string): string {
  return path.split(sep).join('/')
}
