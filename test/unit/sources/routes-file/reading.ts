/** What the tests of this folder have in common. */
import { parseDocuments } from '../../../../src/documents/documents.ts'
import type { Finding } from '../../../../src/errors.ts'
import type { Manifest } from '../../../../src/model/manifest.ts'
import { readRoutesFile } from '../../../../src/sources/routes-file/routes-file.ts'

/** What the text of a file says, with the findings of parser and reader. */
export function readText(
  text: string,
  name = 'routes.json',
): { manifest: Manifest; findings: readonly Finding[] } {
  const parsed = parseDocuments({ name, text })
  const [document] = parsed.documents
  if (document === undefined) throw new Error(JSON.stringify(parsed.findings))
  const { manifest, findings } = readRoutesFile(document)
  return { manifest, findings: [...parsed.findings, ...findings] }
}

/** What a value says that is written as a file. */
export function readValue(value: unknown): ReturnType<typeof readText> {
  return readText(JSON.stringify(value, null, 2))
}
