/**
 * Reads the files that sources name into text. Owns encodings, sizes and the digest of what was
 * read; what the text means is the business of `build.ts`.
 */
import { createHash, type Hash } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import type { Readable } from 'node:stream'
import type { RuleFile } from '../../src/documents/documents.ts'
import { checkFileSize, MAX_JSON_BYTES } from '../../src/documents/limits.ts'
import type { Finding } from '../../src/errors.ts'
import { findFiles, unreadable, type FoundFile } from './files.ts'
import { STANDARD_INPUT, type RulesOptions } from './options.ts'

/** Everything that goes into one rule set. */
export interface RulesInput {
  /** In the order of the sources; what could not be read is missing and among the findings. */
  readonly files: readonly RuleFile[]
  /** Errors about files. One is enough to refuse the set. */
  readonly findings: readonly Finding[]
  /** SHA-256 over the options and every byte read, hexadecimal: the name of what will come of it. */
  readonly digest: string
  readonly options: RulesOptions
}

/**
 * Reads all files that `options.sources` lead to. `standardInput` is what `readStandardInput` gave,
 * needed where `-` is among them. Never throws; what cannot be read is a finding.
 */
export async function loadRules(
  options: RulesOptions,
  standardInput: StandardInput | undefined,
): Promise<RulesInput> {
  const hash = createHash('sha256')
  addToHash(hash, JSON.stringify([options.className, options.services, options.sockets ?? null]))
  const files: RuleFile[] = []
  const findings: Finding[] = []
  const found = await findFiles(options.sources)
  findings.push(...found.findings)
  for (const file of found.files) {
    const piped = file.name === STANDARD_INPUT
    const read = piped ? (standardInput ?? nothingPiped()) : await readRules(file)
    take({ name: file.name, read, hash, files, findings })
  }
  return { files, findings, digest: hash.digest('hex'), options }
}

/** The bytes of standard input, or why there are none. */
export type StandardInput =
  | { readonly type: 'bytes'; readonly bytes: Uint8Array }
  | { readonly type: 'failed'; readonly finding: Finding }

/** Reads `stream` to its end, once for the life of the process; stops past the limit of JSON. */
export async function readStandardInput(stream: Readable): Promise<StandardInput> {
  const chunks: Buffer[] = []
  let bytes = 0
  try {
    for await (const chunk of stream) {
      const part = Buffer.from(chunk as Uint8Array) // a stream without encoding gives bytes
      chunks.push(part)
      bytes += part.length
      if (bytes > MAX_JSON_BYTES) break
    }
  } catch (error) {
    return { type: 'failed', finding: unreadable(STANDARD_INPUT, error) }
  }
  return withinSize({ name: STANDARD_INPUT, bytes }, () => Buffer.concat(chunks))
}

async function readRules(file: FoundFile): Promise<StandardInput> {
  // Before reading: the limit is there to protect this process too.
  const tooLarge = checkFileSize(file)
  if (tooLarge !== undefined) return { type: 'failed', finding: tooLarge }
  try {
    const bytes = await readFile(file.name)
    return withinSize({ name: file.name, bytes: bytes.length }, () => bytes)
  } catch (error) {
    return { type: 'failed', finding: unreadable(file.name, error) }
  }
}

function withinSize(file: FoundFile, bytes: () => Uint8Array): StandardInput {
  const tooLarge = checkFileSize(file)
  return tooLarge === undefined
    ? { type: 'bytes', bytes: bytes() }
    : { type: 'failed', finding: tooLarge }
}

interface Taken {
  readonly name: string
  readonly read: StandardInput
  readonly hash: Hash
  readonly files: RuleFile[]
  readonly findings: Finding[]
}

function take({ name, read, hash, files, findings }: Taken): void {
  addToHash(hash, name)
  if (read.type === 'failed') {
    addToHash(hash, read.finding.message)
    findings.push(read.finding)
    return
  }
  addToHash(hash, read.bytes)
  const text = decode(read.bytes)
  if (text === undefined) findings.push(notUtf8(name))
  else files.push({ name, text })
}

/** A caller that names `-` gives its content; without, the set must not pass for an empty one. */
function nothingPiped(): StandardInput {
  return { type: 'failed', finding: unreadable(STANDARD_INPUT, new Error('it was not read')) }
}

/** Length first, so that no two lists of parts give the same bytes. */
function addToHash(hash: Hash, part: string | Uint8Array): void {
  hash.update(`${typeof part === 'string' ? Buffer.byteLength(part) : part.byteLength}:`)
  hash.update(part)
}

function decode(bytes: Uint8Array): string | undefined {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes)
  } catch {
    // The decoder's error says nothing but that the bytes are not UTF-8.
    return undefined
  }
}

function notUtf8(name: string): Finding {
  return {
    severity: 'error',
    code: 'not-utf-8',
    message: `"${name}" is not UTF-8`,
    object: '',
    file: name,
    line: 0,
    column: 0,
    value: undefined,
    remedy: 'save the file as UTF-8',
  }
}
