/**
 * The state folder: the last good rules of each project, for a start at which its files cannot be
 * read. Owns paths, permissions and the check that what is read back is what was written.
 */
import { createHash, randomUUID } from 'node:crypto'
import type { Stats } from 'node:fs'
import { chmod, mkdir, open, readFile, rename, rm, stat } from 'node:fs/promises'
import { homedir } from 'node:os'
import { join, resolve } from 'node:path'
import { deserialize, serialize } from 'node:v8'
import { STANDARD_INPUT, type RulesOptions } from './options.ts'
import type { GoodRules } from './thread-messages.ts'

/** A rule set as it is kept. */
export interface KeptRules {
  readonly rules: GoodRules
  /** Milliseconds since the epoch when it was found good. */
  readonly keptAtMs: number
}

/** Written first; a file that begins otherwise is of another format and not read. */
const MAGIC = 'postern-rules 1\n'
const DIGEST_BYTES = 32

/**
 * The state folder: `given` (`--state`), else the first of `$STATE_DIRECTORY`, which systemd sets,
 * else `postern` in the folder that the XDG base directory specification names.
 */
export function stateFolder(given: string | undefined, env: NodeJS.ProcessEnv): string {
  if (given !== undefined) return resolve(given)
  const [systemd] = (env['STATE_DIRECTORY'] ?? '').split(':')
  if (systemd !== undefined && systemd !== '') return resolve(systemd)
  const xdg = env['XDG_STATE_HOME']
  // The specification has relative paths ignored.
  const base = xdg?.startsWith('/') === true ? xdg : join(homedir(), '.local', 'state')
  return join(base, 'postern')
}

/**
 * The name that the rules of these sources are kept under: a digest of where they come from and how
 * they are read, so that no project is served another's. `undefined` where standard input is among
 * the sources, which two projects cannot be told apart by.
 */
export function projectKey(options: RulesOptions): string | undefined {
  const { sources, className, services, sockets } = options
  if (sources.includes(STANDARD_INPUT)) return undefined
  const paths = sources.map((source) => resolve(source))
  const identity = JSON.stringify([paths, className, services, sockets ?? null])
  return createHash('sha256').update(identity).digest('hex')
}

/**
 * Keeps `rules` under `key` in `folder`, in the place of what was kept before. The folder is the
 * user's alone (0700), and so is the file (0600): whoever could write it could choose the rules.
 * Rejects with the system's error where it cannot be written; what was kept before then stays.
 */
export async function keepRules(folder: string, key: string, rules: KeptRules): Promise<void> {
  const place = join(folder, 'rules')
  await mkdir(place, { recursive: true, mode: 0o700 })
  // Where it was there already the mode above says nothing.
  await chmod(place, 0o700)
  const payload = serialize(rules)
  const digest = createHash('sha256').update(payload).digest()
  const temporary = join(place, `${key}.${randomUUID()}`)
  try {
    const file = await open(temporary, 'wx', 0o600)
    try {
      await file.writeFile(Buffer.concat([Buffer.from(MAGIC), digest, payload]))
      // Without it a crash may leave the new name with nothing behind it.
      await file.sync()
    } finally {
      await file.close()
    }
    await rename(temporary, join(place, key))
  } catch (error) {
    await rm(temporary, { force: true })
    throw error
  }
}

/** Why kept rules are not used. */
export type KeptRefusal = 'none' | 'foreign' | 'damaged'

/**
 * The rules kept under `key`. `none` when there are none; `foreign` when somebody else owns the file
 * or may write it; `damaged` when it is not what was written, or of another format.
 */
export async function readKeptRules(folder: string, key: string): Promise<KeptRules | KeptRefusal> {
  const path = join(folder, 'rules', key)
  try {
    if (!isOurs(await stat(path))) return 'foreign'
    return decode(await readFile(path)) ?? 'damaged'
  } catch (error) {
    const { code } = error as { readonly code?: unknown } // reading a field of anything is safe
    return code === 'ENOENT' || code === 'ENOTDIR' ? 'none' : 'damaged'
  }
}

function isOurs({ uid, mode }: Stats): boolean {
  // Windows has neither; its profile folders are the user's own.
  const own = process.getuid?.()
  return own === undefined || (uid === own && (mode & 0o022) === 0)
}

function decode(bytes: Buffer): KeptRules | undefined {
  const start = MAGIC.length + DIGEST_BYTES
  if (bytes.toString('latin1', 0, MAGIC.length) !== MAGIC) return undefined
  const payload = bytes.subarray(start)
  const digest = createHash('sha256').update(payload).digest()
  if (!digest.equals(bytes.subarray(MAGIC.length, start))) return undefined
  // Written by `keepRules` of this format, as magic, digest and owner have shown.
  return deserialize(payload) as KeptRules
}
