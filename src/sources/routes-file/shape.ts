/** Says in findings what valibot finds wrong with the shape of a value. Knows no particular field. */
import * as v from 'valibot'

import { adviseChoice } from './report.ts'
import type { Path, Report } from './report.ts'

/** What is known about a value after its shape was checked. */
export type Shape<T> =
  /** The value has the shape. */
  | { readonly type: 'whole'; readonly value: T }
  /**
   * It has not, which has been reported. Here are those of its keys that have theirs, so that one
   * run also tells what else is wrong with them; empty where the value is no object.
   */
  | { readonly type: 'part'; readonly value: Partial<T> }

/** The end of a sentence about a value, and an instruction. */
interface Words {
  readonly text: string
  readonly remedy: string
}

/** A schema as its own structure describes it; which fields there are depends on `type`. */
interface SchemaNode {
  readonly type: string
  /** Of objects. */
  readonly entries?: Readonly<Record<string, SchemaNode>>
  /** Of lists. */
  readonly item?: SchemaNode
  /** Of records. */
  readonly value?: SchemaNode
  /** Of optional values. */
  readonly wrapped?: SchemaNode
  /** Of variants and choices. */
  readonly options?: readonly unknown[]
  /** Of variants: the key that tells them apart. */
  readonly key?: string
  /** Of pipes: the schema and its checks. */
  readonly pipe?: readonly { readonly type: string; readonly requirement?: unknown }[]
}

/** What is said about a name that is none. */
export const NAME_WORDS: Words = {
  text: 'is not a name',
  remedy: 'use up to 63 letters, digits, dots, dashes and underscores, a letter or digit first',
}

/** The words for the codes that the schema gives its checks. */
const WORDS: Readonly<Record<string, Words>> = {
  'invalid-name': NAME_WORDS,
  'invalid-duration': {
    text: 'is not a duration',
    remedy: 'write it as "30s", "500ms", "1m" or "1h30m"; 0 switches the timeout off',
  },
  'empty-text': { text: 'is empty', remedy: 'give it a value, or remove the key' },
  'empty-list': { text: 'has no entries', remedy: 'add an entry, or remove the key' },
  'not-whole': { text: 'is not a whole number', remedy: 'use a whole number' },
}

const TYPE_NAMES: Readonly<Record<string, string>> = {
  string: 'text',
  number: 'a number',
  boolean: 'true or false',
  array: 'a list',
  record: 'an object',
  strict_object: 'an object',
  variant: 'an object',
  union: 'a duration such as "30s"',
}

/** A value to check. */
export interface Subject {
  readonly value: unknown
  /** Where it stands in the file. */
  readonly path: Path
  readonly report: Report
}

/** Checks the shape of a value and reports everything that is wrong with it. */
export function checkShape<T>(schema: v.GenericSchema<T>, subject: Subject): Shape<T> {
  const { value } = subject
  const result = v.safeParse(schema, value)
  // The schemas transform nothing, so that the value is what valibot gives, without its copy.
  if (result.success) return { type: 'whole', value: value as T }
  const faulty = new Set<string | number | undefined>()
  for (const issue of result.issues) {
    const steps = stepsOf(issue)
    faulty.add(steps[0])
    if (issue.type === 'strict_object' && issue.expected === 'never') {
      const owner = steps.slice(0, -1)
      reportUnknownKeys(nodeAt(schema, value, owner), owner, subject)
    } else reportIssue(issue, { node: nodeAt(schema, value, steps), steps, subject })
  }
  return { type: 'part', value: soundKeys(schema, value, faulty) }
}

/** The keys of `value` that the schema knows and that have not been found faulty. */
function soundKeys<T>(
  schema: v.GenericSchema<T>,
  value: unknown,
  faulty: ReadonlySet<string | number | undefined>,
): Partial<T> {
  const sound: Record<string, unknown> = {}
  for (const key of Object.keys(nodeAt(schema, value, [])?.entries ?? {})) {
    const given = valueAt(value, [key])
    if (given !== undefined && !faulty.has(key)) sound[key] = given
  }
  return sound as Partial<T> // each key has passed the schema's check
}

/** Valibot stops at an object's first unknown key; the others are told as well. */
function reportUnknownKeys(
  node: SchemaNode | undefined,
  steps: Path,
  { value, path, report }: Subject,
): void {
  const known = Object.keys(node?.entries ?? {})
  for (const key of Object.keys(valueAt(value, steps) ?? {})) {
    if (known.includes(key)) continue
    report.add({
      code: 'unknown-key',
      path: [...path, ...steps, key],
      part: 'key',
      text: 'is not a key of this object',
      remedy: adviseChoice(key, known, `the keys here are ${known.join(', ')}`),
    })
  }
}

interface IssueContext {
  /** The schema for what is wrong. */
  readonly node: SchemaNode | undefined
  /** From the subject to what is wrong. */
  readonly steps: Path
  readonly subject: Subject
}

