/** Reads rules from text, as the tests of this folder need them. */
import { parseDocuments } from '../../../src/documents/documents.ts'
import type { Finding } from '../../../src/errors.ts'
import type { Manifest, Route } from '../../../src/model/manifest.ts'
import { readSources } from '../../../src/sources/read.ts'

export interface ReadRules {
  readonly manifest: Manifest
  readonly findings: readonly Finding[]
  /** `error invalid-host`, in order. */
  readonly codes: readonly string[]
}

/** The rules of one file, `rules.yaml` unless named. Text that does not parse fails the test. */
export function readRules(
  text: string,
  { className = 'postern', name = 'rules.yaml' }: { className?: string; name?: string } = {},
): ReadRules {
  const parsed = parseDocuments({ name, text })
  if (parsed.findings.length > 0) throw new Error(JSON.stringify(parsed.findings))
  const { manifest, findings } = readSources(parsed.documents, { className })
  return { manifest, findings, codes: findings.map(({ severity, code }) => `${severity} ${code}`) }
}

/** The only route; fails the test where there is none or another. */
export function onlyRoute({ manifest }: ReadRules): Route {
  const [route, ...others] = manifest.routes
  if (route === undefined || others.length > 0) {
    throw new Error(`expected one route, not ${manifest.routes.length}`)
  }
  return route
}

/** `text` with every line after the first moved to the right by `columns`. */
export function indent(text: string, columns: number): string {
  return text.replaceAll('\n', `\n${' '.repeat(columns)}`)
}
