/** Rules that must be refused or accepted, each refusal with a twin that is accepted. */
import type { RuleFile } from '../../../src/documents/documents.ts'
import type { RulesCase, RuleSet } from '../case.ts'
import type { Capability } from '../capabilities.ts'
import { readCases } from './objects.ts'

/** A value, or text in parts. */
type Document = unknown

interface RulesHazard {
  readonly id: string
  readonly text: string
  readonly accepted: boolean
  readonly codes: readonly string[]
  readonly document: Document
  readonly twin?: Document
  readonly file?: string
  readonly needs?: readonly Capability[]
}

/** One case for each. */
export function documentHazards(): RulesCase[] {
  const { cases } = readCases('hazards-rules') as { readonly cases: readonly RulesHazard[] } // its shape
  return cases.map(toCase)
}

function toCase(hazard: RulesHazard): RulesCase {
  const { id, text, accepted, codes, document, twin, file, needs = [] } = hazard
  return {
    type: 'rules',
    id,
    text,
    rules: toRules(id, document, file),
    needs,
    accepted,
    codes,
    ...(twin === undefined ? {} : { twin: toRules(`${id}-twin`, twin, undefined) }),
  }
}

function toRules(name: string, document: Document, file = 'routes.json'): RuleSet {
  const one: RuleFile = { name: file, text: toText(document) }
  return { name, files: [one], services: [] }
}

function toText(document: Document): string {
  if (typeof document === 'string') return document
  if (!Array.isArray(document)) return JSON.stringify(document)
  // A list is text in parts, as it is of bytes.
  const parts = document as (string | { readonly repeat: string; readonly times: number })[]
  return parts
    .map((part) => (typeof part === 'string' ? part : part.repeat.repeat(part.times)))
    .join('')
}
