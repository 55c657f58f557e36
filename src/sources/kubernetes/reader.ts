/**
 * Reads values out of a parsed object and says, with file, line and column, what is wrong with
 * them. Every reader above is a flat list of calls into here; this file knows no kind of object.
 */
import type { RuleDocument } from '../../documents/documents.ts'
import type { Finding, Origin, Severity } from '../../errors.ts'
import { suggest } from './suggestion.ts'

/** Steps from the root of a document to a value. */
export type FieldPath = readonly (string | number)[]

/** The object that findings are about. */
export interface Subject {
  readonly document: RuleDocument
  /** Where the object starts in its document: empty, or `items`, 3 inside a List. */
  readonly base: FieldPath
  /** As findings name it: `Ingress default/bookinfo`. */
  readonly object: string
  /** Whether values must never be quoted, because they may be key material. */
  readonly confidential: boolean
  /** Everything said about the object so far, in order. Readers append here. */
  readonly findings: Finding[]
  /** How many of the findings are errors; compare two readings to see whether a part has any. */
  errors: number
}

/** A value with its place. A field that the object does not have is one too, with no value. */
export interface Field {
  /** `undefined` where the field is absent; `null` counts as absent, as it does to Kubernetes. */
  readonly value: unknown
  readonly path: FieldPath
  readonly subject: Subject
}

/** What is said about a field: a stable code, the end of a sentence, and an instruction. */
export interface Remark {
  /** Kebab-case token. */
  readonly code: string
  /** Goes on from the field's name and value: `has a port`. */
  readonly text: string
  /** What would be right. */
  readonly remedy: string
}

/** The object as a whole as a field. */
export function rootField(subject: Subject, value: unknown): Field {
  return { value: value ?? undefined, path: subject.base, subject }
}

/** Whether the object has the field. */
export function isSet(field: Field): boolean {
  return field.value !== undefined
}

/** The place of a field, or of the nearest one around it where the object does not have it. */
export function originOf(field: Field): Origin {
  const { document, object } = field.subject
  const { line, column } = document.locate(field.path)
  return { object, file: document.file, line, column }
}

/** Records an error: what the field says is not done. */
export function reject(field: Field, remark: Remark): void {
  record(field, 'error', remark)
}

/** Records a warning: what the field says is done in another way than it may be meant, or not. */
export function warn(field: Field, remark: Remark): void {
  record(field, 'warning', remark)
}

/** Records something worth knowing. */
export function tell(field: Field, remark: Remark): void {
  record(field, 'info', remark)
}

/**
 * The fields of a mapping by name, absent ones without value. Keys outside `known` are warnings
 * (`unknown-field`), since a misspelt field must not pass for one that is not there; a value that
 * is no mapping is an error (`wrong-type`) and all its fields are absent.
 */
export function readFields<K extends string>(
  field: Field,
  known: readonly K[],
): Readonly<Record<K, Field>> {
  const mapping = readMapping(field)
  for (const key of Object.keys(mapping)) {
    if ((known as readonly string[]).includes(key)) continue // widened: `key` may be any text
    const near = suggest(key, known)
    recordUnknown(childOf(field, mapping, key), key, near)
  }
  // Null prototype: the names are ours, the object they come from need not be.
  const fields = Object.create(null) as Record<K, Field> // filled for every K just below
  for (const key of known) fields[key] = childOf(field, mapping, key)
  return fields
}

/** All entries of a mapping with free keys, such as labels, in order; none where it is absent. */
export function readEntries(field: Field): readonly (readonly [string, Field])[] {
  const mapping = readMapping(field)
  return Object.keys(mapping).map((key) => [key, childOf(field, mapping, key)] as const)
}

/** One field of a mapping without looking at the others; absent where there is no mapping. */
export function peekField(field: Field, key: string): Field {
  return childOf(field, isMapping(field.value) ? field.value : {}, key)
}

/** The items of a list, none where it is absent. Another type is an error (`wrong-type`). */
export function readItems(field: Field): readonly Field[] {
  if (!isSet(field)) return []
  if (!Array.isArray(field.value)) {
    rejectType(field, 'a list')
    return []
  }
  return field.value.map((value: unknown, index) => {
    return { value: value ?? undefined, path: [...field.path, index], subject: field.subject }
  })
}

/** The text of a field, `undefined` where it is absent or is none (`wrong-type`). */
export function readText(field: Field): string | undefined {
  if (!isSet(field)) return undefined
  if (typeof field.value === 'string') return field.value
  rejectType(field, 'text; put it in quotes')
  return undefined
}

