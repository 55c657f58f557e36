/**
 * Finds the files that sources name, without reading them. Owns which files of a folder count as
 * rules and the fingerprint that tells whether any of them changed.
 */
import type { BigIntStats } from 'node:fs'
import { readdir, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { formatOfName } from '../../src/documents/limits.ts'
import type { Finding } from '../../src/errors.ts'
import { STANDARD_INPUT } from './options.ts'
import { systemErrorText } from './system-error.ts'

/** A file that holds rules. */
export interface FoundFile {
  /** As given, or the folder as given with the path below it. */
  readonly name: string
  /** Size when it was found. */
  readonly bytes: number
}

/** What the sources lead to at one moment. */
export interface FoundFiles {
  /** In the order of the sources, a folder's files sorted by name. Each file once. */
  readonly files: readonly FoundFile[]
  /** Every folder that was looked into. */
  readonly folders: readonly string[]
  /** Sources that lead nowhere: each is an error. */
  readonly findings: readonly Finding[]
  /**
   * Equal as long as no file appeared, vanished, was replaced or written: device, inode, size and
   * times of each. A symbolic link counts as what it points to, so that the link swap by which
   * Kubernetes updates a mounted ConfigMap changes it.
   */
  readonly fingerprint: string
}

/** Folders within folders. No layout of rules needs more; a loop of links does. */
const MAX_FOLDER_DEPTH = 16

/** Folders of one search. Far beyond any layout of rules; a whole disk named by mistake is not. */
const MAX_FOLDERS = 10_000

/** How far to look. */
export interface FindOptions {
  /** Folders to look into at most. Default 10,000. */
  readonly maxFolders?: number
}

interface Search {
  readonly files: FoundFile[]
  readonly folders: string[]
  readonly findings: Finding[]
  readonly stamps: string[]
  /** By device and inode, so that what two sources lead to is read once. */
  readonly seen: Set<string>
  readonly maxFolders: number
  /** Once there were too many folders: the search goes no further. */
  full: boolean
}

/** The files that `sources` name now, standard input as `-` among them. Never throws. */
export async function findFiles(
  sources: readonly string[],
  { maxFolders = MAX_FOLDERS }: FindOptions = {},
): Promise<FoundFiles> {
  const search: Search = {
    files: [],
    folders: [],
    findings: [],
    stamps: [],
    seen: new Set(),
    maxFolders,
    full: false,
  }
  for (const source of sources) {
    if (source !== STANDARD_INPUT) await findSource(search, source)
    else if (!search.seen.has(source)) addStandardInput(search)
  }
  const { files, folders, findings } = search
  // What cannot be found or read counts too: that it can be again is a change.
  const fingerprint = [...search.stamps, ...findings.map(({ message }) => message)].join('\n')
  return { files, folders, findings, fingerprint }
}

/** It is read once for the life of the process, so it never changes the fingerprint. */
function addStandardInput({ seen, files }: Search): void {
  seen.add(STANDARD_INPUT)
  files.push({ name: STANDARD_INPUT, bytes: 0 })
}

async function findSource(search: Search, source: string): Promise<void> {
  const stats = await look(search, source)
  if (stats === undefined) return
  if (stats.isFile()) {
    addFile(search, source, stats)
    return
  }
  if (!stats.isDirectory()) {
    search.findings.push(sourceError(source, 'source-not-a-file', 'is neither a file nor a folder'))
    return
  }
  const before = search.seen.size
  await findInFolder(search, source, 0)
  if (search.seen.size === before) search.findings.push(emptyFolder(source))
}

async function findInFolder(search: Search, folder: string, depth: number): Promise<void> {
  if (depth >= MAX_FOLDER_DEPTH) {
    search.findings.push(sourceError(folder, 'folder-too-deep', 'lies too deep'))
    return
  }
  if (search.folders.length >= search.maxFolders) {
    search.full = true
    search.findings.push(tooManyFolders(folder, search.maxFolders))
    return
  }
  search.folders.push(folder)
  let names: string[]
  try {
    names = await readdir(folder)
  } catch (error) {
    search.findings.push(unreadable(folder, error))
    return
  }
  for (const name of names.sort()) {
    // Hidden names are editors' swap files, and the generations of a mounted ConfigMap.
    if (name.startsWith('.') || name === 'node_modules') continue
    if (search.full) return
    await findEntry(search, join(folder, name), depth)
  }
}

async function findEntry(search: Search, path: string, depth: number): Promise<void> {
  const named = formatOfName(path) !== undefined
  let stats: BigIntStats | undefined
  try {
    stats = await stat(path, { bigint: true })
  } catch (error) {
    // Something else in the folder may come and go; what is named like rules may not be passed over.
    if (named) search.findings.push(unreadable(path, error))
  }
  if (stats?.isDirectory() === true) await findInFolder(search, path, depth + 1)
  else if (named && stats?.isFile() === true) addFile(search, path, stats)
}

async function look(search: Search, source: string): Promise<BigIntStats | undefined> {
  try {
    return await stat(source, { bigint: true })
  } catch (error) {
    search.findings.push(unreadable(source, error))
    return undefined
  }
}

function addFile(search: Search, name: string, stats: BigIntStats): void {
  const identity = `${stats.dev}:${stats.ino}`
  if (search.seen.has(identity)) return
  search.seen.add(identity)
  search.files.push({ name, bytes: Number(stats.size) })
  search.stamps.push(`${name} ${identity} ${stats.size} ${stats.mtimeNs} ${stats.ctimeNs}`)
}

/** Whether a finding says that a file could not be read, as opposed to what is in it. */
export function isUnreadable({ code }: Finding): boolean {
  return code === 'file-not-found' || code === 'file-unreadable'
}

/** The error for a source that cannot be reached or read. */
export function unreadable(name: string, error: unknown): Finding {
  const { code } = error as { readonly code?: unknown } // whatever it is, reading a field is safe
  if (code === 'ENOENT') {
    return {
      ...sourceError(name, 'file-not-found', 'does not exist'),
      remedy: 'check the path given with -c; it is looked up from the current folder',
    }
  }
  return {
    ...sourceError(name, 'file-unreadable', `cannot be read: ${systemErrorText(error)}`),
    remedy: 'let the user that runs postern read it',
  }
}

function sourceError(name: string, code: string, text: string): Finding {
  return {
    severity: 'error',
    code,
    message: `"${name}" ${text}`,
    object: '',
    file: name,
    line: 0,
    column: 0,
    value: undefined,
    remedy: 'name a file or a folder of rules; for a pipe use -c - and standard input',
  }
}

function tooManyFolders(folder: string, maxFolders: number): Finding {
  return {
    ...sourceError(folder, 'too-many-folders', `is one folder too many after ${maxFolders}`),
    remedy: 'name the folder that holds the rules, not one far above it',
  }
}

function emptyFolder(folder: string): Finding {
  return {
    ...sourceError(folder, 'empty-folder', 'holds no rules'),
    remedy: 'put a .json, .yaml or .yml file there; hidden files and node_modules are left out',
  }
}
