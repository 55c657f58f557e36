/** Reads a YAML text into its documents. */
import type { Finding } from '../errors.ts'
import type { RuleDocument, RuleDocuments } from './documents.ts'
import { LineIndex } from './line-index.ts'
import { problemFinding } from './problem.ts'
import type { Problem } from './problem.ts'
import { explainMistake } from './yaml-mistakes.ts'
import { parseTrees } from './yaml-parser.ts'
import type { YamlTree } from './yaml-parser.ts'
import { YamlPositions } from './yaml-positions.ts'
import { readYamlValue } from './yaml-value.ts'

/** One mistake makes the parser stumble over what follows: beyond these, errors repeat. */
const MAX_MISTAKES = 10

/** More duplicate keys and the like than this are not listed one by one. */
const MAX_PROBLEMS = 1000

/**
 * The documents in `text` that have content, with everything that is wrong with them. A text that
 * does not parse gives none; duplicate keys leave a document readable.
 */
export function parseYaml(name: string, text: string): RuleDocuments {
  const lines = new LineIndex(text)
  const find = (problem: Problem): Finding => problemFinding(problem, name, lines)
  const trees = parseTrees(text)
  if ('code' in trees) return { documents: [], findings: [find(trees)] }
  const mistakes = findMistakes(trees, text)
  if (mistakes.length > 0) return { documents: [], findings: mistakes.map(find) }
  const documents: RuleDocument[] = []
  const problems: Problem[] = []
  for (const { contents } of trees) {
    if (contents === null || contents === undefined) continue
    const read = readYamlValue(contents, lines)
    for (const problem of read.problems) problems.push(problem)
    if (read.value === null || read.value === undefined) continue
    const positions = new YamlPositions(contents, read.targets, lines)
    documents.push({
      file: name,
      value: read.value,
      locate: (path, part = 'value') => positions.locate(path, part),
    })
  }
  const readable = problems.every(({ code }) => code === 'duplicate-key')
  const findings = problems.slice(0, MAX_PROBLEMS).map(find)
  return { documents: readable ? documents : [], findings }
}

function findMistakes(trees: readonly YamlTree[], text: string): Problem[] {
  const mistakes: Problem[] = []
  for (const tree of trees) {
    // What the library warns about, such as a tag that it does not know, would be read as something
    // else than what is written.
    for (const mistake of [...tree.errors, ...tree.warnings]) {
      if (mistakes.length === MAX_MISTAKES) return mistakes
      mistakes.push(explainMistake(mistake, text))
    }
  }
  return mistakes
}