function reportIssue(
  issue: v.BaseIssue<unknown>,
  { node, steps, subject: { value, path: base, report } }: IssueContext,
): void {
  const path = [...base, ...steps]
  const given = valueAt(value, steps)
  const words = WORDS[issue.message]
  const owner = steps.slice(0, -1)
  if (given === undefined && Array.isArray(valueAt(value, owner))) {
    // A list in place of an object with variants: the word that tells them apart is missing.
    reportValue(valueAt(value, owner), {
      node: { type: 'variant' },
      path: [...base, ...owner],
      report,
    })
    return
  }
  if (given === undefined) {
    const remedy = `add ${String(steps.at(-1))}: ${describe(node)}`
    report.add({ code: 'missing-key', path, text: 'is missing', remedy })
    return
  }
  if (words !== undefined) {
    report.add({ code: issue.message, path, value: given, ...words })
    return
  }
  if (issue.message === 'out-of-range') {
    const bounds = `between ${boundOf(node, 'min_value')} and ${boundOf(node, 'max_value')}`
    const remedy = `use a whole number ${bounds}`
    report.add({ code: 'out-of-range', path, value: given, text: `is not ${bounds}`, remedy })
    return
  }
  reportValue(given, { node, path, report })
}

/** A value of another type, or outside the choices. */
function reportValue(
  given: unknown,
  {
    node,
    path,
    report,
  }: { readonly node: SchemaNode | undefined; readonly path: Path; readonly report: Report },
): void {
  const scalar = typeof given !== 'object' || given === null
  const choices = choicesOf(node)
  if (choices.length > 0 && scalar) {
    const remedy = adviseChoice(given, choices.map(String), `use ${describe(node)}`)
    report.add({ code: 'unknown-value', path, value: given, text: 'is not known here', remedy })
    return
  }
  report.add({
    code: 'wrong-type',
    path,
    value: scalar ? given : undefined,
    text: `is ${typeOf(given)}`,
    remedy: `write ${describe(node)}`,
  })
}

function stepsOf(issue: v.BaseIssue<unknown>): Path {
  return (issue.path ?? []).map(({ key }) => (typeof key === 'number' ? key : String(key)))
}

/** The schema for what lies at `steps` in `value`; variants are chosen by the value. */
function nodeAt(schema: v.GenericSchema, value: unknown, steps: Path): SchemaNode | undefined {
  let node: SchemaNode | undefined = choose(schema, value)
  let inner = value
  for (const step of steps) {
    const entries: SchemaNode['entries'] = node?.entries
    const entry: SchemaNode | undefined =
      entries !== undefined && Object.hasOwn(entries, step) ? entries[step] : undefined
    const child: SchemaNode | undefined = node?.item ?? node?.value ?? entry
    inner = valueAt(inner, [step])
    // The key that tells variants apart has no schema of its own where it fits none of them.
    if (child === undefined && node?.key === step)
      return { type: 'picklist', options: keysOf(node) }
    node = child === undefined ? undefined : choose(child, inner)
  }
  return node
}

/** What an optional schema wraps, and of a variant the option for this value. */
function choose(node: SchemaNode, value: unknown): SchemaNode {
  const { wrapped } = node
  if (wrapped !== undefined) return choose(wrapped, value)
  if (node.type !== 'variant' || node.key === undefined) return node
  const word = valueAt(value, [node.key])
  for (const option of node.options ?? []) {
    const candidate = option as SchemaNode // a variant's options are schemas
    if (choicesOf(candidate.entries?.[node.key]).includes(word)) return candidate
  }
  return node
}

/** The words that choose between the options of a variant. */
function keysOf(node: SchemaNode): unknown[] {
  const { key = '', options = [] } = node
  return options.flatMap((option) => choicesOf((option as SchemaNode).entries?.[key])) // likewise
}

function choicesOf(node: SchemaNode | undefined): readonly unknown[] {
  if (node?.type === 'picklist') return node.options ?? []
  // The literal of a literal schema stands in a field of that name.
  return node?.type === 'literal' ? [(node as { readonly literal?: unknown }).literal] : []
}

/** A step that the value does not own gives `undefined`, whatever its prototype has. */
function valueAt(value: unknown, steps: Path): unknown {
  let inner: unknown = value
  for (const step of steps) {
    if (typeof inner !== 'object' || inner === null || !Object.hasOwn(inner, step)) return undefined
    inner = (inner as Readonly<Record<string | number, unknown>>)[step] // just checked
  }
  return inner
}

function describe(node: SchemaNode | undefined): string {
  const choices = choicesOf(node)
  if (choices.length === 1) return JSON.stringify(choices[0])
  if (choices.length > 0) return `one of ${choices.map(String).join(', ')}`
  return TYPE_NAMES[node?.type ?? ''] ?? 'a value'
}

function boundOf(node: SchemaNode | undefined, type: 'min_value' | 'max_value'): string {
  return String(node?.pipe?.find((check) => check.type === type)?.requirement)
}

function typeOf(value: unknown): string {
  if (value === null) return 'empty'
  if (Array.isArray(value)) return 'a list'
  return (
    { string: 'text', number: 'a number', boolean: 'true or false' }[typeof value as string] ??
    'an object'
  )
}
