/** Lists the repository's files for the tests about the repository itself. */
import { execFileSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

/** The repository's root, absolute. */
export const root: string = fileURLToPath(new URL('../..', import.meta.url))

/**
 * Gives every file that is, or could be, committed: relative to the root, with `/`, sorted.
 *
 * @param folders the folders to look in; all of them when none is given
 */
export function listFiles(...folders: readonly string[]): string[] {
  const args = ['ls-files', '-z', '--cached', '--others', '--exclude-standard', '--', ...folders]
  const out = execFileSync('git', args, { cwd: root, encoding: 'utf8' })
  return [...new Set(out.split('\0'))]
    .filter((file) => file !== '' && existsSync(join(root, file)))
    .sort()
}

/** Gives the TypeScript files of the product. */
export function listSources(): string[] {
  return listFiles('src', 'adapters').filter((file) => file.endsWith('.ts'))
}
