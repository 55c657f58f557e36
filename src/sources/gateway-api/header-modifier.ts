/** Reads RequestHeaderModifier and ResponseHeaderModifier. */
import { isFieldValue, isTokenName } from '../../fields.ts'
import type { HeaderModifier, HeaderValue } from '../../model/manifest.ts'
import { demand, readFields, readItems, readText, reject, warn } from '../kubernetes/reader.ts'
import type { Field } from '../kubernetes/reader.ts'
import { headerFault } from '../settable-header.ts'

/** The modifier, without the entries that cannot be read; each of those is an error. */
export function readHeaderModifier(field: Field, type: HeaderModifier['type']): HeaderModifier {
  const fields = readFields(field, ['add', 'remove', 'set'])
  return {
    type,
    set: readValues(fields.set, type),
    add: readValues(fields.add, type),
    remove: readItems(fields.remove).flatMap((item) => {
      const name = readName(item, type)
      return name === undefined ? [] : [name.toLowerCase()]
    }),
  }
}

/** Of two entries for one name the first counts (Gateway API HTTPHeader). */
function readValues(field: Field, type: HeaderModifier['type']): readonly HeaderValue[] {
  const values = new Map<string, HeaderValue>()
  for (const item of readItems(field)) {
    const fields = readFields(item, ['name', 'value'])
    const name = demand(fields.name, 'name the header field')
      ? readName(fields.name, type)
      : undefined
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

function readName(field: Field, type: HeaderModifier['type']): string | undefined {
  const name = readText(field)
  if (name === undefined) return undefined
  if (!isTokenName(name)) {
    const text = 'is not the name of a header field'
    reject(field, { code: 'invalid-header', text, remedy: 'use letters, digits and dashes' })
    return undefined
  }
  const fault = headerFault(name, type)
  if (fault === undefined) return name
  reject(field, fault)
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
