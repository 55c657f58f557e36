/** What package.json exports, as the source that it is built from. */
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

const root = new URL('../../', import.meta.url)

/** Path of the source of an export of the package: `postern/rules`; `undefined` for anything else. */
export function sourceOf(specifier: string): string | undefined {
  if (specifier !== 'postern' && !specifier.startsWith('postern/')) return undefined
  const { exports } = JSON.parse(readFileSync(new URL('package.json', root), 'utf8')) as {
    exports: Record<string, { default: string } | undefined>
  }
  const target = exports[`.${specifier.slice('postern'.length)}`]?.default
  if (target === undefined) return undefined
  const source = target.replace(/^\.\/dist\//, './').replace(/\.js$/, '.ts')
  return fileURLToPath(new URL(source, root))
}
