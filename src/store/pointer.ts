/**
 * The pointer: the one value of a store that changes. It names the document that a revision begins
 * with, so whoever has read it has the whole of one revision or nothing of it.
 */

import { parseJsonBytes, showValue } from './json-bytes.ts'

/** The format that this code reads; another one is refused. */
export const PUBLICATION_FORMAT = 1

/** Where the pointer is kept. */
export const POINTER_KEY = 'postern/current'

/** Bytes that a pointer may have; it is read again and again. */
const MAX_POINTER_BYTES = 4096

/**
 * What was published last. Fields that a reader may do without can be added, and readers pass over
 * those they do not know; what no reader may pass over takes another `format`.
 */
export interface Pointer {
  readonly format: typeof PUBLICATION_FORMAT
  /** Grows by one with each publication, a rollback included. 1 is the first. */
  readonly revision: number
  /** SHA-256 of the root document, 64 hexadecimal digits in lower case. */
  readonly root: string
  /** When it was published: RFC 3339, UTC. */
  readonly time: string
}

/** A pointer, or what is wrong with it. */
export type PointerResult =
  | { readonly type: 'pointer'; readonly pointer: Pointer }
  | { readonly type: 'refused'; readonly problem: string }

/** Where the document with this SHA-256 is kept. */
export function documentKey(digest: string): string {
  return `postern/documents/${digest}`
}

/** Reads a pointer; nothing in it is guessed. */
export function parsePointer(bytes: ArrayBuffer): PointerResult {
  if (bytes.byteLength > MAX_POINTER_BYTES) {
    return refused(`has ${bytes.byteLength} bytes; at most ${MAX_POINTER_BYTES} are read`)
  }
  const value = parseObject(bytes)
  if (value === undefined) return refused('is no JSON object')
  const { format, revision, root, time } = value
  // Of another format nothing else can be judged.
  if (format !== PUBLICATION_FORMAT) {
    return refused(`has format ${showValue(format)}; this version reads ${PUBLICATION_FORMAT}`)
  }
  if (!isRevision(revision))
    return refused(`has revision ${showValue(revision)}; it is a number from 1`)
  if (!isDigest(root))
    return refused(`has root ${showValue(root)}; it is a SHA-256 in lower-case hex`)
  if (!isTime(time)) return refused(`has time ${showValue(time)}; it is a time in UTC`)
  return { type: 'pointer', pointer: { format, revision, root, time } }
}

function parseObject(bytes: ArrayBuffer): Readonly<Record<string, unknown>> | undefined {
  const value = parseJsonBytes(bytes)
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return undefined
  // An object of JSON; what its fields are is looked at one by one.
  return value as Readonly<Record<string, unknown>>
}

function isRevision(value: unknown): value is number {
  return typeof value === 'number' && Number.isSafeInteger(value) && value > 0
}

function isDigest(value: unknown): value is string {
  return typeof value === 'string' && /^[0-9a-f]{64}$/.test(value)
}

function isTime(value: unknown): value is string {
  return (
    typeof value === 'string' &&
    /^\d{4}-\d\d-\d\dT[\d:.]+Z$/.test(value) &&
    !isNaN(Date.parse(value))
  )
}

function refused(problem: string): PointerResult {
  return { type: 'refused', problem: `the pointer "${POINTER_KEY}" ${problem}` }
}
