/** What the tests of this folder have in common. */
import fc from 'fast-check'

import { parseDocuments } from '../../../src/documents/documents.ts'
import type { RuleDocument } from '../../../src/documents/documents.ts'

/** The one document in `text`; throws where there is anything wrong with it. */
export function only(name: string, text: string): RuleDocument {
  const { documents, findings } = parseDocuments({ name, text })
  const [document] = documents
  if (document === undefined || documents.length > 1 || findings.length > 0) {
    throw new Error(JSON.stringify({ text, findings }))
  }
  return document
}

/** Any value of JSON that is a document: null is none, and `__proto__` is refused. */
export const jsonValue = fc.jsonValue({ maxDepth: 4 }).filter((value) => {
  return value !== null && !JSON.stringify(value).includes('__proto__')
})