/** The truth value of a field, `undefined` where it is absent or is none (`wrong-type`). */
export function readBoolean(field: Field): boolean | undefined {
  if (!isSet(field)) return undefined
  if (typeof field.value === 'boolean') return field.value
  rejectType(field, 'true or false')
  return undefined
}

/** The whole number of a field within both bounds, `undefined` where absent or `out-of-range`. */
export function readInteger(field: Field, min: number, max: number): number | undefined {
  if (!isSet(field)) return undefined
  const { value } = field
  if (typeof value !== 'number' || !Number.isInteger(value)) {
    rejectType(field, 'a whole number without quotes')
    return undefined
  }
  if (value >= min && value <= max) return value
  reject(field, {
    code: 'out-of-range',
    text: `is not between ${min} and ${max}`,
    remedy: `use a whole number from ${min} to ${max}`,
  })
  return undefined
}

/** The text of a field where it is one of `choices`, else `undefined` and `unknown-value`. */
export function readChoice<T extends string>(field: Field, choices: readonly T[]): T | undefined {
  const text = readText(field)
  if (text === undefined) return undefined
  const choice = choices.find((candidate) => candidate === text)
  if (choice !== undefined) return choice
  const near = suggest(text, choices)
  const list = choices.length === 1 ? choices[0] : `one of ${choices.join(', ')}`
  reject(field, {
    code: 'unknown-value',
    text: 'is not known',
    remedy: near === undefined ? `use ${list}` : `did you mean ${near}? use ${list}`,
  })
  return undefined
}

/** Whether the field is there; where it is not, an error (`missing-field`) says what it is for. */
export function demand(field: Field, remedy: string): boolean {
  if (isSet(field)) return true
  reject(field, { code: 'missing-field', text: 'is missing', remedy })
  return false
}

/** A name as findings show it: `spec.rules[0].host`; empty for the object itself. */
export function fieldName(field: Field): string {
  let name = ''
  for (const step of field.path.slice(field.subject.base.length)) {
    if (typeof step === 'number') name += `[${step}]`
    else if (/^[A-Za-z][\w-]*$/.test(step)) name += name === '' ? step : `.${step}`
    else name += `[${JSON.stringify(step)}]`
  }
  return name
}

function childOf(field: Field, mapping: Readonly<Record<string, unknown>>, key: string): Field {
  // Own keys alone: a document may not reach what every object inherits.
  const value = Object.hasOwn(mapping, key) ? (mapping[key] ?? undefined) : undefined
  return { value, path: [...field.path, key], subject: field.subject }
}

function readMapping(field: Field): Readonly<Record<string, unknown>> {
  if (isMapping(field.value)) return field.value
  if (isSet(field)) rejectType(field, 'a mapping')
  return {}
}

function isMapping(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function rejectType(field: Field, wanted: string): void {
  reject(field, {
    code: 'wrong-type',
    text: `is ${typeName(field.value)}`,
    remedy: `this field takes ${wanted}`,
  })
}

function recordUnknown(field: Field, key: string, near: string | undefined): void {
  const { subject } = field
  const { line, column } = subject.document.locate(field.path, 'key')
  const name = fieldName(field)
  subject.findings.push({
    severity: 'warning',
    code: 'unknown-field',
    message: `${name} is not a field of this object`,
    object: subject.object,
    file: subject.document.file,
    line,
    column,
    value: subject.confidential ? undefined : clip(key, 200),
    remedy: near === undefined ? 'remove it, or check its spelling' : `did you mean ${near}?`,
  })
}

function record(field: Field, severity: Severity, { code, text, remedy }: Remark): void {
  const { subject } = field
  const origin = originOf(field)
  if (severity === 'error') subject.errors++
  const value = subject.confidential ? undefined : scalarText(field.value)
  const quoted =
    typeof field.value === 'string' && value !== undefined ? JSON.stringify(clip(value, 80)) : value
  const subjectOfSentence = [fieldName(field), quoted].filter((part) => part).join(' ')
  subject.findings.push({
    severity,
    code,
    message: subjectOfSentence === '' ? `this object ${text}` : `${subjectOfSentence} ${text}`,
    ...origin,
    value: value === undefined ? undefined : clip(value, 200),
    remedy,
  })
}

function scalarText(value: unknown): string | undefined {
  if (typeof value === 'string') return value
  if (typeof value === 'number' || typeof value === 'boolean') return String(value)
  return undefined
}

function clip(text: string, length: number): string {
  return text.length <= length ? text : `${text.slice(0, length - 1)}…`
}

function typeName(value: unknown): string {
  if (Array.isArray(value)) return 'a list'
  if (typeof value === 'string') return 'text'
  if (typeof value === 'number') return 'a number'
  return typeof value === 'boolean' ? 'true or false' : 'a mapping'
}
