/** Reads RequestHeaderModifier and ResponseHeaderModifier. */
import { HOP_BY_HOP, isFieldValue, isTokenName } from '../../fields.ts'
import type { HeaderModifier, HeaderValue } from '../../model/manifest.ts'
import { demand, readFields, readItems, readText, reject, warn } from '../kubernetes/reader.ts'
import type { Field } from '../kubernetes/reader.ts'

/** What the engine writes into every head, beside what belongs to one connection. */
const FRAMING: ReadonlySet<string> = new Set([
  'content-length',
  'expect',
  'host',
  'max-forwards',
  'trailer',
])

/** The modifier, without the entries that cannot be read; each of those is an error. */
export function readHeaderModifier(field: Field, type: HeaderModifier['type']): HeaderModifier {
  const fields = readFields(field, ['add', 'remove', 'set'])
  return {
    type,
    set: readValues(fields.set),
    add: readValues(fields.add),
    remove: readItems(fields.remove).flatMap((item) => {
      const name = readName(item)
      return name === undefined ? [] : [name.toLowerCase()]
    }),
  }
}

/** Of two entries for one name the first counts (Gateway API HTTPHeader). */
function readValues(field: Field): readonly HeaderValue[] {
  const values = new Map<string, HeaderValue>()
  for (const item of readItems(field)) {
    const fields = readFields(item, ['name', 'value'])
    const name = demand(fields.name, 'name the header field') ? readName(fields.name) : undefined
    const value = demand(fields.value, 'give its value') ? readValue(fields.value) : undefined
    if (name === undefined || value === undefined) continue
    if (!values.has(name.toLowerCase())) {
      values.set(name.toLowerCase(), { name, value })
      continue
    }
    warn(fields.name, {
      code: 'repeated-name',
      text: 'is named a second time; only the first value counts',
      remedy: 'remove one of the two; several values of one field are joined by commas',
    })
  }
  return [...values.values()]
}

function readName(field: Field): string | undefined {
  const name = readText(field)
  if (name === undefined) return undefined
  if (!isTokenName(name)) {
    const text = 'is not the name of a header field'
    reject(field, { code: 'invalid-header', text, remedy: 'use letters, digits and dashes' })
    return undefined
  }
  const known = name.toLowerCase()
  if (!FRAMING.has(known) && !HOP_BY_HOP.has(known)) return name
  reject(field, {
    code: 'framing-header',
    text: 'belongs to the connection and cannot be changed by a rule',
    remedy: known === 'host' ? 'use URLRewrite with hostname' : 'remove it',
  })
  return undefined
}

function readValue(field: Field): string | undefined {
  const value = readText(field)
  if (value === undefined || isFieldValue(value)) return value
  reject(field, {
    code: 'invalid-header',
    text: 'has a character that no header field may hold here',
    remedy: 'use visible characters of latin1, without blanks at both ends',
  })
  return undefined
}
