/**
 * Turns the text of a file into values that know where they stand. Knows YAML and JSON, and nothing
 * about what rules mean.
 */
import type { Finding } from '../errors.ts'
import { parseJson } from './json-document.ts'
import {
  MAX_JSON_BYTES,
  MAX_YAML_BYTES,
  checkSize,
  countUtf8Bytes,
  formatOfName,
} from './limits.ts'
import type { DocumentFormat } from './limits.ts'
import type { Place } from './line-index.ts'
import { parseYaml } from './yaml-document.ts'

/** A file as it was read. */
export interface RuleFile {
  /** As it was given; `-` is standard input. `.json`, `.yaml` and `.yml` decide the format. */
  readonly name: string
  /** Decoded from UTF-8; a byte order mark is allowed. */
  readonly text: string
}

/** One value of a file. */
export interface RuleDocument {
  /** Name of the file as it was given. */
  readonly file: string
  /**
   * Plain data: strings, numbers, booleans, null, arrays and objects, at most 32 deep. Objects hold
   * own keys alone, never `__proto__`; YAML makes them without prototype, JSON with the usual one,
   * so look keys up with `Object.hasOwn` where a key may come from the file.
   */
  readonly value: unknown
  /**
   * The place of the value at `path`, or of the key that it stands under. A path that leads nowhere
   * gives the nearest value around it. Fast enough to be asked for every element of a long list.
   */
  locate(path: readonly (string | number)[], part?: 'key' | 'value'): Place
}

/** What a file holds, and everything that is wrong with it as text. */
export interface RuleDocuments {
  /** In file order; documents without content are left out. */
  readonly documents: readonly RuleDocument[]
  /** An error among them means that the file as a whole must not be used. */
  readonly findings: readonly Finding[]
}

/**
 * The documents of a file: one of a JSON file, any number of a YAML file. Never throws; findings
 * have the codes `file-too-large`, `empty-file`, `json-syntax`, `yaml-syntax`, `too-deep`,
 * `duplicate-key`, `forbidden-key`, `yaml-key`, `yaml-merge-key`, `yaml-tag`, `yaml-alias` and
 * `yaml-alias-bomb`.
 */
export function parseDocuments(file: RuleFile): RuleDocuments {
  const { name } = file
  const text = file.text.startsWith('\ufeff') ? file.text.slice(1) : file.text
  const format = formatOfName(name) ?? formatOfText(text)
  const limit = format === 'json' ? MAX_JSON_BYTES : MAX_YAML_BYTES
  const tooLarge = checkSize({ name, bytes: countUtf8Bytes(text, limit) }, format)
  if (tooLarge !== undefined) return { documents: [], findings: [tooLarge] }
  if (/^\s*$/.test(text)) return { documents: [], findings: [emptyFile(name, 'error')] }
  if (format === 'json') return parseJson(name, text)
  const parsed = parseYaml(name, text)
  const silent = parsed.documents.length === 0 && parsed.findings.length === 0
  return silent ? { documents: [], findings: [emptyFile(name, 'warning')] } : parsed
}

/** A text in brackets is JSON; YAML's flow style is read from files that are called YAML. */
function formatOfText(text: string): DocumentFormat {
  return /^\s*[{[]/.test(text) ? 'json' : 'yaml'
}

/**
 * An empty file is what a torn write leaves behind, so it refuses; one that holds comments was meant
 * to say nothing.
 */
function emptyFile(file: string, severity: 'error' | 'warning'): Finding {
  return {
    severity,
    code: 'empty-file',
    message: severity === 'error' ? 'the file is empty' : 'the file holds nothing but comments',
    object: '',
    file,
    line: 1,
    column: 1,
    value: undefined,
    remedy: 'write rules into it, or do not name it',
  }
}
