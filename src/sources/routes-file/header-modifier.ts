/** Reads RequestHeaderModifier and ResponseHeaderModifier. */
import { isFieldValue, isTokenName } from '../../fields.ts'
import type { HeaderModifier, HeaderValue } from '../../model/manifest.ts'
import type { HeaderInput, HeaderModifierInput } from './input.ts'
import { headerFault } from '../settable-header.ts'
import type { Path, Report } from './report.ts'

/** Where a modifier stands and what it changes. */
interface ModifierContext {
  readonly type: HeaderModifier['type']
  readonly path: Path
  readonly report: Report
}

/** The modifier at `path`; names and values that cannot be set are errors. */
export function readHeaderModifier(
  { type, set = [], add = [], remove = [] }: HeaderModifierInput,
  path: Path,
  report: Report,
): HeaderModifier {
  if (set.length + add.length + remove.length === 0) {
    report.add({
      code: 'empty-filter',
      path,
      text: 'changes nothing',
      remedy: 'add set, add or remove, or remove the filter',
    })
  }
  const context: ModifierContext = { type, path, report }
  return {
    type,
    set: readHeaders(set, 'set', context),
    add: readHeaders(add, 'add', context),
    remove: readNames(remove, context),
  }
}

function readHeaders(
  inputs: readonly HeaderInput[],
  list: 'set' | 'add',
  context: ModifierContext,
): readonly HeaderValue[] {
  const seen = new Set<string>()
  for (const [i, { name, value }] of inputs.entries()) {
    const path = [...context.path, list, i]
    checkName(name, [...path, 'name'], context)
    checkRepeated(name, { seen, path: [...path, 'name'], report: context.report })
    if (isFieldValue(value)) continue
    context.report.add({
      code: 'invalid-header',
      path: [...path, 'value'],
      value,
      text: 'has a character that no header field may hold there',
      remedy:
        'use visible characters of latin1, without line breaks and without blanks at the ends',
    })
  }
  return inputs.map(({ name, value }) => ({ name, value }))
}

function readNames(names: readonly string[], context: ModifierContext): readonly string[] {
  const seen = new Set<string>()
  for (const [i, name] of names.entries()) {
    const path = [...context.path, 'remove', i]
    checkName(name, path, context)
    checkRepeated(name, { seen, path, report: context.report })
  }
  return [...seen]
}

function checkRepeated(
  name: string,
  {
    seen,
    path,
    report,
  }: { readonly seen: Set<string>; readonly path: Path; readonly report: Report },
): void {
  const lower = name.toLowerCase()
  if (seen.has(lower)) {
    report.add({
      code: 'repeated-name',
      path,
      value: name,
      text: 'is named a second time',
      remedy: 'keep one; several values of one field are joined by commas',
    })
  }
  seen.add(lower)
}

function checkName(name: string, path: Path, { type, report }: ModifierContext): void {
  if (!isTokenName(name)) {
    const remedy = 'use letters, digits and dashes'
    const text = 'is not the name of a header field'
    report.add({ code: 'invalid-header', path, value: name, text, remedy })
    return
  }
  const fault = headerFault(name, type)
  if (fault !== undefined) report.add({ ...fault, path, value: name })
}
