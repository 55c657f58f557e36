/** The names that Kubernetes allows. They are joined by `/` further on, so nothing else may pass. */
import { readText, reject } from './reader.ts'
import type { Field } from './reader.ts'

const LABEL = /^[a-z0-9]([a-z0-9-]*[a-z0-9])?$/

/** Whether `text` is a DNS label of at most 63 characters (RFC 1123): a namespace, a port name. */
export function isLabel(text: string): boolean {
  return text.length <= 63 && LABEL.test(text)
}

/** Whether `text` is labels joined by dots, at most 253 characters: the name of an object. */
export function isObjectName(text: string): boolean {
  return text.length <= 253 && text.split('.').every((label) => LABEL.test(label))
}

/** The object name in a field; `undefined` where it is absent or is none (`invalid-name`). */
export function readObjectName(field: Field): string | undefined {
  const text = readText(field)
  if (text === undefined || isObjectName(text)) return text
  rejectName(field, 'lower-case letters, digits, dashes and dots, at most 253 characters')
  return undefined
}

/**
 * The namespace in a field: `fallback` where it is absent or empty, `undefined` where it is none
 * (`invalid-name`).
 */
export function readNamespace(field: Field, fallback: string): string | undefined {
  if (field.value === undefined || field.value === '') return fallback
  const text = readText(field)
  if (text === undefined || isLabel(text)) return text
  rejectName(field, 'lower-case letters, digits and dashes, at most 63 characters')
  return undefined
}

function rejectName(field: Field, allowed: string): void {
  reject(field, {
    code: 'invalid-name',
    text: 'is not a name that Kubernetes allows',
    remedy: `use ${allowed}, with a letter or digit at both ends`,
  })
}
