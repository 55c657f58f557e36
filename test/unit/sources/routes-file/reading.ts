/** What the tests of this folder have in common. */
import { parseDocuments } from '../../../../src/documents/documents.ts'
import type { Finding } from '../../../../src/errors.ts'
import type { Manifest, Route } from '../../../../src/model/manifest.ts'
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

/** The routes of a file with these entries and a backend `api`; throws where anything is wrong. */
export function readRoutes(...routes: readonly unknown[]): readonly Route[] {
  const backends = { api: { endpoints: ['http://127.0.0.1:9001'] } }
  const { findings, manifest } = readValue({ version: 1, backends, routes })
  const wrong = findings.filter(({ code }) => code !== 'unused-backend')
  if (wrong.length > 0) throw new Error(JSON.stringify(wrong))
  return manifest.routes
}
