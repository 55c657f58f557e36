/** Reads a JSON text into one document. */
import type { Finding } from '../errors.ts'
import type { RuleDocument, RuleDocuments } from './documents.ts'
import { JsonPositions } from './json-positions.ts'
import { scanJson } from './json-scanner.ts'
import { LineIndex } from './line-index.ts'
import { problemFinding } from './problem.ts'

/**
 * The document in `text`, with everything that is wrong with it. Duplicate keys leave the document
 * readable, so that one run tells about the rest as well; anything else does not.
 */
export function parseJson(name: string, text: string): RuleDocuments {
  const lines = new LineIndex(text)
  const problems = scanJson(text, lines)
  const findings: Finding[] = problems.map((problem) => problemFinding(problem, name, lines))
  if (problems.some(({ code }) => code !== 'duplicate-key')) return { documents: [], findings }
  const positions = new JsonPositions(text, lines)
  const document: RuleDocument = {
    file: name,
    value: JSON.parse(text),
    locate: (path, part = 'value') => positions.locate(path, part),
  }
  return { documents: [document], findings }
}
