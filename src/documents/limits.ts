/** How large and how deep a file of rules may be, checked before it is parsed or even read. */
import type { Finding } from '../errors.ts'

/** Bytes of a YAML file. Its parser keeps every token, about a hundred times the text. */
export const MAX_YAML_BYTES: number = 5 * 1024 * 1024

/** Bytes of a JSON file: a million routes with room to spare, and below what a string can hold. */
export const MAX_JSON_BYTES: number = 256 * 1024 * 1024

/** Mappings and lists within each other, the outermost included. */
export const MAX_DEPTH = 32

/** How a file is written. */
export type DocumentFormat = 'json' | 'yaml'

/** The format that a file name promises; `undefined` when only the content can tell. */
export function formatOfName(name: string): DocumentFormat | undefined {
  const lower = name.toLowerCase()
  if (lower.endsWith('.json')) return 'json'
  return lower.endsWith('.yaml') || lower.endsWith('.yml') ? 'yaml' : undefined
}

/**
 * The error `file-too-large` for a file of this size, or `undefined` when it may be read. A loader
 * asks before it reads; where the name does not tell the format, the limit of JSON applies here and
 * `parseDocuments` looks again.
 */
export function checkFileSize(file: {
  readonly name: string
  readonly bytes: number
}): Finding | undefined {
  return checkSize(file, formatOfName(file.name) ?? 'json')
}

/** The error `file-too-large` for a text of this size and format, or `undefined`. */
export function checkSize(
  file: { readonly name: string; readonly bytes: number },
  format: DocumentFormat,
): Finding | undefined {
  const limit = format === 'json' ? MAX_JSON_BYTES : MAX_YAML_BYTES
  if (file.bytes <= limit) return undefined
  const kind = format === 'json' ? 'JSON' : 'YAML'
  return {
    severity: 'error',
    code: 'file-too-large',
    message: `the file has ${file.bytes} bytes, and ${kind} is read up to ${limit}`,
    object: '',
    file: file.name,
    line: 0,
    column: 0,
    value: undefined,
    remedy:
      format === 'json' ? 'split the file' : `split the file, or write it as JSON (up to 256 MiB)`,
  }
}

/** Bytes of `text` in UTF-8, counted only as far as `limit` needs: exact up to it. */
export function countUtf8Bytes(text: string, limit: number): number {
  // One UTF-16 unit is at least one byte and at most three, so most texts need no counting.
  if (text.length > limit || text.length * 3 <= limit) return text.length
  let bytes = text.length
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i)
    if (code < 0x80) continue
    // A surrogate pair is four bytes in two units: one more for each half.
    bytes += code < 0x800 || (code >= 0xd800 && code < 0xe000) ? 1 : 2
  }
  return bytes
}
